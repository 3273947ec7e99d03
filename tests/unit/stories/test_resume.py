"""Running the same plan again continues where a run ended, wherever that was.

Every call of every port is a place where the process may die, before it took effect or after.
"""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING, TypeVar

import pytest

from reconciler.model.outcome import Accepted, Lost, Postponed
from reconciler.model.words import Ref
from reconciler.stories import apply
from tests.support.applying import names, plan
from tests.support.memory_journal import MemoryJournal
from tests.support.world import (
    FakeClock,
    FreePacer,
    Tenant,
    alert,
    declare,
    incident,
    legacy,
    task,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from reconciler.model.live import Cost, Observation, Read, Unanswered
    from reconciler.model.outcome import Answer, ApplyReport, Intent, Outcome, Patch
    from reconciler.model.plan import Plan

Result = TypeVar("Result")


class Crash(BaseException):
    """The process is gone: nothing catches this."""


class World(Tenant):
    """A tenant that counts the writes of each object that took effect."""

    def __init__(self) -> None:
        super().__init__()
        self.effects: Counter[Ref] = Counter()

    def _apply(self, patch: Patch) -> None:
        self.effects[patch.ref] += 1
        super()._apply(patch)


@dataclass
class Fate:
    """Strikes at one step of a run: each call of a port is two, before and after."""

    strike: Callable[[], None]
    at: int
    steps: int = 0

    def step(self) -> None:
        if self.steps == self.at:
            self.strike()
        self.steps += 1


@dataclass
class Ports:
    """Reader, writer, journal and pacer of one run, with its fate in every call."""

    world: World
    fate: Fate
    kept: MemoryJournal = field(default_factory=MemoryJournal)
    inner: FreePacer = field(default_factory=FreePacer)
    path: str = "memory.jsonl"

    @property
    def cost(self) -> Cost:
        return self.world.cost

    def read(self, reads: Sequence[Read]) -> Mapping[Ref, Observation]:
        return self._fated(lambda: self.world.read(reads))

    def check(self, refs: Sequence[Ref]) -> Mapping[Ref, Observation | Unanswered]:
        return self._fated(lambda: self.world.check(refs))

    def ready(self) -> None:
        pass

    def write(self, patches: Sequence[Patch]) -> Mapping[Ref, Answer]:
        return self._fated(lambda: self.world.write(patches))

    def intend(self, intents: Sequence[Intent]) -> None:
        self._fated(lambda: self.kept.intend(intents))

    def settle(self, outcomes: Sequence[Outcome]) -> None:
        self._fated(lambda: self.kept.settle(outcomes))

    def close(self, report: ApplyReport) -> None:
        self._fated(lambda: self.kept.close(report))

    def reserve(self, units: int) -> None:
        self._fated(lambda: self.inner.reserve(units))

    def release(self) -> None:
        self._fated(self.inner.release)

    def spend(self, units: int) -> None:
        self.inner.spend(units)

    def pause(self, seconds: float) -> None:
        self.inner.pause(seconds)

    def throttled(self) -> None:
        pass

    def _fated(self, call: Callable[[], Result]) -> Result:
        self.fate.step()
        result = call()
        self.fate.step()
        return result


def mixed() -> tuple[World, Plan]:
    """All kinds; spill-over, a verdict, a lost answer of each sort, a throttled and a bare one."""
    world = World()
    for object_id in "1234":
        world.add("Incident", incident(object_id))
    for object_id, parent in (("da1", "1"), ("da2", "9"), ("da3", "9")):
        world.add("Alert", alert(object_id, incidentId=parent))
    world.add("LegacyAlert", legacy())
    world.add("IncidentTask", task())
    made = plan(
        world,
        declare("Incident", "1", status="resolved", assignedTo="kai"),
        declare("Incident", "2", classification="truePositive", determination="malware"),
        declare("Incident", "3", customTags=["a"], assignedTo="ann"),
        declare("Incident", "4", status="resolved"),
        declare("Alert", "da1", status="resolved", classification="truePositive"),
        declare("Alert", "da2", status="resolved"),
        declare("Alert", "da3", assignedTo="kai"),
        declare("LegacyAlert", "la1", status="resolved"),
        declare("IncidentTask", "213213", status="completed"),
    )
    assert made.summary.update == 9
    world.answers = {
        Ref("Incident", "2"): [(Lost("reset"), True)],
        Ref("Incident", "3"): [(Postponed("throttled", 1.0), False)],
        Ref("Incident", "4"): [(Accepted(None, "r"), True)],
        Ref("Alert", "da2"): [(Lost("reset"), False)],
    }
    return world, made


def run(made: Plan, ports: Ports, clock: FakeClock) -> ApplyReport:
    hands = apply.Hands(ports, ports, ports, ports, clock, clock)
    return apply.run(made, "sha256:0", hands, batch_size=2)


def crash(_clock: FakeClock) -> None:
    raise Crash


def stop(clock: FakeClock) -> None:
    clock.is_stopped = True


@pytest.mark.parametrize("strike", [crash, stop])
def test_a_run_that_ended_anywhere_is_brought_to_its_end_by_the_same_plan(
    strike: Callable[[FakeClock], None],
) -> None:
    for at in count():
        world, made = mixed()
        clock = FakeClock()
        first = Ports(world, Fate(lambda clock=clock: strike(clock), at))  # type: ignore[misc]
        with suppress(Crash):
            run(made, first, clock)
        written = [ref for ref, times in world.effects.items() for _ in range(times)]
        on_file = {intent.ref for intent in first.kept.run().intents}
        assert on_file.issuperset(written), at

        second = Ports(world, Fate(lambda: None, -1))
        report = run(made, second, FakeClock())

        assert set(names(report).values()) <= {"done", "alreadyDone"}, at
        assert len(report.outcomes) == 9
        assert world.effects == dict.fromkeys(world.objects, 1), at
        assert second.kept.run().open == (), at
        assert apply.exit_codes(report) == {0}
        if first.fate.steps < at:
            break
    assert at > 60
