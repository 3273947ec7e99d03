"""apply: the plan, batch by batch: check, write, settle. Phases in order, nothing written unseen.

One thread. Every send of a PATCH, the first and each again, comes right after a fresh read of its
object in the same batch, and one reservation of quota covers both, so nothing waits in between.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Final

from reconciler.errors import ReconcilerError
from reconciler.kinds import KINDS
from reconciler.model import ApplyReport, Outcome, Patch, Unreadable, Write
from reconciler.precondition import judge
from reconciler.reading import by_id
from reconciler.settlement import (
    Attempt,
    Unconfirmed,
    after_answer,
    after_check,
    after_confirmation,
    stopped,
)
from reconciler.stories.plan import stamp

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from reconciler.model import Answer, Change, Plan, Ref
    from reconciler.ports import Clock, GraphReader, GraphWriter, Pacer, Stop

UNITS_PER_UPDATE: Final = 2
"""The check and the write."""
HOLDS: Final = frozenset({"done", "alreadyDone"})


@dataclass(frozen=True, slots=True)
class Hands:
    """What apply works with. ``stop``: finish the batch in flight, report, write no more."""

    reader: GraphReader
    writer: GraphWriter
    pacer: Pacer
    stop: Stop
    clock: Clock


def run(plan: Plan, digest: str, hands: Hands, *, batch_size: int) -> ApplyReport:
    """Write what the plan says, where it still is what the plan saw. Never raises for one object.

    What stops the whole run (no token, another tenant's object) ends it with a report too.
    """
    began = hands.clock.now()
    applying = _Applying(plan, hands, batch_size)
    applying.everything()
    return ApplyReport(
        tenant=plan.tenant,
        digest=digest,
        started_at=stamp(began),
        finished_at=stamp(hands.clock.now()),
        outcomes=tuple(applying.outcomes),
        unknown=plan.summary.unknown,
        interrupted=hands.stop.is_set(),
        cost=hands.reader.cost + hands.writer.cost,
        window_seconds=round(applying.window_seconds, 3),
        notices=(f"stopped: {applying.stopped_by}",) if applying.stopped_by else (),
    )


def exit_codes(report: ApplyReport) -> frozenset[int]:
    """Every code that holds; 0 only if all that was declared and planned now stands."""
    names = {outcome.name for outcome in report.outcomes}
    codes = {0}
    if report.interrupted:
        codes.add(130)
    if names - HOLDS:
        reached_graph = bool(names - {"failed", "notTried"}) or any(
            outcome.request_ids for outcome in report.outcomes
        )
        codes.add(6 if reached_graph else 1)
    if report.unknown:
        codes.add(1)
    return frozenset(codes)


class _Applying:
    """The state of one run: what has ended, and which incidents hold their planned change."""

    def __init__(self, plan: Plan, hands: Hands, batch_size: int) -> None:
        self._changes = {change.ref: change for change in plan.changes}
        self._hands = hands
        self._batch_size = batch_size
        self._written: dict[Ref, Change] = {}
        self.outcomes: list[Outcome] = []
        self.stopped_by: str | None = None
        self.window_seconds = 0.0

    def everything(self) -> None:
        for phase in _phases(self._changes.values()):
            waiting = deque(self._not_expired(phase))
            while waiting:
                size = min(self._batch_size, len(waiting))
                batch = [waiting.popleft() for _ in range(size)]
                waiting.extend(self._batch_unless_stopped(batch))

    def _not_expired(self, phase: Sequence[Change]) -> Iterator[Attempt]:
        """Judged again: a document may have expired since the plan; it is released, not written."""
        today = f"{self._hands.clock.now():%Y-%m-%d}"
        for change in phase:
            if change.expires is not None and change.expires <= today:
                self._end(stopped(Attempt(change), f"released since {change.expires}"))
            else:
                yield Attempt(change)

    def _batch_unless_stopped(self, batch: Sequence[Attempt]) -> Sequence[Attempt]:
        """What is to be tried again. What stops the whole run leaves the rest not tried."""
        if self.stopped_by is None and self._hands.stop.is_set():
            self.stopped_by = "interrupted"
        if self.stopped_by is not None:
            for attempt in batch:
                self._end(stopped(attempt, f"the run had stopped: {self.stopped_by}"))
            return ()
        try:
            return self._batch(batch)
        except ReconcilerError as problem:
            self.stopped_by = problem.message
        return [one for one in batch if one.change.ref not in {end.ref for end in self.outcomes}]

    def _batch(self, batch: Sequence[Attempt]) -> Sequence[Attempt]:
        hands = self._hands
        hands.pacer.reserve(UNITS_PER_UPDATE * len(batch))
        try:
            began = hands.clock.monotonic()
            writes = list(self._check(batch))
            answers = self._send(writes)
            if writes:
                took = hands.clock.monotonic() - began
                self.window_seconds = max(self.window_seconds, took)
        finally:
            hands.pacer.release()
        return self._settle(writes, answers)

    def _check(self, batch: Sequence[Attempt]) -> Iterator[tuple[Attempt, Write]]:
        observed = self._hands.reader.read(by_id(attempt.change.ref for attempt in batch))
        for attempt in batch:
            change = attempt.change
            verdict = judge(change, observed[change.ref], written=self._written)
            match after_check(attempt, verdict):
                case Write() as write:
                    yield attempt, write
                case Outcome() as outcome:
                    self._end(outcome)

    def _send(self, writes: Sequence[tuple[Attempt, Write]]) -> Mapping[Ref, Answer]:
        patches = [_patch(attempt.change, write) for attempt, write in writes]
        return self._hands.writer.write(patches) if patches else {}

    def _settle(
        self, writes: Sequence[tuple[Attempt, Write]], answers: Mapping[Ref, Answer]
    ) -> Sequence[Attempt]:
        again: list[Attempt] = []
        unconfirmed: list[Unconfirmed] = []
        for attempt, write in writes:
            match after_answer(attempt, write, answers[attempt.change.ref]):
                case Outcome() as outcome:
                    self._end(outcome)
                case Attempt() as attempt_again:
                    again.append(attempt_again)
                case Unconfirmed() as step:
                    unconfirmed.append(step)
        self._confirm(unconfirmed)
        return again

    def _confirm(self, steps: Sequence[Unconfirmed]) -> None:
        if not steps:
            return
        refs = [step.attempt.change.ref for step in steps]
        try:
            observed = self._hands.reader.read(by_id(refs))
        except ReconcilerError as problem:  # these were sent: they end unsettled, not untried
            self.stopped_by = problem.message
            observed = dict.fromkeys(refs, Unreadable(problem.message))
        for step in steps:
            self._end(after_confirmation(step, observed[step.attempt.change.ref]))

    def _end(self, outcome: Outcome) -> None:
        self.outcomes.append(outcome)
        if outcome.name in HOLDS:
            self._written[outcome.ref] = self._changes[outcome.ref]


def _phases(changes: Iterable[Change]) -> Iterator[Sequence[Change]]:
    """Updates in the order they may be written: incidents, alerts, tasks; one version a batch.

    An incident and its alert are in different phases, so they never share a batch.
    """
    updates = [change for change in changes if change.action == "update"]

    def phase(change: Change) -> tuple[int, str]:
        kind = KINDS[change.ref.kind]
        return kind.phase, kind.version

    for _, group in groupby(sorted(updates, key=phase), key=phase):
        yield list(group)


def _patch(change: Change, write: Write) -> Patch:
    """The fields still to be written, with what the kind's PATCH has to carry, as planned."""
    planned = change.request.body if change.request else {}
    carried = {name: planned[name] for name in KINDS[change.ref.kind].attachments}
    return Patch(change.ref, {**{field.name: field.after for field in write.fields}, **carried})
