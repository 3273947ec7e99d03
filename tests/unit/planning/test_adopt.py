"""What adopt takes over of the live side, field by field and part by part."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import pytest

from reconciler.documents.said import hidden
from reconciler.kinds import KINDS
from reconciler.kinds.enums import WHY_READ_ONLY
from reconciler.model.desired import Elements, Entries, Exactly
from reconciler.planning.adopt import (
    NO_PAIR,
    NOT_KNOWN,
    NOTHING_LEFT,
    OTHER_HALF,
    Adoption,
    adopt,
)
from reconciler.planning.fields import judge
from reconciler.planning.terms import Terms
from tests.support.world import alert, declare, incident, legacy, live

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reconciler.model.desired import Declaration, Mode, Spec
    from reconciler.model.words import Json

ANSWERS = {"Incident": incident, "Alert": alert, "LegacyAlert": legacy}


def adopted(
    spec: Spec,
    *,
    base: Spec | None = None,
    kind: str = "Incident",
    everything: bool = False,
    pairs: Literal["error", "warn"] = "error",
    modes: Mapping[str, Mode] | None = None,
    **now: Json,
) -> Adoption:
    """Without ``base`` what is declared was applied."""
    declared = declare(kind, "1")._replace(spec=spec)
    answer = live(kind, {**ANSWERS[kind](), **now})
    terms = Terms(spec if base is None else base, modes or {})
    found = adopt(declared, answer, terms, everything=everything, pairs=pairs, fault=hidden)
    again = judge(KINDS[kind], declared._replace(spec=found.spec), answer, terms)
    if not found.left:
        assert {kept.name for kept in again.kept} == set(), "after adopt nothing is kept"
    return found


def verdict(classification: Json, determination: Json) -> dict[str, Declaration]:
    return {"classification": Exactly(classification), "determination": Exactly(determination)}


def test_what_a_person_changed_is_taken_over_and_what_is_not_applied_yet_stays() -> None:
    base = {"status": Exactly("active"), "severity": Exactly("low")}
    spec = {"status": Exactly("resolved"), "severity": Exactly("low")}

    found = adopted(spec, base=base, status="active", severity="high")

    assert found == Adoption({**spec, "severity": Exactly("high")}, {})


def test_everything_takes_over_what_is_not_applied_yet_as_well() -> None:
    base = {"status": Exactly("active"), "severity": Exactly("low")}
    spec = {"status": Exactly("resolved"), "severity": Exactly("low")}

    found = adopted(spec, base=base, everything=True, status="active", severity="high")

    assert found.spec == {"status": Exactly("active"), "severity": Exactly("high")}


def test_a_conflict_is_taken_over() -> None:
    found = adopted(
        {"status": Exactly("resolved")}, base={"status": Exactly("active")}, status="inProgress"
    )

    assert found.spec == {"status": Exactly("inProgress")}


def test_drift_that_is_enforced_is_taken_over_too() -> None:
    spec = {"status": Exactly("resolved")}

    found = adopted(spec, modes={"status": "enforce"}, status="active")

    assert found.spec == {"status": Exactly("active")}


@pytest.mark.parametrize("base", [{"assignedTo": Exactly("ann")}, None])
def test_what_a_mode_keeps_is_taken_over(base: Spec | None) -> None:
    declared = declare("Incident", "1", assignedTo="kai")
    terms = Terms(base, {"assignedTo": "once"})
    answer = live("Incident", incident(assignedTo="ann"))

    found = adopt(declared, answer, terms, everything=False, pairs="error", fault=hidden)

    assert found.spec == {"assignedTo": Exactly("ann")}


def test_what_is_as_declared_stays_as_it_is_written() -> None:
    spec = {"assignedTo": Exactly("Kai"), "status": Exactly("active")}

    found = adopted(spec, everything=True, assignedTo="kai ")

    assert found.spec["assignedTo"] is spec["assignedTo"]


@pytest.mark.parametrize(("now", "expected"), [("", None), (None, None), ("lee", "lee")])
def test_an_unset_value_is_null(now: Json, expected: Json) -> None:
    assert adopted({"assignedTo": Exactly("kai")}, assignedTo=now).spec == {
        "assignedTo": Exactly(expected)
    }


def test_what_no_document_may_say_stays_and_says_why() -> None:
    spec = {"status": Exactly("active"), "assignedTo": Exactly("kai")}

    found = adopted(spec, status="awaitingAction", assignedTo="ann")

    why = WHY_READ_ONLY["awaitingAction"]
    assert found.left == {"status": f"'awaitingAction' may not be sent: {why}"}
    assert found.spec == {**spec, "assignedTo": Exactly("ann")}


def test_what_the_answer_does_not_tell_stays_and_the_rest_is_taken_over() -> None:
    spec = {"status": Exactly("active"), "assignedTo": Exactly("kai")}

    found = adopted(spec, status="unknownFutureValue", assignedTo="ann")

    assert found == Adoption({**spec, "assignedTo": Exactly("ann")}, {"status": NOT_KNOWN})


def test_a_verdict_is_taken_over_whole() -> None:
    spec = verdict("truePositive", "malware")

    found = adopted(spec, classification="falsePositive", determination="other")

    assert found == Adoption(verdict("falsePositive", "other"), {})


def test_a_verdict_that_was_taken_back_is_null() -> None:
    spec = verdict("truePositive", "malware")

    found = adopted(spec, classification=None, determination=None)

    assert found == Adoption(verdict(None, None), {})


def test_where_live_has_no_determination_the_document_declares_none() -> None:
    spec = verdict("truePositive", "malware")

    found = adopted(spec, classification="falsePositive", determination="unknown")

    assert found == Adoption({"classification": Exactly("falsePositive")}, {})


@pytest.mark.parametrize("now", [("falsePositive", "phishing"), (None, "malware")])
def test_a_pair_outside_the_table_stays_as_it_was_declared(now: tuple[Json, Json]) -> None:
    spec = verdict("truePositive", "malware")
    classification, determination = now

    found = adopted(spec, classification=classification, determination=determination)

    assert found.spec == spec
    assert set(found.left.values()) == {NO_PAIR}
    assert "classification" in found.left


def test_a_pair_outside_the_table_is_taken_over_where_that_only_warns() -> None:
    spec = verdict("truePositive", "malware")

    found = adopted(spec, pairs="warn", classification="falsePositive", determination="phishing")

    assert found == Adoption(verdict("falsePositive", "phishing"), {})


@pytest.mark.parametrize("pairs", ["error", "warn"])
def test_of_a_verdict_with_a_half_that_cannot_be_said_both_stay(
    pairs: Literal["error", "warn"],
) -> None:
    spec = verdict("truePositive", "other")

    found = adopted(spec, pairs=pairs, classification="falsePositive", determination="apt")

    assert found.spec == spec
    assert found.left["classification"] == OTHER_HALF
    assert found.left["determination"].startswith("'apt' may not be sent: ")


def test_a_lone_classification_is_taken_over_whatever_the_determination() -> None:
    spec = {"classification": Exactly("truePositive")}

    found = adopted(spec, classification="falsePositive", determination="phishing")

    assert found == Adoption({"classification": Exactly("falsePositive")}, {})


def test_the_verdict_of_a_kind_without_pairs_is_a_value_like_others() -> None:
    found = adopted(
        {"feedback": Exactly("truePositive")}, kind="LegacyAlert", feedback="falsePositive"
    )

    assert found.spec == {"feedback": Exactly("falsePositive")}


@pytest.mark.parametrize(
    ("declaration", "now", "expected"),
    [
        (Elements(("a", "b")), ["a", "theirs"], Elements(("a",))),
        (Elements(("a",), ("z",)), ["a", "z"], Elements(("a",))),
        (Elements(("a",), ("z",)), [], Elements(absent=("z",))),
        (Exactly(["a", "b"]), ["b", " theirs "], Exactly(["b", "theirs"])),
        (Exactly(["a"]), [], Exactly([])),
    ],
)
def test_tags_are_taken_over_one_by_one(
    declaration: Declaration, now: list[Json], expected: Declaration
) -> None:
    found = adopted({"customTags": declaration}, customTags=now)

    assert found == Adoption({"customTags": expected}, {})


def test_a_tag_that_is_not_applied_yet_stays_declared() -> None:
    base, spec = {"customTags": Exactly(["a"])}, {"customTags": Exactly(["a", "new"])}

    found = adopted(spec, base=base, customTags=["a", "theirs"])
    whole = adopted(spec, base=base, everything=True, customTags=["a", "theirs"])

    assert found.spec == {"customTags": Exactly(["a", "new", "theirs"])}
    assert whole.spec == {"customTags": Exactly(["a", "theirs"])}


def test_tags_of_which_none_is_left_to_declare_go() -> None:
    status = {"status": Exactly("active")}

    found = adopted({**status, "customTags": Elements(("a",))}, customTags=[])

    assert found == Adoption(status, {})


def test_where_nothing_is_left_to_declare_everything_stays_and_says_so() -> None:
    spec = {"customTags": Elements(("a",))}

    assert adopted(spec, customTags=[]) == Adoption(spec, {"customTags": NOTHING_LEFT})


def test_what_is_no_tag_is_not_taken_over() -> None:
    spec = {"customTags": Exactly(["a"])}

    assert adopted(spec, customTags=["a", 7]) == Adoption(
        spec, {"customTags": "Graph's answer does not tell it"}
    )


def details(
    base: Declaration, declaration: Declaration, now: Json, *, everything: bool = False
) -> Adoption:
    spec = {"status": Exactly("new"), "customDetails": declaration}
    before = {"status": Exactly("new"), "customDetails": base}
    return adopted(spec, base=before, kind="Alert", everything=everything, customDetails=now)


def test_details_are_taken_over_key_by_key() -> None:
    base = Entries({"a": "1", "b": "1", "c": "1"})

    found = details(base, Entries({"a": "1", "b": "2", "c": "1"}), {"a": "9", "b": "1", "d": "9"})

    assert found.spec["customDetails"] == Entries({"a": "9", "b": "2"})


def test_every_key_is_taken_over_if_everything_is() -> None:
    found = details(
        Entries({"b": "1"}), Entries({"a": "1", "b": "2"}), {"a": "", "b": "1"}, everything=True
    )

    assert found.spec["customDetails"] == Entries({"b": "1"})


@pytest.mark.parametrize("now", [None, {}, {"a": ""}])
def test_details_of_which_no_key_is_left_go(now: Json) -> None:
    declaration = Entries({"a": "1"})

    assert details(declaration, declaration, now).spec == {"status": Exactly("new")}


def test_details_where_none_were_declared_are_taken_over_as_keys() -> None:
    found = details(Exactly(None), Exactly(None), {"a": "1", "b": "2"})

    assert found.spec["customDetails"] == Entries({"a": "1", "b": "2"})


def test_a_key_that_holds_no_text_stays_and_says_so() -> None:
    declaration = Entries({"a": "1", "b": "1"})

    found = details(declaration, declaration, {"a": 7, "b": "9"})

    assert found.spec["customDetails"] == Entries({"a": "1", "b": "9"})
    assert found.left == {"customDetails": "the key 'a' holds no text"}


def where(spec: Spec, now: Mapping[str, Json]) -> Adoption:
    """What was applied as declared, and holds this now."""
    answer = live("Incident", {**incident(), **now})
    declared = declare("Incident", "1")._replace(spec=spec)
    return adopt(declared, answer, Terms(spec), everything=False, pairs="error", fault=hidden)


@pytest.mark.parametrize("now", [" \t ", "\n\n", "\u3000"])
@pytest.mark.parametrize("name", ["displayName", "assignedTo", "description"])
def test_nothing_but_blanks_is_null(name: str, now: str) -> None:
    assert where({name: Exactly("kai")}, {name: now}) == Adoption({name: Exactly(None)}, {})


@pytest.mark.parametrize(
    ("name", "now", "why"),
    [
        ("displayName", "bell\x07", "the control or bidi character U+0007"),
        ("displayName", "one\ntwo", "a line end or a tab"),
        ("assignedTo", "a\tb", "a line end or a tab"),
        ("description", "x\u202ey", "the control or bidi character U+202E"),
    ],
)
def test_only_the_text_that_no_document_may_hold_stays(name: str, now: str, why: str) -> None:
    spec = {"status": Exactly("active"), name: Exactly("kai")}

    found = where(spec, {"status": "resolved", name: now})

    assert found.spec == {**spec, "status": Exactly("resolved")}
    assert found.left == {name: f"live holds {why}, which no document may hold"}


@pytest.mark.parametrize(
    ("name", "now", "expected"),
    [
        ("displayName", "Mine \n", "Mine"),
        ("description", "one\r\n\ttwo", "one\n\ttwo"),
    ],
)
def test_lines_are_taken_over_where_a_document_has_them(name: str, now: str, expected: str) -> None:
    assert where({name: Exactly("old")}, {name: now}).spec == {name: Exactly(expected)}


def test_only_the_tag_that_no_document_may_hold_stays_out() -> None:
    spec = {"customTags": Exactly(["a", "b"])}

    found = adopted(spec, customTags=["a", "x\u202ey", " ", "new"])

    assert found.spec == {"customTags": Exactly(["a", "new"])}
    assert found.left == {
        "customTags": "the tag 'x\\u202ey' holds the control or bidi character U+202E; "
        "the tag '' is blank"
    }


def test_a_text_in_place_of_details_is_not_taken_for_keys() -> None:
    spec = {"displayName": Exactly("Mine")}

    assert adopted(spec, displayName={"a": "1"}).left == {
        "displayName": "Graph's answer does not tell it"
    }


def test_only_the_key_that_no_document_may_hold_stays() -> None:
    declaration = Entries({"a": "1", "b": "1", "c": "1"})

    found = details(declaration, declaration, {"a": "\x07", "b": "9", "c": " "})

    assert found.spec["customDetails"] == Entries({"a": "1", "b": "9"})
    assert found.left == {"customDetails": "the key 'a' holds the control or bidi character U+0007"}


def test_of_details_where_none_were_declared_what_fits_is_taken_over() -> None:
    now: Json = {"a": "1", "b@odata.type": "x", "c": " ", "d": 7, "e\n": "1"}

    found = details(Exactly(None), Exactly(None), now)

    assert found.spec["customDetails"] == Entries({"a": "1"})
    assert found.left == {
        "customDetails": "the key 'b@odata.type' is OData's own; the key 'c' is blank; "
        "the key 'd' holds no text; the key 'e\\n' holds a line end or a tab"
    }


def test_of_details_where_none_were_declared_and_none_fits_null_stays() -> None:
    found = details(Exactly(None), Exactly(None), {"a": " "})

    assert found.spec["customDetails"] == Exactly(None)
    assert found.left == {"customDetails": "the key 'a' is blank"}


def test_a_comment_that_is_not_there_leaves_the_document_and_one_of_a_person_does_not_enter_it() -> (
    None
):
    both = {"comments": Exactly(["Closed in IPC", "Closed in MCAS"])}
    one = {"comments": Exactly(["Closed in MCAS"])}

    assert adopted(both, kind="LegacyAlert", comments=["theirs", "Closed in MCAS"]).spec == one
    assert adopted(one, kind="LegacyAlert", comments=["theirs"]).left == {"comments": NOTHING_LEFT}
