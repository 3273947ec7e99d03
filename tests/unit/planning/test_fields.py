from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from reconciler.kinds import KINDS
from reconciler.model.desired import Elements, Entries, Exactly
from reconciler.model.plan import FieldChange, Kept
from reconciler.planning.fields import Judged, judge
from reconciler.planning.terms import Terms
from tests.support.world import alert, declare, incident, legacy, live

if TYPE_CHECKING:
    from reconciler.model.desired import Declaration, Mode, Spec
    from reconciler.model.words import Json

KIND = KINDS["Incident"]
ALERT = KINDS["Alert"]


def three_way(base: Spec, spec: Spec, answer: dict[str, Json], **modes: Mode) -> Judged:
    declared = declare("Incident", "1")._replace(spec=spec)
    return judge(KIND, declared, live("Incident", answer), Terms(base, modes))


def exactly(**values: Json) -> dict[str, Declaration]:
    return {name: Exactly(value) for name, value in values.items()}


def test_both_halves_of_a_verdict_are_sent_when_one_changes() -> None:
    declared = declare("Incident", "1", determination="other", classification="truePositive")
    now = live("Incident", incident(classification="TruePositive", determination="malware"))
    assert judge(KIND, declared, now).changes == (
        FieldChange("classification", "truePositive", "truePositive", "paired"),
        FieldChange("determination", "malware", "other"),
    )


def test_a_verdict_that_holds_is_not_sent() -> None:
    declared = declare("Incident", "1", determination="other", classification="truePositive")
    now = live("Incident", incident(classification="TruePositive", determination="Other"))
    assert judge(KIND, declared, now) == Judged(
        applied=exactly(classification="truePositive", determination="other")
    )


def test_a_lone_classification_is_sent_alone() -> None:
    declared = declare("Incident", "1", classification="falsePositive")
    assert judge(KIND, declared, live("Incident", incident())).changes == (
        FieldChange("classification", "unknown", "falsePositive"),
    )


def test_an_old_name_in_the_answer_is_the_wire_name() -> None:
    declared = declare(
        "Incident", "1", classification="truePositive", determination="compromisedAccount"
    )
    answer = incident(classification="TruePositive", determination="compromisedUser")
    assert judge(KIND, declared, live("Incident", answer)).changes == ()


def test_a_property_that_cannot_be_null_and_is_left_out_is_not_known() -> None:
    answer = incident()
    del answer["status"]
    declared = declare("Incident", "1", status="resolved", summary="x")
    judged = judge(KIND, declared, live("Incident", answer))
    assert judged.not_known == ("status",)
    assert [change.name for change in judged.changes] == ["summary"]


def test_an_enum_value_hidden_behind_the_sentinel_is_not_known() -> None:
    now = live("Incident", incident(status="unknownFutureValue"))
    assert judge(KIND, declare("Incident", "1", status="active"), now).not_known == ("status",)


def test_every_field_that_is_not_known_is_named() -> None:
    answer = incident(status="unknownFutureValue", customTags="odd")
    del answer["severity"]
    declared = declare("Incident", "1", status="active", customTags=["a"], severity="low")
    judged = judge(KIND, declared, live("Incident", answer))
    assert judged.not_known == ("status", "customTags", "severity")


def test_the_half_that_holds_is_sent_as_live_says_it() -> None:
    declared = declare("Incident", "1", classification=None, determination="other")
    now = live("Incident", incident(classification="unknown", determination="malware"))
    assert judge(KIND, declared, now).changes == (
        FieldChange("classification", "unknown", "unknown", "paired"),
        FieldChange("determination", "malware", "other"),
    )


def test_a_verdict_of_which_one_half_is_not_known_is_not_judged() -> None:
    declared = declare("Incident", "1", determination="other", classification="truePositive")
    now = live("Incident", incident(determination="unknownFutureValue"))
    judged = judge(KIND, declared, now)
    assert (judged.changes, judged.not_known) == ((), ("determination",))


@pytest.mark.parametrize("declaration", [Exactly(["a"]), Exactly([]), Elements(("a",))])
def test_a_list_that_cannot_be_merged_with_is_not_known(declaration: Declaration) -> None:
    declared = declare("Incident", "1", customTags=declaration)
    judged = judge(KIND, declared, live("Incident", incident(customTags="odd")))
    assert (judged.changes, judged.not_known) == ((), ("customTags",))


def test_details_that_cannot_be_merged_with_are_not_known() -> None:
    declared = declare("Alert", "da1", customDetails=Entries({"a": "1"}))
    judged = judge(ALERT, declared, live("Alert", alert(customDetails="odd")))
    assert (judged.changes, judged.not_known) == ((), ("customDetails",))


