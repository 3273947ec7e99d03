"""Whatever goes wrong on the way, no write is lost, doubled, unplanned or told otherwise.

The real apply story, graph client and journal against the emulator over a real socket, in process;
only waits are not real. Each run has a seed of its own, which its failure prints.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass, field
from random import Random
from typing import TYPE_CHECKING

from reconciler.emulator.faults import Fault
from reconciler.stories.apply import HOLDS, exit_codes
from tests.faults import catalogue, worlds
from tests.faults.budget import BUDGET, SEED
from tests.faults.rig import rigged

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from reconciler.emulator.faults import Faults
    from tests.faults.rig import Applied, Rig

SHORT_DEADLINE_SECONDS = 0.2
DEADLINE_SECONDS = 20.0


@dataclass
class Tally:
    runs: int = 0
    struck: int = 0
    faults: int = 0
    writes: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        ends = ", ".join(f"{count} {name}" for name, count in self.outcomes.most_common())
        return (
            f"{self.runs} runs (seed {SEED}), {self.struck} of them struck, by {self.faults} faults,"
            f" {self.writes} writes;"
            f" {ends}; {len(self.failures)} violations"
        )


def test_no_write_is_lost_doubled_or_unplanned_whatever_goes_wrong(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tally = Tally()
    while tally.struck < BUDGET.faults and tally.runs < 2 * BUDGET.faults:
        run(tally.runs, tmp_path / str(tally.runs), tally)
    with capsys.disabled():
        print(f"\n  faults: {tally}")  # noqa: T201 - the figures are what this is run for
    assert tally.struck == BUDGET.faults
    assert not tally.failures, "\n".join(tally.failures[:20])


def run(number: int, folder: Path, tally: Tally) -> None:
    random = Random(f"{SEED}/{number}")
    world, faults = worlds.draw(random), catalogue.draw(number, random)
    batch_size = random.choice((1, 2, 3, 20, 20))
    with rigged(world, folder, faults) as rig:
        found = list(violations(rig, faults, batch_size, tally))
    told = ", ".join(map(shown, faults.faults))
    tally.failures += [f"run {number} of seed {SEED}: {text} [{told}]" for text in found]
    tally.runs += 1


def shown(fault: Fault) -> str:
    """Only what is not as usual."""
    usual = Fault("delay")
    said = {name: value for name, value in asdict(fault).items() if value != getattr(usual, name)}
    return f"{fault.do} {said}"


def violations(rig: Rig, faults: Faults, batch_size: int, tally: Tally) -> list[str]:
    plan = rig.world.plan(rig.time)
    slow = any(fault.do in catalogue.SLOW for fault in faults.faults)
    deadline = SHORT_DEADLINE_SECONDS if slow else DEADLINE_SECONDS
    first = rig.apply(plan, deadline_seconds=deadline, batch_size=batch_size)
    judged = rig.judged(plan, first)
    struck = sum(entry.fault is not None for entry in rig.server.history())
    tally.struck += struck > 0
    tally.faults += struck
    tally.writes += judged.writes
    tally.outcomes.update(outcome.name for outcome in first.report.outcomes)
    rig.server.calm()
    second = rig.apply(plan)
    again = rig.judged(plan, second)
    found = judged.violations + again.violations
    names = {outcome.name for outcome in first.report.outcomes}
    if (exit_codes(first.report) == {0}) != (names <= HOLDS):
        found.append(f"the exit codes are {exit_codes(first.report)}, the outcomes {names}")
    if names <= HOLDS and patches(rig, second):
        found.append("all held, and a second apply wrote again")
    left = {one.name for one in second.report.outcomes} - HOLDS
    if left - ({"conflict"} if any(one.fields for one in faults.faults) else set()):
        found.append(f"a second apply without faults left {left}")
    return found


def patches(rig: Rig, applied: Applied) -> int:
    return sum(
        entry.asked.method == "PATCH" and entry.asked.token == applied.token
        for entry in rig.server.history()
    )
