"""Applies that are killed, and applied again: forked from this warm process, which has no threads.

``main`` is run by test_kills in a process of its own: URL FOLDER SEED RUNS.
Each child is a real process with a real journal, that a real SIGKILL ends at a boundary (before or
after a look, a PATCH, an entry in the journal; in the middle of a line) or at some moment.
"""

from __future__ import annotations

import os
import pickle
import signal
import sys
import traceback
from dataclasses import dataclass
from itertools import count
from math import ceil
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Final

import httpx

from reconciler.codec import plan as plans
from reconciler.codec.journal import Header
from reconciler.graph import Connection, open_reader, open_writer, reader, writer
from reconciler.net.pacing import SlidingMinute
from reconciler.store.journal import open_journal
from reconciler.stories import apply
from tests.faults import worlds
from tests.faults.person import introduce
from tests.support.fake_time import FakeTime

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from reconciler.model.live import Cost, Observation, Read, Unanswered
    from reconciler.model.outcome import Answer, ApplyReport, Intent, Outcome, Patch
    from reconciler.model.plan import Plan
    from reconciler.model.words import Ref
    from reconciler.ports import GraphReader, GraphWriter, Journal
    from tests.faults.worlds import World

WARM: Final = (httpx, reader, writer)
"""Imported here, not in each child."""
STEPS_OF_A_BATCH: Final = 8
"""Before and after: look, intend, write, settle."""
LONGEST_LIFE_SECONDS: Final = 0.06
"""A whole run of one child takes about this long; who lives longer is given another try."""


@dataclass(frozen=True)
class Attempt:
    """One child. ``token``: the number under which the emulator's history knows it."""

    token: int
    was_killed: bool
    journal: Path
    report: ApplyReport | None


def world(seed: int, number: int) -> World:
    """Each run has objects of its own, in one tenant."""
    return worlds.draw(Random(f"{seed}/{number}"), prefix=str(100 * (number + 1)))


class Doom:
    """Ends this process at the n-th step; 0: never."""

    def __init__(self, steps: int, *, tears: Path | None = None) -> None:
        self._left = steps
        self._tears = tears

    def step(self, line: bytes = b"") -> None:
        self._left -= 1
        if self._left:
            return
        if self._tears is not None and line:
            with self._tears.open("ab") as file:
                file.write(line)
        os.kill(os.getpid(), signal.SIGKILL)


class DoomedReader:
    def __init__(self, inner: GraphReader, doom: Doom) -> None:
        self._inner = inner
        self._doom = doom

    @property
    def cost(self) -> Cost:
        return self._inner.cost

    def read(self, reads: Sequence[Read]) -> Mapping[Ref, Observation]:
        self._doom.step()
        found = self._inner.read(reads)
        self._doom.step()
        return found

    def check(self, refs: Sequence[Ref]) -> Mapping[Ref, Observation | Unanswered]:
        self._doom.step()
        found = self._inner.check(refs)
        self._doom.step()
        return found


class DoomedWriter:
    def __init__(self, inner: GraphWriter, doom: Doom) -> None:
        self._inner = inner
        self._doom = doom

    @property
    def cost(self) -> Cost:
        return self._inner.cost

    def ready(self) -> None:
        self._inner.ready()

    def write(self, patches: Sequence[Patch]) -> Mapping[Ref, Answer]:
        self._doom.step()
        told = self._inner.write(patches)
        self._doom.step()
        return told


class DoomedJournal:
    def __init__(self, inner: Journal, doom: Doom) -> None:
        self._inner = inner
        self._doom = doom

    @property
    def path(self) -> str:
        return self._inner.path

    def intend(self, intents: Sequence[Intent]) -> None:
        self._doom.step(b'{"type":"intent","at":"2026-')
        self._inner.intend(intents)
        self._doom.step(b'{"type":"outcome","at"')

    def settle(self, outcomes: Sequence[Outcome]) -> None:
        self._doom.step(b'{"type":"outcome","at"')
        self._inner.settle(outcomes)
        self._doom.step(b"{")

    def close(self, report: ApplyReport) -> None:
        self._doom.step(b'{"type":"end"')
        self._inner.close(report)
        self._doom.step()


