from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from reconciler.model.live import ByList, Cost, Known, Missing
from reconciler.model.words import Ref
from reconciler.stories.look import look
from tests.support.applying import CONFIG, SETTINGS
from tests.support.world import NOW, Tenant, declare, incident, live

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from reconciler.model.desired import Declared
    from reconciler.model.live import Observation, Read
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


class Lagging(Tenant):
    """Its list shows the first so many objects as they were."""

    stale = 0

    def read(self, reads: Sequence[Read]) -> Mapping[Ref, Observation]:
        found = dict(super().read(reads))
        if isinstance(reads[0], ByList):
            old = [Ref("Incident", one) for one in reads[0].ids[: self.stale]]
            found.update({ref: Known(live("Incident", incident(ref.id))) for ref in old})
        return found


MANY = [str(number) for number in range(1001, 1501)]


@pytest.mark.parametrize(
    ("stale", "may_sample", "units"),
    [(0, False, 1000), (0, True, 502), (500, True, 1000), (400, True, 1000), (500, False, 1000)],
)
def test_of_many_that_a_list_shows_as_changed_all_are_read_unless_a_sample_shows_it_right(
    stale: int, units: int, *, may_sample: bool
) -> None:
    world = Lagging()
    for one in MANY:
        world.add("Incident", incident(one, status="resolved"))
    world.stale = stale
    found = looked(world, *(declare("Incident", one, status="resolved") for one in MANY))

    confirmed = found.confirmed(list(found.observed), may_sample=may_sample)

    assert confirmed.cost.units == units
    seen = [it.live.fields["status"] for it in confirmed.observed.values() if isinstance(it, Known)]
    assert seen == ["resolved"] * 500


def test_what_fits_one_batch_was_read_by_id_already() -> None:
    world = Tenant()
    one = world.add("Incident", incident("1"))
    found = looked(world, declare("Incident", "1", status="active"))

    assert found.confirmed([one]) is found
