from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.model.live import Cost, Known, Missing
from reconciler.model.words import Ref
from reconciler.stories.look import look
from tests.support.applying import CONFIG, SETTINGS
from tests.support.world import NOW, Tenant, declare, incident

if TYPE_CHECKING:
    from reconciler.model.desired import Declared
    from reconciler.stories.look import Looked

EXPIRED = declare("Incident", "3", expires="2026-11-21", status="active")


def looked(world: Tenant, *declared: Declared) -> Looked:
    return look(
        declared, config=CONFIG, tenant=SETTINGS, today=NOW.date(), open_reader=lambda: world
    )


def test_what_is_active_is_read_once_and_the_rest_is_decided_unread() -> None:
    world = Tenant()
    one = world.add("Incident", incident("1"))
    two = Ref("Incident", "2")
    declared = [declare("Incident", number, status="active") for number in ("1", "2")]

    found = looked(world, *declared, EXPIRED)

    assert isinstance(found.observed[one], Known)
    assert found.observed == {one: found.observed[one], two: Missing()}
    assert [change.reason for change in found.desk.released] == ["expired"]
    assert (world.log, found.cost) == ([("read", (one, two))], Cost(2, 1))


def test_nothing_to_read_opens_no_reader() -> None:
    def refuse() -> Tenant:
        raise AssertionError("a reader needs a token, and nothing is to be read")

    found = look([EXPIRED], config=CONFIG, tenant=SETTINGS, today=NOW.date(), open_reader=refuse)

    assert (found.observed, found.cost) == ({}, Cost())