@pytest.mark.parametrize(
    ("declaration", "before", "after"),
    [
        (Entries({"a": "1"}), {"b": "2"}, {"b": "2", "a": "1"}),
        (Entries({"a": "1"}), None, {"a": "1"}),
        (Exactly(None), {"a": "1"}, None),
    ],
)
def test_custom_details_are_sent_as_live_plus_declared(
    declaration: Declaration, before: Json, after: Json
) -> None:
    declared = declare("Alert", "da1", customDetails=declaration)
    judged = judge(ALERT, declared, live("Alert", alert(customDetails=before)))
    assert judged.changes == (FieldChange("customDetails", before, after),)


def test_legacy_comments_are_added_to_what_people_wrote() -> None:
    declared = declare("LegacyAlert", "la1", comments=["Closed in IPC"])
    now = live("LegacyAlert", legacy(comments=["mine"]))
    (change,) = judge(KINDS["LegacyAlert"], declared, now).changes
    assert change == FieldChange("comments", ["mine"], ["mine", "Closed in IPC"])


def test_what_comes_out_stands_in_the_order_of_the_kind() -> None:
    spec = exactly(severity="low", assignedTo="kai", status="resolved", summary="x")
    base = {"severity": Exactly("low"), "assignedTo": Exactly("kai")}
    judged = three_way(base, spec, incident(severity="high", assignedTo="ann"))
    assert [change.name for change in judged.changes] == ["status", "summary"]
    assert [kept.name for kept in judged.kept] == ["assignedTo", "severity"]
    assert list(judged.applied) == ["status", "assignedTo", "severity", "summary"]


def test_what_is_kept_says_what_each_side_says() -> None:
    base: Spec = {"status": Exactly("active"), "customTags": Elements(("a",))}
    spec: Spec = {"status": Exactly("resolved"), "customTags": Elements(("a", "b"), ("z",))}
    judged = three_way(base, spec, incident(status="inProgress", customTags=["z"]))
    assert judged.kept == (
        Kept("status", "active", "resolved", "inProgress", "conflict"),
        Kept(
            "customTags",
            {"present": ["a"]},
            {"present": ["a", "b"], "absent": ["z"]},
            ["z"],
            "drift",
        ),
    )
    assert judged.changes == (FieldChange("customTags", ["z"], ["b"]),)


def test_what_is_kept_blindly_has_no_base() -> None:
    declared = declare("Incident", "1", status="resolved")
    judged = judge(KIND, declared, live("Incident", incident()), Terms(None, {"status": "once"}))
    assert judged.kept == (Kept("status", None, "resolved", "active", "declared"),)


def test_only_the_half_that_differs_is_told_as_kept() -> None:
    spec = exactly(classification="truePositive", determination="malware")
    answer = incident(classification="truePositive", determination="phishing")
    judged = three_way(spec, spec, answer)
    assert [(kept.name, kept.cause) for kept in judged.kept] == [("determination", "drift")]


def test_an_enforced_verdict_over_a_persons_says_which_half_is_paired() -> None:
    spec = exactly(classification="truePositive", determination="malware")
    answer = incident(classification="truePositive", determination="phishing")
    judged = three_way(spec, spec, answer, classification="enforce", determination="enforce")
    assert [(change.name, change.cause) for change in judged.changes] == [
        ("classification", "paired"),
        ("determination", "drift"),
    ]


def test_a_verdict_with_one_enforced_half_is_left_to_people() -> None:
    spec = exactly(classification="truePositive", determination="malware")
    answer = incident(classification="falsePositive", determination="other")
    judged = three_way(spec, spec, answer, classification="enforce")
    assert (judged.changes, len(judged.kept)) == ((), 2)


def test_an_enforced_tag_is_written_with_the_cause_that_presses_most() -> None:
    base = {"customTags": Elements(("a",))}
    spec: Spec = {"customTags": Elements(("a", "b"))}
    judged = three_way(base, spec, incident(customTags=["theirs"]), customTags="enforce")
    assert judged.changes == (FieldChange("customTags", ["theirs"], ["theirs", "a", "b"], "drift"),)


OLD = exactly(
    status="active", assignedTo="kai", classification="truePositive", determination="malware"
)
NEW = exactly(
    status="resolved", assignedTo="ann", classification="falsePositive", determination="other"
)
AS_BASE = incident(
    status="active", assignedTo="kai", classification="truePositive", determination="malware"
)
AS_PERSONS = incident(
    status="inProgress", assignedTo="lee", classification="unknown", determination="unknown"
)


def modes(mode: Mode) -> dict[str, Mode]:
    return dict.fromkeys(NEW, mode)


@pytest.mark.parametrize("mode", ["yield", "enforce"])
def test_what_is_written_stands_applied(mode: Mode) -> None:
    assert three_way(OLD, NEW, AS_BASE, **modes(mode)).applied == NEW


@pytest.mark.parametrize(("base", "answer"), [(OLD, AS_BASE), (OLD, AS_PERSONS)])
def test_a_kept_declaration_that_is_still_to_come_leaves_the_base_as_it_was(
    base: Spec, answer: dict[str, Json]
) -> None:
    judged = three_way(base, NEW, answer, **modes("once"))
    assert (judged.changes, len(judged.kept), judged.applied) == ((), 4, OLD)


