"""What connections of one command share."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pytest

from reconciler.cli.door import Door
from reconciler.cli.session import Line, applied_tree
from reconciler.settings import Config, Identity, Tenant
from tests.support.fake_time import FakeTime

if TYPE_CHECKING:
    from pathlib import Path

    from reconciler.ports import Pacer

ROOT = "http://127.0.0.1:9"
READER = Identity("11111111-1111-1111-1111-111111111111", "static-token")
WRITER = Identity("22222222-2222-2222-2222-222222222222", "static-token")


@pytest.fixture
def time() -> FakeTime:
    return FakeTime()


@pytest.fixture
def door(time: FakeTime, tmp_path: Path) -> Door:
    return Door(io.StringIO(), io.StringIO(), io.StringIO(), {}, tmp_path, time)


def pacer(door: Door, time: FakeTime, identity: Identity, name: str = "demo") -> Pacer:
    tenant = Tenant(name, "global", "desired", graph_url=ROOT)
    config = Config("reconciler.yaml", str(door.cwd), {name: tenant})
    line = Line(ROOT, config, tenant, door, applied_tree(config, tenant))
    return line.connection(identity, stop=time, abort=time).pacer


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
