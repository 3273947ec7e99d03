"""One declared object and what was observed of it: the action, the reason, and what goes on record."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from reconciler.model.desired import Elements, Exactly
from reconciler.model.live import Known, Merged
from reconciler.model.plan import Change, FieldChange, Kept, Survivor
from reconciler.model.words import Foreign, Place, Ref
from reconciler.planning.change import Context, observed
from reconciler.planning.terms import Terms
from tests.support.world import declare, incident, live

if TYPE_CHECKING:
    from reconciler.model.desired import Declared, Mode, Spec
    from reconciler.model.words import Json

REF = Ref("Incident", "1")
ACTIVE: Spec = {"status": Exactly("active")}
TAGGED: Spec = {"status": Exactly("active"), "customTags": Elements(("a",))}


def change(spec: Spec, base: Spec | None, mode: Mode = "yield", **now: Json) -> Change:
    declared = declare("Incident", "1")._replace(spec=spec)
    terms = Terms(base, dict.fromkeys(spec, mode), is_on_record=True)
    answer = live("Incident", {**incident(), **now})
    return observed(declared, Known(answer), Context({}), terms)


def told(made: Change) -> tuple[str, str]:
    return made.action, made.reason


def test_a_field_to_write_makes_an_update_and_what_is_left_to_people_stands_beside_it() -> None:
    base = {"status": Exactly("active"), "assignedTo": Exactly("kai")}
    spec = {"status": Exactly("resolved"), "assignedTo": Exactly("kai")}

    made = change(spec, base, assignedTo="ann")

    assert told(made) == ("update", "differs")
    assert made.fields == (FieldChange("status", "active", "resolved"),)
    assert made.kept == (Kept("assignedTo", "kai", "kai", "ann", "drift"),)
    assert made.request is not None
    assert made.request.body == {"status": "resolved"}
    assert made.applied == spec


def test_an_update_beside_a_conflict_leaves_the_base_of_that_field() -> None:
    base = {"status": Exactly("active"), "assignedTo": Exactly("kai")}
    spec = {"status": Exactly("resolved"), "assignedTo": Exactly("lee")}

    made = change(spec, base, assignedTo="ann")

    assert told(made) == ("update", "differs")
    assert made.applied == {"status": Exactly("resolved"), "assignedTo": Exactly("kai")}


def test_a_kept_conflict_and_nothing_to_write_is_a_skip_and_nothing_goes_on_record() -> None:
    base = {"status": Exactly("active"), "severity": Exactly("low")}
    spec = {"status": Exactly("resolved"), "severity": Exactly("low")}

    made = change(spec, base, status="inProgress", severity="high")

    assert told(made) == ("skip", "conflict")
    assert [(kept.name, kept.cause) for kept in made.kept] == [
        ("status", "conflict"),
        ("severity", "drift"),
    ]
    assert (made.fields, made.request, made.applied) == ((), None, None)


def test_kept_drift_and_nothing_to_write_is_a_noop_that_is_on_record_already() -> None:
    made = change(TAGGED, TAGGED, customTags=[])

    assert told(made) == ("noop", "drift-kept")
    assert made.kept == (Kept("customTags", {"present": ["a"]}, {"present": ["a"]}, [], "drift"),)
    assert made.applied is None


def test_kept_drift_goes_on_record_where_the_base_was_the_documents_at_a_commit() -> None:
    """Else the next plan would find no entry, and write over the person's value."""
    now = Known(live("Incident", incident(status="inProgress")))

    made = observed(declare("Incident", "1", status="active"), now, Context({}), Terms(ACTIVE))

    assert (told(made), made.applied) == (("noop", "drift-kept"), ACTIVE)


def test_kept_drift_goes_on_record_where_the_declaration_lost_a_field() -> None:
    made = change(ACTIVE, TAGGED, status="inProgress")

    assert (told(made), made.applied) == (("noop", "drift-kept"), ACTIVE)


@pytest.mark.parametrize("base", [None, {}, TAGGED])
def test_an_object_that_is_as_declared_goes_on_record(base: Spec | None) -> None:
    made = change(ACTIVE, base)

    assert (told(made), made.applied) == (("noop", "in-sync"), ACTIVE)


def test_what_is_kept_by_once_alone_is_no_conflict() -> None:
    made = change({"status": Exactly("resolved")}, ACTIVE, "once")

    assert told(made) == ("noop", "drift-kept")
    assert [kept.cause for kept in made.kept] == ["declared"]


def test_what_moved_says_who_moved_it_and_when() -> None:
    made = change(ACTIVE, ACTIVE, status="resolved")

    assert made.moved_by == Foreign("kai@contoso.com")
    assert made.moved_at == made.revision == "2026-11-20T10:00:00.1234567Z"


def rival(object_id: str) -> Declared:
    return declare("Incident", object_id)._replace(source=Place(f"desired/{object_id}.yaml", 7))


def test_a_declared_survivor_is_left_alone_and_names_what_was_merged_into_it() -> None:
    context = Context({}, {REF: (Ref("Alert", "a"),)}, {REF: (rival("2"), rival("3"))})

    made = observed(
        declare("Incident", "1", status="resolved"), Known(live("Incident", incident())), context
    )

    assert told(made) == ("skip", "redirected")
    assert made.problem == (
        "merged into it: Incident 2 (desired/2.yaml:7), Incident 3 (desired/3.yaml:7);"
        " keep one of these documents and delete the others"
    )
    assert (made.survivor, made.fields, made.title) == (None, (), Foreign("Suspicious sign-in"))


def test_two_that_were_merged_into_one_name_each_other() -> None:
    merged = Merged(
        live("Incident", incident(status="redirected")), live("Incident", incident("9"))
    )

    made = observed(
        declare("Incident", "1", status="resolved"),
        merged,
        Context({}, rivals={REF: (rival("2"),)}),
    )

    assert told(made) == ("skip", "redirected")
    assert made.problem == (
        "ending there as well: Incident 2 (desired/2.yaml:7);"
        " keep one of these documents and delete the others"
    )
    assert made.survivor == Survivor("9", Foreign("Suspicious sign-in"), "medium")
