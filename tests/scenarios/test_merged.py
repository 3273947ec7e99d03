"""Incidents that Defender merged: reported with their survivor, never written, never guessed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.soc import Soc, soc

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def world(tmp_path: Path) -> Iterator[Soc]:
    with soc(tmp_path) as found:
        yield found


def test_a_merged_incident_is_reported_with_its_survivor_and_not_written(world: Soc) -> None:
    world.declare("1", "status: inProgress")
    world.merge("1", "3")

    change = world.change("1", "--detailed-exitcode")
    world.apply("plan.json")

    assert (change["action"], change["reason"]) == ("skip", "redirected")
    assert change["survivor"] == {"id": "3", "title": "As Defender calls it", "severity": "low"}
    assert world.writes() == []


def test_two_declarations_that_end_in_one_survivor_are_named_together(world: Soc) -> None:
    world.declare("1", "status: inProgress")
    world.declare("2", "status: resolved")
    world.merge("1", "3")
    world.merge("2", "3")

    first, second = world.plan("--detailed-exitcode")["changes"]
    world.apply("plan.json")

    assert {first["reason"], second["reason"]} == {"redirected"}
    assert "Incident 2 (desired/2.yaml:2)" in first["problem"]
    assert "Incident 1 (desired/1.yaml:2)" in second["problem"]
    assert world.writes() == []


def test_a_declared_survivor_is_not_written_either_until_a_person_has_chosen(world: Soc) -> None:
    world.declare("1", "status: inProgress")
    world.declare("3", "status: resolved")
    world.merge("1", "3")

    first, survivor = world.plan("--detailed-exitcode")["changes"]
    world.apply("plan.json")

    assert (first["reason"], survivor["reason"]) == ("redirected", "redirected")
    assert "Incident 1 (desired/1.yaml:2)" in survivor["problem"]
    assert world.writes() == []

    (world.root / "desired/1.yaml").unlink()
    world.apply()
    assert world.live("3")["status"] == "resolved"


def test_a_chain_of_merges_ends_in_its_last_survivor(world: Soc) -> None:
    world.declare("1", "status: inProgress")
    world.merge("1", "2")
    world.merge("2", "3")
    assert world.change("1")["survivor"]["id"] == "3"


def test_a_merge_between_plan_and_apply_is_a_conflict(world: Soc) -> None:
    world.declare("1", "status: inProgress")
    world.declare("2", "status: inProgress")
    world.plan()
    world.merge("1", "3")

    report = world.apply("plan.json", code=6)

    assert (report["summary"]["conflict"], report["summary"]["done"]) == (1, 1)
    assert world.live("1")["status"] == "redirected"
    assert world.live("3")["status"] == "active"


def test_what_was_applied_to_a_merged_incident_stays_on_record(world: Soc) -> None:
    world.declare("1", "status: inProgress")
    world.apply()
    world.merge("1", "3")
    world.apply()
    assert world.applied() == {"Incident/1.json": {"status": "inProgress"}}