def test_kept_drift_stands_applied_as_it_is_declared() -> None:
    judged = three_way(OLD, exactly(assignedTo="KAI"), AS_PERSONS)
    assert judged.applied == exactly(assignedTo="KAI")


def test_what_is_declared_no_longer_stands_applied_no_longer() -> None:
    assert three_way(OLD, exactly(status="active"), AS_PERSONS).applied == exactly(status="active")


def test_what_is_kept_blindly_counts_as_applied_so_that_it_is_never_a_first_declaration() -> None:
    """The next plan has a base: without an entry there, ``once`` would write over live."""
    declared = declare("Incident", "1")._replace(spec={**OLD, "customTags": Exactly(["a"])})
    theirs = incident(assignedTo="lee", classification="falsePositive", customTags=["theirs"])
    now = live("Incident", {**theirs, "status": "inProgress"})
    once: dict[str, Mode] = dict.fromkeys(declared.spec, "once")
    judged = judge(KIND, declared, now, Terms(None, once))
    assert judged.changes == (FieldChange("customTags", ["theirs"], ["theirs", "a"]),)
    assert judged.applied == declared.spec

    again = judge(KIND, declared, now, Terms(judged.applied, once))
    assert {kept.cause for kept in judged.kept} == {"declared"}
    assert [replace(kept, base=None, cause="declared") for kept in again.kept] == [*judged.kept]


def test_half_a_verdict_in_the_base_stays_half_while_the_other_is_to_come() -> None:
    base = exactly(classification="truePositive")
    spec = exactly(classification="falsePositive", determination="other")
    answer = incident(classification="unknown", determination="unknown")
    judged = three_way(base, spec, answer)
    assert ([kept.cause for kept in judged.kept], judged.applied) == (["conflict"] * 2, base)


def test_exactly_these_tags_stay_exactly_these_while_one_is_to_come() -> None:
    base, spec = {"customTags": Exactly(["a", "b"])}, {"customTags": Exactly(["a"])}
    judged = three_way(base, spec, incident(customTags=["a", "b"]), customTags="once")
    assert judged.applied == base
    assert [kept.cause for kept in judged.kept] == ["declared"]


def test_a_tag_that_is_to_come_stands_applied_as_the_base_has_it_beside_one_that_is_written() -> (
    None
):
    base = {"customTags": Elements(("old",))}
    spec = {"customTags": Elements(("new",), ("old",))}
    judged = three_way(base, spec, incident(customTags=["old"]), customTags="once")
    assert judged.changes == (FieldChange("customTags", ["old"], ["old", "new"]),)
    assert judged.applied == {"customTags": Elements(("new", "old"))}


def details(base: Spec, spec: Declaration, now: Json) -> Judged:
    declared = declare("Alert", "da1")._replace(spec={"customDetails": spec})
    return judge(ALERT, declared, live("Alert", alert(customDetails=now)), Terms(base))


def test_a_key_in_conflict_stands_applied_as_the_base_has_it() -> None:
    base = {"customDetails": Entries({"a": "1", "b": "1"})}
    judged = details(base, Entries({"a": "2", "b": "2"}), {"a": "9", "b": "1"})
    assert judged.changes == (
        FieldChange("customDetails", {"a": "9", "b": "1"}, {"a": "9", "b": "2"}),
    )
    assert [kept.cause for kept in judged.kept] == ["conflict"]
    assert judged.applied == {"customDetails": Entries({"a": "1", "b": "2"})}


def test_a_key_in_conflict_where_none_was_is_never_a_first_declaration() -> None:
    base = {"customDetails": Exactly(None)}
    spec = Entries({"a": "2", "b": "2"})
    alone = details(base, spec, {"a": "9", "b": "2"})
    assert alone.applied == base

    judged = details(base, spec, {"a": "9"})
    assert judged.applied == {"customDetails": spec}
    again = details(judged.applied, spec, {"a": "9", "b": "2"})
    assert (again.changes, [kept.cause for kept in again.kept]) == ((), ["drift"])


def test_a_determination_that_a_person_changed_is_not_recomputed_unseen() -> None:
    """The document drops it and changes the classification: both sides moved the verdict."""
    declared = declare("Incident", "1", classification="falsePositive")
    now = live(
        "Incident",
        incident(classification="informationalExpectedActivity", determination="confirmedActivity"),
    )
    base = {
        "classification": Exactly("informationalExpectedActivity"),
        "determination": Exactly("securityTesting"),
    }
    judged = judge(KIND, declared, now, Terms(base))
    assert judged.changes == ()
    assert [(kept.name, kept.cause) for kept in judged.kept] == [("classification", "conflict")]
    assert judged.applied == base
