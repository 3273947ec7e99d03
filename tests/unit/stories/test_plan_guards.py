"""What the story of a plan adds to planning: guards, overrides, notices, exit codes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from reconciler.codec.journal import Run
from reconciler.model.outcome import Outcome
from reconciler.model.plan import FieldChange, GitState, Objection, Plan, Selection
from reconciler.model.words import Place, Ref
from reconciler.settings import Config, Tenant as TenantSettings
from reconciler.stories import plan as planning
from tests.support.memory_journal import HEADER
from tests.support.world import FakeClock, Tenant, declare, incident

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reconciler.model.desired import Declared

SETTINGS = TenantSettings(
    "demo", "emulator", "desired/demo", kinds=frozenset({"Incident"}), guards={"maxClosures": 1}
)
CONFIG = Config("reconciler.yaml", "/repo", {"demo": SETTINGS}, guards={"maxUpdates": 2})
REFS = tuple(Ref("Incident", str(number)) for number in (1, 2, 3))


def made(
    *declared: Declared,
    overrides: Mapping[str, int] | None = None,
    last_run: Run | None = None,
) -> Plan:
    world = Tenant()
    for ref in REFS:
        world.add("Incident", incident(ref.id))
    return planning.run(
        declared,
        config=CONFIG,
        tenant=SETTINGS,
        selection=Selection(),
        git=GitState(),
        open_reader=lambda: world,
        clock=FakeClock(),
        overrides=planning.NOTHING_ALLOWED if overrides is None else overrides,
        last_run=last_run,
    )


def closing(overrides: Mapping[str, int] | None = None) -> Plan:
    declared = [declare("Incident", ref.id, status="resolved") for ref in REFS]
    return made(*declared, overrides=overrides)


def test_objections_stand_in_the_plan_by_the_limits_of_configuration_and_tenant() -> None:
    plan = closing()

    assert plan.overrides == {}
    assert plan.objections == (
        Objection("updates", 2, 3, REFS),
        Objection("closures", 1, 3, REFS),
    )


def test_overrides_stand_in_the_plan_and_lift_their_guard_alone() -> None:
    plan = closing({"closures": 3, "reopenings": 4})

    assert plan.overrides == {"closures": 3, "reopenings": 4}
    assert [one.guard for one in plan.objections] == ["updates"]


def test_a_plan_that_guards_object_to_is_a_plan_all_the_same() -> None:
    assert planning.exit_codes(closing()) == {0}
    assert planning.exit_codes(closing(), detailed=True) == {0, 2}


@pytest.mark.parametrize(
    ("overrides", "objections"),
    [({}, (Objection("empty", 0, 1, ()),)), ({"empty": 1}, ()), ({"empty": 0, "updates": 9}, 1)],
)
def test_a_folder_that_declares_nothing_is_objected_to(
    overrides: Mapping[str, int], objections: tuple[Objection, ...] | int
) -> None:
    plan = made(overrides=overrides)

    assert objections in (plan.objections, len(plan.objections))
    assert plan.notices == ("The desired folder declares nothing",)


def test_a_plan_that_finds_nothing_doubts_its_tenant_and_fails() -> None:
    plan = made(*(declare("Incident", str(number), status="active") for number in (7, 8, 9)))

    assert plan.notices[0].endswith("was found: wrong tenant or role scope?")
    assert planning.exit_codes(plan) == {0, 1}


def test_a_plan_that_repeats_what_did_not_stick_says_so() -> None:
    lost = Outcome(
        REFS[0], "notKept", Place("a.yaml"), fields=(FieldChange("status", "resolved", "active"),)
    )
    plan = made(
        declare("Incident", "1", status="resolved"), last_run=Run(HEADER, (), (lost,), is_cut=False)
    )

    assert plan.notices[-1] == (
        "Incident 1: status does not stick: the run of 2026-11-21T12:00:00.000Z wrote it and"
        " Graph did not keep it"
    )
