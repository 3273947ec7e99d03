"""What connections of one command share."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from reconciler.cli.door import Door
from reconciler.cli.session import Line, applied_tree
from reconciler.codec.rows import stamp
from reconciler.model.plan import Estimate, Summary
from reconciler.settings import Config, Identity, Tenant
from tests.support.fake_time import FakeTime
from tests.support.sample_plan import sample_plan

if TYPE_CHECKING:
    from pathlib import Path

    from reconciler.model.plan import Plan
    from reconciler.ports import Pacer
    from reconciler.settings import CloudName

ROOT = "http://127.0.0.1:9"
READER = Identity("11111111-1111-1111-1111-111111111111", "static-token")
WRITER = Identity("22222222-2222-2222-2222-222222222222", "static-token")


@pytest.fixture
def time() -> FakeTime:
    return FakeTime()


@pytest.fixture
def door(time: FakeTime, tmp_path: Path) -> Door:
    return Door(io.StringIO(), io.StringIO(), io.StringIO(), {}, tmp_path, time)


def line(door: Door, name: str = "demo", cloud: CloudName = "global") -> Line:
    url = ROOT if cloud == "global" else None
    tenant = Tenant(name, cloud, "desired", graph_url=url, reader=READER, writer=WRITER)
    config = Config("reconciler.yaml", str(door.cwd), {name: tenant})
    return Line(ROOT, config, tenant, door, applied_tree(config, tenant))


def pacer(door: Door, time: FakeTime, identity: Identity, name: str = "demo") -> Pacer:
    return line(door, name).connection(identity, stop=time, abort=time).pacer


def plan(time: FakeTime, *, units: int, seconds_ago: float) -> Plan:
    made = stamp(time.now() - timedelta(seconds=seconds_ago))
    summary = Summary(requests=Estimate(read_units=units))
    return replace(sample_plan(), created_at=made, summary=summary)


def test_a_plan_and_its_apply_in_one_command_keep_to_one_quota(door: Door, time: FakeTime) -> None:
    pacer(door, time, READER).spend(130)
    pacer(door, time, READER).spend(1)
    assert time.waits == [60.0]


@pytest.mark.parametrize(("identity", "name"), [(WRITER, "demo"), (READER, "fabrikam")])
def test_another_application_and_another_tenant_have_a_quota_of_their_own(
    door: Door, time: FakeTime, identity: Identity, name: str
) -> None:
    pacer(door, time, READER).spend(130)
    pacer(door, time, identity, name).spend(130)
    assert time.waits == []


@pytest.mark.parametrize(
    ("units", "seconds_ago", "waits"),
    [
        (20, 0.0, [60.0]),
        (20, 30.0, [60.0]),
        (20, 75.0, [15.0]),
        (20, 90.0, []),
        (0, 0.0, []),
        (10_000, 4630.0, [15.4]),
        (260, -5.0, [60.0]),
    ],
)
def test_a_plan_that_was_just_made_counts_as_far_as_it_is_of_the_same_minute(
    door: Door, time: FakeTime, units: int, seconds_ago: float, waits: list[float]
) -> None:
    """Of 10,000 units at 130 a minute the last ones were spent 75 minutes and more after the first."""
    line(door).count_reading(plan(time, units=units, seconds_ago=seconds_ago), READER)
    pacer(door, time, READER).spend(130)

    assert time.waits == pytest.approx(waits, abs=0.1)


@pytest.mark.parametrize(("identity", "cloud"), [(WRITER, "global"), (READER, "emulator")])
def test_a_writer_of_its_own_and_the_embedded_tenant_begin_a_quota_of_their_own(
    door: Door, time: FakeTime, identity: Identity, cloud: CloudName
) -> None:
    line(door, cloud=cloud).count_reading(plan(time, units=130, seconds_ago=0.0), identity)
    pacer(door, time, identity).spend(130)

    assert time.waits == []


def test_what_this_command_planned_itself_is_not_counted_twice(door: Door, time: FakeTime) -> None:
    pacer(door, time, READER).spend(20)
    line(door).count_reading(plan(time, units=20, seconds_ago=0.0), READER)
    pacer(door, time, READER).spend(110)

    assert time.waits == []
