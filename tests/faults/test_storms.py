"""Throttling: nobody calls before Retry-After is over, whatever form it has; alone, no 429 at all."""

from __future__ import annotations

import math
from random import Random
from typing import TYPE_CHECKING

import pytest

from reconciler.emulator.faults import Fault, Faults, On
from reconciler.net.pacing import LONGEST_WAIT_SECONDS
from reconciler.stories.apply import HOLDS
from tests.faults import worlds
from tests.faults.budget import SEED
from tests.faults.catalogue import RETRY_AFTER, WHOLE, WRITES
from tests.faults.rig import rigged

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from reconciler.emulator.history import Entry
    from tests.faults.rig import Rig

THROTTLED = 429
READS = On(method="GET", part=True)
PARTS = On(part=True)


@pytest.mark.parametrize("share", [0.3, 1.0])
@pytest.mark.parametrize("on", [WHOLE, WRITES], ids=["whole", "parts"])
@pytest.mark.parametrize("retry_after", RETRY_AFTER, ids=repr)
def test_nobody_calls_before_retry_after_is_over(
    tmp_path: Path, retry_after: str | int | None, on: On, share: float
) -> None:
    storm = Fault("status", status=THROTTLED, retry_after=retry_after, on=on, probability=share)
    for number in range(3):
        world = worlds.draw(Random(f"{SEED}/{number}/storm"))
        with rigged(world, tmp_path / str(number), Faults(number, (storm,))) as rig:
            plan = world.plan(rig.time)
            applied = rig.apply(plan, batch_size=3)
            assert list(too_early(rig, retry_after)) == []
            assert rig.judged(plan, applied).violations == []
            rig.server.calm()
            assert {one.name for one in rig.apply(plan).report.outcomes} <= HOLDS


def too_early(rig: Rig, retry_after: str | int | None) -> Iterator[str]:
    """Requests that came before the pauses that were asked for until then had passed."""
    until = 0.0
    history = rig.server.history()
    refused_parts = {entry.asked.envelope for entry in history if entry.status == THROTTLED}
    for entry in history:
        if entry.asked.envelope is not None:
            continue
        if entry.received_at < until - 1e-6:
            yield f"request {entry.number} came {until - entry.received_at:.3f} s too early"
        if entry.status == THROTTLED or entry.number in refused_parts:
            until = max(until, ends_at(entry, retry_after))


def ends_at(entry: Entry, retry_after: str | int | None) -> float:
    """A date has whole seconds; what says nothing usable asks for no pause that could be kept."""
    now = entry.answered_at or 0.0
    if isinstance(retry_after, int):
        return math.floor(now + retry_after)
    is_number = retry_after is not None and retry_after.replace(".", "", 1).isdecimal()
    return now + (float(retry_after or 0) if is_number else 0.5)


@pytest.mark.parametrize("retry_after", [None, "soon", "1e9", ""], ids=repr)
def test_a_429_that_says_nothing_usable_is_answered_by_backing_off(
    tmp_path: Path, retry_after: str | None
) -> None:
    """1, 2 and 4 seconds, each between a half and the whole of it."""
    storm = Fault(
        "status", status=THROTTLED, retry_after=retry_after, on=WHOLE, at=frozenset({1, 2, 3})
    )
    world = worlds.draw(Random(SEED))
    with rigged(world, tmp_path, Faults(1, (storm,))) as rig:
        report = rig.apply(world.plan(rig.time)).report
        assert 3.5 <= rig.time.seconds <= 7
    assert {one.name for one in report.outcomes} == {"done"}


def test_a_pause_longer_than_a_run_waits_ends_it_at_once(tmp_path: Path) -> None:
    world = worlds.draw(Random(SEED))
    storm = Fault("status", status=THROTTLED, retry_after="301", on=WHOLE, at=frozenset({1}))
    with rigged(world, tmp_path, Faults(1, (storm,))) as rig:
        report = rig.apply(world.plan(rig.time)).report
        assert LONGEST_WAIT_SECONDS < 301
        assert [entry.status for entry in rig.server.history()] == [THROTTLED]
        assert rig.time.seconds < 301
    assert {one.name for one in report.outcomes} <= {"failed", "notTried"}


@pytest.mark.parametrize(
    "fault",
    [
        Fault("status", status=503, on=READS, probability=0.05),
        Fault("status", status=504, on=WRITES, probability=0.1),
        Fault("status", status=504, applied=True, on=PARTS, probability=0.1),
        Fault("missing-part", on=PARTS, probability=0.1),
    ],
    ids=["reads", "writes", "parts", "no-answers"],
)
def test_a_few_parts_that_fail_hold_nobody_else_up(tmp_path: Path, fault: Fault) -> None:
    world = worlds.draw(Random(SEED), incidents=100)
    with rigged(world, tmp_path, Faults(7, (fault,))) as rig:
        plan = world.plan(rig.time)
        applied = rig.apply(plan)
        assert rig.judged(plan, applied).violations == []
        assert {one.name for one in applied.report.outcomes} <= HOLDS
        assert any(entry.fault for entry in rig.server.history())
        assert rig.time.seconds <= 20


def test_alone_at_a_tenant_nobody_is_ever_throttled(tmp_path: Path) -> None:
    world = worlds.draw(Random(SEED), incidents=120)
    with rigged(world, tmp_path, requests_per_minute=150) as rig:
        plan = world.plan(rig.time)
        applied = rig.apply(plan, per_minute=130)
        statuses = {entry.status for entry in rig.server.history()}
        units = sum(entry.asked.envelope is not None for entry in rig.server.history())
    assert {one.name for one in applied.report.outcomes} == {"done"}
    assert statuses == {200}
    assert rig.time.seconds >= (units / 130 - 1) * 60 > 60
