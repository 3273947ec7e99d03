"""A snapshot is what a plan would read; what it does not hold is unknown, never absent."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from reconciler.errors import Failure, Refused
from reconciler.model.live import ById, Cost, Known, Listed, Merged, Missing, Unreadable
from reconciler.model.plan import PlanTenant
from reconciler.model.words import Foreign, Ref
from reconciler.stories import snapshot
from reconciler.stories.importing import Hands
from tests.support.applying import CONFIG, SETTINGS, plan
from tests.support.catalogue import Shelf, shelf
from tests.support.world import NOW, FakeClock, Tenant, declare, incident, live

if TYPE_CHECKING:
    from reconciler.model.snapshot import Snapshot
    from reconciler.settings import Tenant as TenantSettings


def world(*ids: str) -> Tenant:
    found = Tenant()
    for one in ids:
        found.add("Incident", incident(one))
    return found


def take(
    tenant: Tenant, *ids: str, catalogue: Shelf | None = None, expires: str | None = None
) -> Snapshot:
    return snapshot.take(
        [declare("Incident", one, status="resolved", expires=expires) for one in ids],
        Hands(catalogue or Shelf(), tenant, lambda *_: None),
        config=CONFIG,
        tenant=SETTINGS,
        clock=FakeClock(),
        everything=catalogue is not None,
    ).snapshot


def ref(object_id: str) -> Ref:
    return Ref("Incident", object_id)


def test_it_holds_what_a_plan_would_read_of_the_declared_objects() -> None:
    tenant = world("1", "3")

    taken = take(tenant, "1", "2")

    assert taken.observations == {
        ref("1"): Known(live("Incident", incident("1"))),
        ref("2"): Missing(),
    }
    assert taken.taken_at == "2026-11-21T12:00:00.000Z"
    assert taken.tenant == PlanTenant("demo", None, "emulator", "emulator")
    assert snapshot.counts(taken) == {"known": 1, "missing": 1, "merged": 0, "unreadable": 0}


def test_nothing_declared_reads_nothing() -> None:
    assert take(world("1")).observations == {}
    assert take(world("1"), "1", expires="2026-11-21").observations == {}


def test_with_everything_the_lists_are_held_and_the_rest_is_read_by_id() -> None:
    tenant = world("1", "3", "7")
    gone = live("Incident", incident("5", status="redirected", redirectIncidentId="1"))
    tenant.unreadable[ref("5")] = Merged(gone, live("Incident", incident("1")))
    listed = shelf(live("Incident", incident("3")), live("Incident", incident("4")), gone)

    taken = take(tenant, "1", "2", "3", catalogue=listed)

    kinds = {one.id: type(found) for one, found in taken.observations.items()}
    assert kinds == {"1": Known, "2": Missing, "3": Known, "4": Known, "5": Merged}
    assert [kind for kind, _ in listed.asked] == [
        "Alert",
        "Incident",
        "IncidentTask",
        "LegacyAlert",
    ]


def test_a_list_that_cannot_be_read_whole_makes_no_snapshot() -> None:
    broken = Shelf({"Incident": [Listed(()), Unreadable("Graph answered 400", Foreign("bad"))]})

    with pytest.raises(Failure) as caught:
        take(world("1"), "1", catalogue=broken)

    assert caught.value.message == "Graph answered 400; no snapshot was written"
    assert caught.value.detail == Foreign("bad")


def test_what_the_snapshot_does_not_hold_is_unknown() -> None:
    reader = snapshot.SnapshotReader(take(world("1"), "1"))

    found = reader.read([ById("Incident", ("1", "8"))])

    assert isinstance(found[ref("1")], Known)
    assert found[ref("8")] == Unreadable(snapshot.NOT_HELD)
    assert reader.cost == Cost()


def test_nothing_is_checked_before_a_write_on_the_word_of_a_file() -> None:
    with pytest.raises(Failure):
        snapshot.SnapshotReader(take(world("1"), "1")).check([ref("1")])


def test_its_clock_stands_at_the_moment_it_was_taken() -> None:
    clock = snapshot.Then(take(world("1"), "1"))

    assert (clock.now(), clock.monotonic()) == (NOW, 0.0)


@pytest.mark.parametrize(
    "other",
    [
        replace(SETTINGS, name="contoso"),
        replace(SETTINGS, tenant_id="12f988bf-16f1-11af-11ab-1d7cd011db47"),
        replace(SETTINGS, cloud="global"),
    ],
)
def test_a_snapshot_of_another_tenant_is_refused(other: TenantSettings) -> None:
    taken = take(world("1"), "1")

    snapshot.check_tenant(taken, SETTINGS)
    with pytest.raises(Refused):
        snapshot.check_tenant(taken, other)


@pytest.mark.parametrize(
    ("age", "told"),
    [
        (timedelta(seconds=-90), "less than a minute ago"),
        (timedelta(seconds=59), "less than a minute ago"),
        (timedelta(minutes=61), "1 h 1 min ago"),
        (timedelta(days=2, minutes=5), "2 d 5 min ago"),
    ],
)
def test_its_age_is_told_to_the_minute(age: timedelta, told: str) -> None:
    said = snapshot.notice(take(world("1"), "1"), now=NOW + age)

    assert f"2026-11-21T12:00:00.000Z ({told})" in said


def test_a_plan_on_it_is_the_plan_that_was_made_then() -> None:
    tenant = world("1", "3")
    declared = [declare("Incident", one, status="resolved") for one in ("1", "2")]
    taken = take(tenant, "1", "2")
    made = plan(tenant, *declared)
    tenant.add("Incident", incident("1", status="resolved"))

    offline = plan(snapshot.SnapshotReader(taken), *declared)  # type: ignore[arg-type]

    assert offline.changes == made.changes
