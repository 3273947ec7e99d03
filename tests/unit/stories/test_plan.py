from __future__ import annotations

from dataclasses import replace

from reconciler.model.plan import GitState, Selection
from reconciler.stories import plan as planning
from tests.support.applying import CONFIG, SETTINGS, plan
from tests.support.world import FakeClock, Tenant, declare, incident, task


def test_nothing_to_read_opens_no_reader() -> None:
    def refuse() -> Tenant:
        raise AssertionError("a reader needs a token, and nothing is to be read")

    made = planning.run(
        [declare("Incident", "1", expires="2026-01-01", status="active")],
        config=CONFIG,
        tenant=SETTINGS,
        selection=Selection(),
        git=GitState(),
        open_reader=refuse,
        clock=FakeClock(),
    )
    assert made.summary.skip == 1
    assert made.created_at == "2026-11-21T12:00:00.000Z"


def test_a_plan_names_the_caveats_of_the_kinds_it_has() -> None:
    world = Tenant()
    world.add("IncidentTask", task("t"))
    made = plan(world, declare("IncidentTask", "t", status="completed"))
    assert any("IncidentTask is a beta API" in notice for notice in made.notices)
    assert not any("LegacyAlert" in notice for notice in made.notices)


def test_a_plan_without_a_tenant_id_says_that_nobody_checks_it() -> None:
    made = planning.run(
        [],
        config=CONFIG,
        tenant=replace(SETTINGS, cloud="global"),
        selection=Selection(),
        git=GitState(),
        open_reader=Tenant,
        clock=FakeClock(),
    )
    assert planning.TENANT_NOTICE in made.notices
    assert planning.TENANT_NOTICE not in plan(Tenant()).notices


def test_three_objects_of_which_none_is_found_make_the_plan_exit_one() -> None:
    made = plan(Tenant(), *(declare("Incident", str(n), status="active") for n in range(3)))
    assert planning.exit_codes(made) == {0, 1}
    assert any("wrong tenant or role scope?" in notice for notice in made.notices)


def test_something_to_write_is_two_only_if_asked_for() -> None:
    world = Tenant()
    world.add("Incident", incident("1"))
    made = plan(world, declare("Incident", "1", status="resolved"))
    assert planning.exit_codes(made) == {0}
    assert planning.exit_codes(made, detailed=True) == {0, 2}