class Killer:
    def __init__(self, root: str, folder: Path, seed: int) -> None:
        self._root = root
        self._folder = folder
        self._seed = seed
        self._tokens = count(1)

    def run(self, number: int) -> list[Attempt]:
        """Killed at least once, then let live."""
        random = Random(f"{self._seed}/{number}/kills")
        plan = world(self._seed, number).plan(FakeTime())
        batch_size = random.choice((1, 2, 20))
        attempts: list[Attempt] = []
        while not any(one.was_killed for one in attempts) or random.random() < 0.2:
            attempts.append(self._attempt(plan, batch_size, random, is_doomed=True))
        return [*attempts, self._attempt(plan, batch_size, random, is_doomed=False)]

    def _attempt(self, plan: Plan, batch_size: int, random: Random, *, is_doomed: bool) -> Attempt:
        token = next(self._tokens)
        introduce(self._root, f"child-{token}")
        journal = self._folder / f"{token}.jsonl"
        steps, life, tears = 0, None, None
        if is_doomed and random.random() < 0.3:
            life = random.uniform(0, LONGEST_LIFE_SECONDS)
        elif is_doomed:
            steps = random.randint(1, _steps(plan, batch_size))
            tears = journal if random.random() < 0.3 else None
        result = self._folder / f"{token}.pickle"

        def work() -> None:
            report = self._apply(plan, token, journal, batch_size, Doom(steps, tears=tears))
            whole = result.with_suffix(".whole")
            whole.write_bytes(pickle.dumps(report))
            whole.rename(result)  # a kill may come here as well: a report is there whole or not

        was_killed = _forked(work, life)
        report = pickle.loads(result.read_bytes()) if result.exists() else None
        return Attempt(token, was_killed, journal, report)

    def _apply(
        self, plan: Plan, token: int, path: Path, batch_size: int, doom: Doom
    ) -> ApplyReport:
        time = FakeTime()
        pacer = SlidingMinute(1_000_000, time, time)
        connection = Connection(
            self._root, lambda _fresh: f"child-{token}", pacer, time, time, batch_size=batch_size
        )
        digest = plans.digest(plan)
        header = Header(f"{token:08d}", "0", plan.tenant, digest, plan.created_at)
        with open_journal(path, header, time) as journal:
            hands = apply.Hands(
                reader=DoomedReader(open_reader(connection), doom),
                writer=DoomedWriter(open_writer(connection), doom),
                journal=DoomedJournal(journal, doom),
                pacer=pacer,
                stop=time,
                clock=time,
            )
            return apply.run(plan, digest, hands, batch_size=batch_size)


def _steps(plan: Plan, batch_size: int) -> int:
    batches = sum(ceil(len(phase) / batch_size) for phase in apply.phases(plan))
    return STEPS_OF_A_BATCH * batches + 2


def _forked(work: Callable[[], None], life_seconds: float | None) -> bool:
    """Whether it was killed: by itself, or after so many seconds."""
    while signal.sigtimedwait({signal.SIGCHLD}, 0):
        pass  # what earlier children left
    child = os.fork()
    if not child:
        status = 1
        try:
            work()
            status = 0
        except BaseException:  # noqa: BLE001 - told, whatever it is; then the child ends
            traceback.print_exc()
        finally:
            os._exit(status)
    if life_seconds is not None:
        signal.sigtimedwait({signal.SIGCHLD}, life_seconds)
        os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    if os.WIFEXITED(status) and os.WEXITSTATUS(status):
        raise RuntimeError("a child failed by itself")
    return os.WIFSIGNALED(status)


def main() -> None:
    root, folder, seed, runs = sys.argv[1:]
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGCHLD})
    killer = Killer(root, Path(folder), int(seed))
    attempts = [killer.run(number) for number in range(int(runs))]
    Path(folder, "attempts.pickle").write_bytes(pickle.dumps(attempts))
