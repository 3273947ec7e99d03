"""Two applies of one tenant at once, and an analyst who edits: what arrived before a check stays.

Half of the seeds have two plans, half have faults on top.

What arrives between a check and its write is lost, as no client of an API without conditions can
help: that is the window, counted here from the emulator's history.
"""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from random import Random
from typing import TYPE_CHECKING

from reconciler.codec import plan as codec
from reconciler.kinds import KINDS
from tests.faults import catalogue, worlds
from tests.faults.budget import BUDGET, SEED
from tests.faults.checker import Timeline
from tests.faults.person import ask, introduce
from tests.faults.rig import rigged

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import pytest

    from reconciler.model.plan import Plan
    from tests.faults.checker import Event, Judgement
    from tests.faults.rig import Applied, Rig

LATENCY_MS = 2
ANALYST = 3
"""The token after those of the two runs."""


@dataclass
class Tally:
    seeds: int = 0
    edits: int = 0
    overwritten: int = 0
    writes: int = 0
    failures: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        share = 100 * self.overwritten / max(1, self.edits)
        return (
            f"{self.seeds} seeds, {self.writes} writes, {self.edits} edits meanwhile:"
            f" {len(self.failures)} violations (overwritten although there when checked, or other),"
            f" {self.overwritten} inside the window of one round trip ({share:.1f} %; no pacing)"
        )


def test_an_edit_that_arrived_before_the_check_is_never_overwritten(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tally = Tally()
    for number in range(BUDGET.rivals):
        seed_run(number, tmp_path / str(number), tally)
    with capsys.disabled():
        print(f"\n  two applies: {tally}")  # noqa: T201 - the figures are what this is run for
    assert tally.edits > tally.seeds
    assert not tally.failures, "\n".join(tally.failures[:20])


def seed_run(number: int, folder: Path, tally: Tally) -> None:
    random = Random(f"{SEED}/{number}/rivals")
    world = worlds.draw(random, incidents=6)
    rival = worlds.declared_on(world.objects, random) if number % 2 else world
    faults = catalogue.parts(random) if number % 4 > 1 else None
    with rigged(world, folder, faults, latency_ms=LATENCY_MS) as rig:
        for token in ("run-1", "run-2", "analyst"):
            introduce(rig.server.url, token)
        plans = [one.plan(rig.time) for one in (world, rival)]
        batch_size = random.choice((2, 5, 20))
        with ThreadPoolExecutor(2) as pool:
            running = [pool.submit(rig.apply, plan, batch_size=batch_size) for plan in plans]
            edit_until(lambda: all(one.done() for one in running), rig, random)
        applied = sorted((one.result() for one in running), key=lambda one: one.token)
        judged = [judgement(rig, plans, one) for one in applied]
        edits = edits_of_the_analyst(rig)
    tally.seeds += 1
    tally.edits += len(edits)
    tally.overwritten += len(edits & frozenset().union(*(one.overwritten for one in judged)))
    for one in judged:
        tally.writes += one.writes
        tally.failures += [f"seed {number} of {SEED}: {text}" for text in one.violations]


def judgement(rig: Rig, plans: list[Plan], applied: Applied) -> Judgement:
    """Which of the two plans a run had is in its report."""
    (plan,) = {
        digest: plan for plan in plans if (digest := codec.digest(plan)) == applied.report.digest
    }.values()
    return rig.judged(plan, applied)


def edit_until(is_over: Callable[[], bool], rig: Rig, random: Random) -> None:
    pause = threading.Event()
    while not is_over():
        path, body = worlds.edit(rig.world, random)
        ask(rig.server.url, "PATCH", path, "analyst", body)
        pause.wait(random.uniform(0, 0.01))


def edits_of_the_analyst(rig: Rig) -> frozenset[Event]:
    """Of what can be declared; what they spill onto alerts counts, too."""
    events = Timeline(rig.world.objects, rig.server.history()).events
    return frozenset(
        event
        for ref, changes in events.items()
        for event in changes
        if event.entry.asked.token == ANALYST
        and event.moved.after.keys() & KINDS[ref.kind].by_name.keys()
    )
