"""--on-conflict fail: all is looked at before anything is written."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from reconciler.errors import Failure, Refused
from reconciler.model.live import Unreadable
from reconciler.model.words import Ref
from reconciler.stories.precheck import NAMED, refuse_conflicts
from tests.support.applying import applied, closing, plan
from tests.support.world import FakeClock, Tenant, alert, declare, incident

if TYPE_CHECKING:
    from reconciler.model.plan import Plan


def check(made: Plan, world: Tenant, *, days: int = 0) -> None:
    world.log.clear()
    refuse_conflicts(made, world, now=FakeClock(ticks=days * 86_400).now())


def test_a_plan_that_still_stands_is_let_through_by_reads_alone() -> None:
    world, made = closing("1", "2", "3")
    check(made, world)
    assert [(what, len(refs)) for what, refs in world.log] == [("read", 3)]


def test_every_conflict_is_named_and_nothing_is_written() -> None:
    world, made = closing("1", "2", "3")
    world.objects[Ref("Incident", "1")]["status"] = "inProgress"
    del world.objects[Ref("Incident", "3")]
    with pytest.raises(Refused) as caught:
        check(made, world)
    assert caught.value.message == (
        "2 in conflict, and --on-conflict is fail; nothing was written:"
        " Incident 1: it moved since the plan (status); Incident 3: it is gone: Graph answered 404"
    )
    assert world.bodies == {}


def test_many_conflicts_are_named_up_to_a_number_and_then_counted() -> None:
    world, made = closing(*(str(number) for number in range(NAMED + 2)))
    world.objects.clear()
    with pytest.raises(Refused, match=r"^22 in conflict, .*; and 2 more$"):
        check(made, world)


def test_an_object_that_cannot_be_read_cannot_be_told_free_of_conflict() -> None:
    world, made = closing("1", "2")
    world.unreadable = {Ref("Incident", "2"): Unreadable("no route")}
    with pytest.raises(Failure, match=r"1 could not be checked.*Incident 2: no route") as caught:
        check(made, world)
    assert caught.value.exit_code == 1


def test_a_declaration_that_has_expired_is_not_looked_at() -> None:
    world = Tenant()
    world.add("Incident", incident("1"))
    made = plan(world, declare("Incident", "1", expires="2026-11-22", status="resolved"))
    world.objects.clear()
    check(made, world, days=1)
    with pytest.raises(Refused):
        check(made, world)


def test_what_an_earlier_run_wrote_and_spilled_is_as_planned() -> None:
    world = Tenant()
    world.add("Incident", incident("1"))
    world.add("Alert", alert("da1"))
    made = plan(
        world,
        declare("Incident", "1", assignedTo="kai"),
        declare("Alert", "da1", status="resolved"),
    )
    check(made, world)
    alone = plan(world, declare("Incident", "1", assignedTo="kai"))
    applied(world, alone)
    check(made, world)
