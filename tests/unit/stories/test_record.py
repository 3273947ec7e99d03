"""What a run puts on record, and that the next plan then judges by it."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from reconciler.errors import BaseFailure
from reconciler.model.base import Base
from reconciler.model.desired import Elements, Exactly
from reconciler.model.outcome import ApplyReport, Outcome, Rejected
from reconciler.model.plan import GitState, Selection
from reconciler.model.words import Foreign, Place, Ref
from reconciler.stories import apply, plan as planning, record
from tests.support.applying import CONFIG, SETTINGS, applied
from tests.support.memory_applied import FIRST, MemoryTree
from tests.support.world import NOW, FakeClock, Tenant, declare, incident

if TYPE_CHECKING:
    from reconciler.model.desired import Declared, Mode, Spec
    from reconciler.model.outcome import OutcomeName
    from reconciler.model.plan import Plan

ONE, TWO, THREE = (Ref("Incident", number) for number in ("1", "2", "3"))
RESOLVED: Spec = {"status": Exactly("resolved")}
ACTIVE: Spec = {"status": Exactly("active")}


def world(*ids: str) -> Tenant:
    tenant = Tenant()
    for object_id in ids:
        tenant.add("Incident", incident(object_id))
    return tenant


def planned(
    tenant: Tenant, tree: MemoryTree, *declared: Declared, base: Base | None = None
) -> Plan:
    return planning.run(
        declared,
        config=CONFIG,
        tenant=SETTINGS,
        selection=Selection(),
        git=GitState(),
        open_reader=lambda: tenant,
        clock=FakeClock(),
        base=base or tree.read(),
    )


def recorded(made: Plan, report: ApplyReport, tree: MemoryTree) -> ApplyReport:
    return record.run(made, report, tree, run_id="4f2a9c1b", at=NOW)


def run(tenant: Tenant, tree: MemoryTree, *declared: Declared) -> Plan:
    made = planned(tenant, tree, *declared)
    recorded(made, applied(tenant, made), tree)
    return made


def resolving(object_id: str, mode: Mode | None = None) -> Declared:
    own: dict[str, Mode] = {"status": mode} if mode else {}
    return declare("Incident", object_id, status="resolved")._replace(management=own)


class SurprisingTree(MemoryTree):
    """A tree that fails in a way that nobody has thought of."""

    def replace(self, *_: object, **__: object) -> str | None:
        raise OverflowError("date value out of range")


def test_a_surprise_is_told_as_a_defect_of_ours_with_its_place() -> None:
    tenant, tree = world("1"), SurprisingTree()
    made = planned(tenant, tree, resolving("1"))

    why = recorded(made, applied(tenant, made), tree).unrecorded

    assert why is not None
    assert re.match(
        r"unexpected OverflowError at reconciler/stories/record\.py:\d+; this is a", why
    )
    assert "issues page" in why


def test_what_was_written_and_what_was_found_as_declared_is_on_record_with_digest_and_run() -> None:
    tenant, tree = world("1", "2"), MemoryTree()
    tenant.objects[TWO]["status"] = "resolved"
    made = planned(tenant, tree, resolving("1"), resolving("2"), resolving("3"))

    report = recorded(made, applied(tenant, made), tree)

    (replaced,) = tree.log
    assert replaced == ({ONE: RESOLVED, TWO: RESOLVED}, (), "sha256:0", "4f2a9c1b", NOW)
    assert (report.applied, report.unrecorded) == (f"c{1:039x}", None)


@pytest.mark.parametrize(
    ("outcome", "is_recorded"),
    [
        ("done", True),
        ("alreadyDone", True),
        ("conflict", False),
        ("failed", False),
        ("unsettled", True),
        ("notTried", False),
    ],
)
def test_what_holds_or_may_hold_is_on_record_and_nothing_else(
    outcome: OutcomeName, is_recorded: bool
) -> None:
    made = planned(world("1"), MemoryTree(), resolving("1"))
    report = apply.nothing(made, "sha256:0", NOW)

    ended = replace(report, outcomes=(Outcome(ONE, outcome, Place("a.yaml")),))

    assert record.applied(made, ended, Base()) == ({ONE: RESOLVED} if is_recorded else {})


@pytest.mark.parametrize("edit", ["inProgress", "active"])
def test_what_a_person_does_after_a_write_that_nobody_could_settle_is_drift_and_stays(
    edit: str,
) -> None:
    tenant, tree = world("1"), MemoryTree()
    made = planned(tenant, tree, resolving("1"))
    ended = Outcome(ONE, "unsettled", Place("a.yaml"))
    recorded(made, replace(apply.nothing(made, "sha256:0", NOW), outcomes=(ended,)), tree)
    tenant.objects[ONE]["status"] = edit

    later = planned(tenant, tree, resolving("1"))

    assert (later.summary.update, later.summary.drift) == (0, 1)


def test_what_was_not_kept_is_planned_again_and_what_a_person_does_instead_stays() -> None:
    tenant, tree = world("1"), MemoryTree()
    tenant.forgets = frozenset({"status"})
    run(tenant, tree, resolving("1"))

    assert tree.specs == {ONE: ACTIVE}
    assert planned(tenant, tree, resolving("1")).summary.update == 1
    tenant.objects[ONE]["status"] = "inProgress"
    later = planned(tenant, tree, resolving("1"))
    assert (later.summary.update, later.summary.conflict) == (0, 1)


def test_what_was_not_kept_leaves_the_base_that_its_field_had() -> None:
    tenant, tree = world("1"), MemoryTree({ONE: ACTIVE}, has_history=True)
    tenant.forgets = frozenset({"status"})
    tenant.objects[ONE]["status"] = "inProgress"

    run(tenant, tree, resolving("1", "enforce"))

    assert tree.specs == {ONE: ACTIVE}


def test_a_not_kept_list_that_is_managed_in_part_leaves_no_base_that_nobody_declared() -> None:
    tenant, tree = world("1"), MemoryTree()
    tenant.forgets = frozenset({"customTags"})
    tags = Elements(("pentest",))

    run(tenant, tree, declare("Incident", "1", status="resolved", customTags=tags))

    assert tree.specs == {ONE: RESOLVED}


def test_a_write_that_failed_leaves_the_base_of_its_object() -> None:
    tenant, tree = world("1", "2"), MemoryTree({ONE: ACTIVE, TWO: ACTIVE}, has_history=True)
    no = Rejected(403, Foreign("Forbidden"), Foreign("no"), "r1")
    tenant.answers[ONE] = [(no, False)]

    run(tenant, tree, resolving("1"), resolving("2"))

    assert tree.specs == {ONE: ACTIVE, TWO: RESOLVED}


def test_released_objects_are_dropped() -> None:
    tenant, tree = world("1"), MemoryTree({ONE: ACTIVE, THREE: ACTIVE}, has_history=True)

    made = run(tenant, tree, resolving("1"))

    assert made.released == (THREE,)
    assert [one.guard for one in made.objections] == []
    assert tree.specs == {ONE: RESOLVED}


def test_a_run_that_was_refused_records_nothing() -> None:
    tenant, tree = world("1"), MemoryTree()
    made = planned(tenant, tree, resolving("1"))
    refused = replace(apply.nothing(made, "sha256:0", NOW), refused=True)

    assert (recorded(made, refused, tree), tree.log) == (refused, [])


def test_a_tree_that_cannot_be_replaced_is_told_and_ends_with_an_error() -> None:
    tenant = world("1")
    made = planned(tenant, MemoryTree(), resolving("1"))
    broken = MemoryTree(full=BaseFailure("the disk is full", remedy="make room"))

    report = recorded(made, applied(tenant, made), broken)

    assert (report.applied, report.unrecorded) == (None, "the disk is full; make room")
    assert apply.exit_codes(report) == {0, 1}


def test_a_base_that_can_no_longer_be_read_is_told_and_ends_with_an_error() -> None:
    tenant, tree = world("1"), MemoryTree({ONE: ACTIVE}, has_history=True)
    made = planned(tenant, tree, resolving("1"))
    tree.problem = BaseFailure("a blob is missing")

    report = recorded(made, applied(tenant, made), tree)

    assert report.unrecorded == "a blob is missing"


def test_who_planned_without_a_base_on_purpose_is_told_that_nothing_is_recorded() -> None:
    """The tree that is there and cannot be read stays as it is; every update holds all the same."""
    tenant = world("1")
    made = planned(tenant, MemoryTree(), resolving("1"), base=Base(is_waived=True))
    broken = MemoryTree(problem=BaseFailure("it is on the remote and not in this clone"))

    report = recorded(made, applied(tenant, made), broken)

    assert (report.applied, report.unrecorded) == (None, None)
    assert report.notices[-1] == (
        "what was applied is not recorded: it is on the remote and not in this clone"
    )
    assert apply.exit_codes(report) == {0}


def test_the_first_run_is_two_way_and_the_second_one_is_empty() -> None:
    tenant, tree = world("1"), MemoryTree()

    first = run(tenant, tree, resolving("1"))
    second = planned(tenant, tree, resolving("1"))

    assert (first.notices[0], first.git.base) == (FIRST, None)
    assert (second.notices, second.git.base) == ((), f"c{1:039x}")
    assert [change.reason for change in second.changes] == ["in-sync"]


def test_what_a_person_moves_after_the_run_stays_and_is_shown_by_whom() -> None:
    tenant, tree = world("1"), MemoryTree()
    run(tenant, tree, resolving("1"))
    tenant.objects[ONE] |= {"status": "active", "lastModifiedBy": "ann@contoso.com"}

    made = planned(tenant, tree, resolving("1"))

    (change,) = made.changes
    assert (change.reason, change.moved_by) == ("drift-kept", Foreign("ann@contoso.com"))
    assert (made.summary.drift_kept, made.summary.drift, made.summary.update) == (1, 1, 0)
    assert planning.exit_codes(made, detailed=True) == {0}
    assert planning.drift_exit_codes(made, detailed=True) == {0, 2}
    assert planning.drift_exit_codes(made, detailed=False) == {0}


def test_an_enforced_field_is_written_again_once_that_is_allowed() -> None:
    tenant, tree = world("1"), MemoryTree()
    run(tenant, tree, resolving("1", "enforce"))
    tenant.objects[ONE]["status"] = "active"

    made = planned(tenant, tree, resolving("1", "enforce"))

    assert [one.override for one in made.objections] == ["--allow driftOverwrites=1"]
    assert [field.cause for field in made.changes[0].fields] == ["drift"]
    run(tenant, tree, resolving("1", "enforce"))
    assert tenant.objects[ONE]["status"] == "resolved"


def test_a_value_that_once_left_to_people_in_the_first_run_stays_theirs_in_the_second() -> None:
    tenant, tree = world("1", "2"), MemoryTree()
    tenant.objects[TWO]["status"] = "resolved"

    first = run(tenant, tree, resolving("1", "once"), resolving("2"))
    second = run(tenant, tree, resolving("1", "once"), resolving("2"))

    assert [change.reason for change in (*first.changes, *second.changes)] == [
        "drift-kept",
        "in-sync",
    ] * 2
    assert tenant.objects[ONE]["status"] == "active"


def test_drift_from_the_documents_at_a_commit_is_drift_in_the_next_run_too() -> None:
    tenant, tree = world("1"), MemoryTree()
    made = planned(tenant, tree, resolving("1"), base=Base({ONE: RESOLVED}, "c0ffee"))
    recorded(made, applied(tenant, made), tree)

    again = planned(tenant, tree, resolving("1"))

    assert [change.reason for change in (*made.changes, *again.changes)] == ["drift-kept"] * 2


def test_what_was_found_before_another_run_recorded_something_is_not_recorded_over_it() -> None:
    tenant, tree = world("1", "2", "3"), MemoryTree({ONE: ACTIVE, TWO: RESOLVED}, has_history=True)
    tenant.objects[ONE]["status"] = tenant.objects[THREE]["status"] = "resolved"
    tenant.objects[TWO]["status"] = "resolved"
    declared = [resolving("1"), resolving("2")._replace(spec=ACTIVE), resolving("3")]
    made = planned(tenant, tree, *declared)
    other = {ONE: {"severity": Exactly("low")}}
    tree.replace(other, (), digest="sha256:1", run="other", at=NOW)
    gone = replace(made, released=(ONE,))

    recorded(gone, applied(tenant, made), tree)

    assert tree.specs == {**other, TWO: ACTIVE, THREE: RESOLVED}
    assert tree.log[-1].released == ()


def test_a_selection_releases_nothing() -> None:
    tenant, tree = world("1"), MemoryTree({ONE: ACTIVE, THREE: ACTIVE}, has_history=True)
    made = planning.run(
        [resolving("1")],
        config=CONFIG,
        tenant=SETTINGS,
        selection=Selection(select=("id=1",)),
        git=GitState(),
        open_reader=lambda: tenant,
        clock=FakeClock(),
        base=tree.read(),
    )

    assert (made.released, made.objections) == ((), ())


def test_most_of_the_applied_declarations_gone_is_objected_to() -> None:
    refs = [Ref("Incident", str(number)) for number in range(1, 5)]
    tree = MemoryTree(dict.fromkeys(refs, ACTIVE), has_history=True)

    made = planned(world("1"), tree, resolving("1"))

    assert [(one.guard, one.count, one.refs) for one in made.objections] == [
        ("releasedPercent", 75, tuple(refs[1:]))
    ]
