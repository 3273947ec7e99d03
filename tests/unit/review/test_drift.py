from __future__ import annotations

from dataclasses import replace

import pytest

from reconciler.codec.tally import tally
from reconciler.model.plan import Change, FieldChange, GitState, Kept, Plan
from reconciler.model.words import Foreign, Ref
from reconciler.review.drift import drift_entry, drift_outline
from reconciler.review.steps import Move, Parts, Step
from tests.support.plans import BASE, TENANT, quiet_plan, rich_plan, update

REF = Ref("Incident", "1")
ENFORCED = "the next apply overwrites it: enforce"
LEFT = "left to people"


def plan(*changes: Change, base: str | None = BASE) -> Plan:
    return replace(quiet_plan(), git=GitState(base=base), changes=changes, summary=tally(changes))


def steps(change: Change) -> tuple[Step, ...]:
    return drift_entry(change, TENANT).steps


def kept(*rows: Kept) -> Change:
    return Change(REF, "noop", "drift-kept", quiet_plan().changes[0].source, kept=rows)


def test_conflicts_come_first_then_what_would_be_overwritten_then_by_severity() -> None:
    view = drift_outline(rich_plan())

    assert [str(change.ref) for change in view.moved] == [
        "Incident 2972403",  # conflict, overwritten
        "Incident 2972507",  # conflict
        "Incident 2972800",  # medium
        "Incident 2972404",  # low
        "Alert da7",
    ]
    assert [change.ref.id for change in view.unknown] == ["2972600"]


def test_what_moved_is_counted_in_fields_and_objects() -> None:
    status = Kept("status", "resolved", "resolved", "active", "drift")
    rival = Kept("status", "resolved", "inProgress", "active", "conflict")
    unread = kept()._replace(action="skip", reason="unknown")

    assert drift_outline(rich_plan()).counts == (
        "12 fields of 5 objects moved on the live side, 4 in conflict; 2 merged, 1 gone; "
        "1 could not be read"
    )
    assert drift_outline(plan(kept(status))).counts == (
        "1 field of 1 object moved on the live side"
    )
    assert drift_outline(plan(kept(rival), unread)).counts == (
        "1 field of 1 object moved on the live side, 1 in conflict; 1 could not be read"
    )


@pytest.mark.parametrize(
    ("base", "told"),
    [
        (BASE, "Nothing moved on the live side since it was applied."),
        (None, "There is no base (the note says why): what moved cannot be told."),
    ],
)
def test_that_nothing_moved_is_said_only_if_there_is_something_to_compare_with(
    base: str | None, told: str
) -> None:
    unread = kept()._replace(action="skip", reason="unknown")

    assert drift_outline(plan(base=base)).counts == told
    assert drift_outline(plan(unread, base=base)).counts == f"{told} 1 could not be read."


def test_what_was_merged_or_is_gone_is_counted_and_nothing_else_is_said_then() -> None:
    merged = kept()._replace(action="skip", reason="redirected")
    gone = merged._replace(reason="not-found", severity="high")
    unread = merged._replace(reason="unknown")

    view = drift_outline(plan(gone, merged))

    assert view.counts == "No field moved on the live side; 1 merged, 1 gone"
    assert view.gone == (merged, gone)
    assert drift_outline(plan(gone, unread)).counts == (
        "No field moved on the live side; 1 gone; 1 could not be read"
    )


def test_without_a_base_nobody_can_tell_that_an_object_ever_was_there() -> None:
    gone = kept()._replace(action="skip", reason="not-found")

    view = drift_outline(plan(gone, base=None))

    assert view.gone == ()
    assert view.counts == "There is no base (the note says why): what moved cannot be told."


def test_the_remarks_name_the_base_and_the_selection() -> None:
    assert drift_outline(rich_plan()).remarks == (
        ("Since what was applied, at commit ", Foreign(BASE[:12]), ""),
        ("Selected: ", Foreign("owner=soc-*")),
        ("Excluded: ", Foreign("kind=LegacyAlert,path=old/*")),
    )
    assert drift_outline(quiet_plan()).remarks == ()


def test_an_object_says_who_changed_it_last_or_at_least_when() -> None:
    status = Kept("status", "resolved", "resolved", "active", "drift")
    timed = kept(status)._replace(moved_at="2026-11-20T10:00:00Z")

    assert drift_entry(timed, TENANT).origin[-1] == (
        "last changed at ",
        Foreign("2026-11-20T10:00:00Z"),
    )
    named = timed._replace(moved_by=Foreign("kai"))
    assert drift_entry(named, TENANT).origin[-1][:2] == ("last changed by ", Foreign("kai"))
    assert len(drift_entry(kept(status), TENANT).origin) == 1


def test_only_a_conflict_has_a_verdict() -> None:
    drift = Kept("status", "resolved", "resolved", "active", "drift")

    assert drift_entry(kept(drift), TENANT).verdict == ""
    assert drift_entry(kept(replace(drift, cause="conflict")), TENANT).verdict == "conflict"
    field = FieldChange("status", "active", "resolved", "conflict")
    assert drift_entry(update(REF, field), TENANT).verdict == "conflict"


def test_a_kept_conflict_shows_what_was_applied_what_is_there_and_what_is_declared() -> None:
    rival = Kept("status", "resolved", "inProgress", "active", "conflict")
    rests = Kept("determination", "other", "securityTesting", "other", "conflict")

    assert steps(kept(rival, rests)) == (
        Move(
            "status",
            Foreign("resolved"),
            Foreign("active"),
            "",
            " → ",
            LEFT,
            (", declared ", Foreign("inProgress")),
        ),
        Move(
            "determination",
            Foreign("securityTesting"),
            Foreign("other"),
            "declared ",
            ", found ",
            LEFT,
        ),
    )


def test_kept_tags_and_what_did_not_move_are_told_apart() -> None:
    tags = Kept("customTags", ["a"], ["a"], ["b"], "drift")
    once = Kept("assignedTo", None, "kai", "lee", "declared")

    assert steps(kept(once, tags)) == (
        Parts("customTags", (Foreign("b"),), (Foreign("a"),), (), LEFT),
    )


def test_what_is_enforced_shows_what_somebody_set_and_that_it_is_overwritten() -> None:
    change = update(
        REF,
        FieldChange("status", "active", "resolved", "drift"),
        FieldChange("assignedTo", "lee", "kai", "conflict"),
        FieldChange("displayName", "a", "b"),
    )

    assert steps(change) == (
        Move("status", Foreign("resolved"), Foreign("active"), "", " → ", ENFORCED),
        Move("assignedTo", Foreign("kai"), Foreign("lee"), "declared ", ", found ", ENFORCED),
    )


def test_of_enforced_tags_what_will_be_written_is_shown_for_new_ones_are_among_them() -> None:
    change = update(REF, FieldChange("customTags", ["x"], ["p", "new"], "drift"))

    assert steps(change) == (
        Parts(
            "customTags",
            (Foreign("new"), Foreign("p")),
            (Foreign("x"),),
            (),
            "what the next apply writes over it: enforce",
        ),
    )


def test_fields_stand_in_the_order_of_the_kind_whether_written_or_kept() -> None:
    change = update(
        REF,
        FieldChange("status", "active", "resolved", "drift"),
        FieldChange("customTags", ["x"], ["p"], "drift"),
        kept=(Kept("assignedTo", "kai", "kai", "lee", "drift"),),
    )

    assert [step.name for step in steps(change)] == ["status", "assignedTo", "customTags"]
