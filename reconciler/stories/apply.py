"""apply: the plan, batch by batch: check, write, settle. Phases in order, nothing written unseen.

One thread. Every send of a PATCH, the first and each again, comes right after a fresh read of its
object in the same batch, and one reservation of quota covers both, so nothing waits in between but
for the journal: it holds what is meant before it is sent, and what became of it before the next.
What failed waits by itself, and the others go on; only what Graph asks for holds up all.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import groupby
from typing import TYPE_CHECKING, Final, TypeAlias

from reconciler.codec.rows import stamp
from reconciler.delay_queue import DelayQueue
from reconciler.errors import Interrupted, JournalFailure, ReconcilerError, Refused, unexpected
from reconciler.kinds import KINDS
from reconciler.model.live import Known, Unanswered, Unreadable
from reconciler.model.outcome import ApplyReport, Intent, Outcome, Patch, Write
from reconciler.planning.estimate import UNITS_PER_UPDATE
from reconciler.planning.expiry import is_expired
from reconciler.precondition import intent, judge
from reconciler.reading import by_id
from reconciler.settlement import (
    Attempt,
    Unconfirmed,
    after_answer,
    after_check,
    after_confirmation,
    stopped,
    unanswered,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from datetime import datetime

    from reconciler.model.live import Observation
    from reconciler.model.outcome import Answer
    from reconciler.model.plan import Change, Plan
    from reconciler.model.words import Ref
    from reconciler.ports import Clock, GraphReader, GraphWriter, Journal, Pacer, Stop

HOLDS: Final = frozenset({"done", "alreadyDone"})
TIME_IS_UP: Final = "the time that --timeout gives was over"

_Sending: TypeAlias = tuple[Attempt, Write, Intent]
"""An update whose check said: write. What is sent, and what the journal is told before."""

_Step: TypeAlias = Attempt | Unconfirmed
"""An update that has not ended: to be checked and written, or to be read after its write."""


@dataclass(frozen=True, slots=True)
class Hands:
    """What apply works with. ``stop``: finish the batch in flight, report, write no more."""

    reader: GraphReader
    writer: GraphWriter
    journal: Journal
    pacer: Pacer
    stop: Stop
    clock: Clock
    is_late: Callable[[], bool] = lambda: False
    """Whether it was the time given that stopped the run, and no person."""


def run(plan: Plan, digest: str, hands: Hands, *, batch_size: int) -> ApplyReport:
    """Write what the plan says, where it still is what the plan saw. Never raises for one object.

    What stops the whole run (no token, another tenant's object) ends it with a report too.
    """
    began = hands.clock.now()
    applying = _Applying(plan, hands, batch_size)
    applying.everything()
    report = ApplyReport(
        tenant=plan.tenant,
        digest=digest,
        started_at=stamp(began),
        finished_at=stamp(hands.clock.now()),
        outcomes=tuple(applying.outcomes),
        unknown=plan.summary.unknown,
        interrupted=hands.stop.is_set() and not hands.is_late(),
        refused=applying.is_refused,
        cost=hands.reader.cost + hands.writer.cost,
        journal=hands.journal.path,
        is_on_file=applying.is_on_file,
        window_seconds=round(applying.window_seconds, 3),
        notices=applying.notices,
    )
    return _closed(report, hands.journal) if report.is_on_file else report


def nothing(plan: Plan, digest: str, now: datetime) -> ApplyReport:
    """The report of a plan without updates: nobody is asked, nothing is sent or written down."""
    at = stamp(now)
    return ApplyReport(plan.tenant, digest, at, at, outcomes=(), unknown=plan.summary.unknown)


def exit_codes(report: ApplyReport) -> frozenset[int]:
    """Every code that holds; 0 only if all that was declared and planned now stands."""
    names = {outcome.name for outcome in report.outcomes}
    codes = {0}
    if report.interrupted:
        codes.add(130)
    if report.refused:
        codes.add(5)
    if names - HOLDS:
        reached_graph = bool(names - {"failed", "notTried"}) or any(
            outcome.request_ids for outcome in report.outcomes
        )
        codes.add(6 if reached_graph else 1)
    if report.unknown or not report.is_on_file or report.unrecorded:
        codes.add(1)
    return frozenset(codes)


def is_released(change: Change, now: datetime) -> bool:
    """Its document has expired since the plan."""
    return is_expired(change.expires, f"{now:%Y-%m-%d}")


def phases(plan: Plan) -> Iterator[Sequence[Change]]:
    """Updates in the order they may be written: incidents, alerts, tasks; one version a batch.

    An incident and its alert are in different phases, so they never share a batch.
    """
    updates = [change for change in plan.changes if change.action == "update"]

    def phase(change: Change) -> tuple[int, str]:
        kind = KINDS[change.ref.kind]
        return kind.phase, kind.version

    for _, group in groupby(sorted(updates, key=phase), key=phase):
        yield list(group)


class _Applying:
    """The state of one run: what has ended, and which incidents hold their planned change."""

    def __init__(self, plan: Plan, hands: Hands, batch_size: int) -> None:
        self._plan = plan
        self._changes = {change.ref: change for change in plan.changes}
        self._hands = hands
        self._batch_size = batch_size
        self._written: dict[Ref, Change] = {}
        self._unfiled: list[Outcome] = []
        self._in_flight: frozenset[Ref] = frozenset()
        """What was sent and is not settled: if anything goes wrong, it may have been applied."""
        self.outcomes: list[Outcome] = []
        self.stopped_by: str | None = None
        self.notices: tuple[str, ...] = ()
        self.is_on_file = True
        self.is_refused = False
        self._has_sent = False
        self.window_seconds = 0.0

    def everything(self) -> None:
        for phase in phases(self._plan):
            waiting: DelayQueue[_Step] = DelayQueue(map(Attempt, phase))
            while waiting:
                steps, wait = waiting.take(self._batch_size, self._hands.clock.monotonic())
                if wait > 0:
                    self._hands.stop.wait(wait)
                batch = [step for step in steps if isinstance(step, Attempt)]
                again = self._batch_unless_stopped(list(self._not_expired(batch)))
                sent = [step for step in steps if isinstance(step, Unconfirmed)]
                now = self._hands.clock.monotonic()
                for step in (*again, *self._confirm(sent)):
                    waiting.add(replace(step, wait_seconds=0.0), now + step.wait_seconds)
        self._file()

    def _not_expired(self, batch: Sequence[Attempt]) -> Iterator[Attempt]:
        """Judged again: a document may have expired since the plan; it is released, not written."""
        now = self._hands.clock.now()
        for attempt in batch:
            if is_released(attempt.change, now) and not attempt.was_lost:
                self._end(stopped(attempt, f"released since {attempt.change.expires}"))
            else:
                yield attempt

    def _batch_unless_stopped(self, batch: Sequence[Attempt]) -> Sequence[_Step]:
        """What is to be tried again. What stops the whole run leaves the rest not tried."""
        if not batch:
            return ()
        if self._hands.stop.is_set():
            self._stop(self._who_stopped())
        if self.stopped_by is not None:
            self._leave(batch, self.stopped_by)
            return ()
        try:
            return self._batch(batch)
        except Interrupted:
            self._stop(self._who_stopped())
        except ReconcilerError as problem:
            self.is_refused = isinstance(problem, Refused) and not self._has_sent
            self._stop(problem.message)
        except Exception as surprise:  # noqa: BLE001 — what was written has to be reported
            self._surprised(surprise)
        ended = {end.ref for end in self.outcomes}
        left = [one for one in batch if one.change.ref not in ended]
        return [replace(one, was_lost=one.was_lost or self._is_in_flight(one)) for one in left]

    def _is_in_flight(self, attempt: Attempt) -> bool:
        return attempt.change.ref in self._in_flight

    def _batch(self, batch: Sequence[Attempt]) -> Sequence[_Step]:
        """Nothing waits between check and write: not for quota, a token, or a second try."""
        hands = self._hands
        hands.writer.ready()
        hands.pacer.reserve(UNITS_PER_UPDATE * len(batch))
        try:
            began = hands.clock.monotonic()
            observed = hands.reader.check([attempt.change.ref for attempt in batch])
            again = self._unanswered(batch, observed)
            if hands.is_late() or _is_held_up(observed):
                left = [
                    one for one in batch if not isinstance(observed[one.change.ref], Unanswered)
                ]
                return [*left, *again]
            writes = list(self._judged(batch, observed))
            answers = self._send(writes)
            if writes:
                took = hands.clock.monotonic() - began
                self.window_seconds = max(self.window_seconds, took)
        finally:
            hands.pacer.release()
        steps = [*again, *self._settle(writes, answers)]
        self._in_flight = frozenset()
        self._file()
        return steps

    def _unanswered(
        self, batch: Sequence[Attempt], observed: Mapping[Ref, Observation | Unanswered]
    ) -> Sequence[Attempt]:
        """What is to be checked again; it waits for nobody, and nobody waits for it."""
        again: list[Attempt] = []
        for attempt in batch:
            found = observed[attempt.change.ref]
            if not isinstance(found, Unanswered):
                continue
            match unanswered(attempt, found):
                case Outcome() as outcome:
                    self._end(outcome)
                case Attempt() as attempt_again:
                    again.append(attempt_again)
        return again

    def _judged(
        self, batch: Sequence[Attempt], observed: Mapping[Ref, Observation | Unanswered]
    ) -> Iterator[_Sending]:
        for attempt in batch:
            change, observation = attempt.change, observed[attempt.change.ref]
            if isinstance(observation, Unanswered):
                continue
            verdict = judge(change, observation, written=self._written)
            match after_check(attempt, verdict), observation:
                case Write() as write, Known(live):
                    yield attempt, write, intent(change, write, live)
                case Outcome() as outcome, _:
                    self._end(outcome)

    def _send(self, writes: Sequence[_Sending]) -> Mapping[Ref, Answer]:
        """What the journal does not take is not sent."""
        if not writes:
            return {}
        self._hands.journal.intend([meant for _, _, meant in writes])
        patches = [_patch(attempt.change, write) for attempt, write, _ in writes]
        self._in_flight = frozenset(patch.ref for patch in patches)
        self._has_sent = True
        try:
            answers = self._hands.writer.write(patches)
        except ReconcilerError:  # raised only before anything was sent
            self._in_flight = frozenset()
            raise
        return answers

    def _settle(self, writes: Sequence[_Sending], answers: Mapping[Ref, Answer]) -> Sequence[_Step]:
        again: list[_Step] = []
        unseen: list[Unconfirmed] = []
        for attempt, write, _ in writes:
            match after_answer(attempt, write, answers[attempt.change.ref]):
                case Outcome() as outcome:
                    self._end(outcome)
                case Unconfirmed(wait_seconds=0.0) as step:
                    unseen.append(step)
                case Attempt() | Unconfirmed() as step:
                    again.append(step)
        return [*again, *self._confirm(unseen)]

    def _confirm(self, steps: Sequence[Unconfirmed]) -> Sequence[Unconfirmed]:
        """What is to be read once more. After a stop nothing is."""
        again: list[Unconfirmed] = []
        observed = self._look([step.attempt for step in steps])
        is_last = self._hands.stop.is_set() or self.stopped_by is not None
        for step in steps:
            seen = observed[step.attempt.change.ref]
            match after_confirmation(step, seen, is_last=is_last):
                case Outcome() as outcome:
                    self._end(outcome)
                case Unconfirmed() as step_again:
                    again.append(step_again)
        return again

    def _leave(self, batch: Sequence[Attempt], why: str) -> None:
        """The run has stopped. What was sent and got no answer is worth a last look."""
        observed = self._look([attempt for attempt in batch if attempt.was_lost])
        for attempt in batch:
            change, problem = attempt.change, f"the run had stopped: {why}"
            found = observed.get(change.ref)
            verdict = None if found is None else judge(change, found, written=self._written)
            self._end(stopped(attempt, problem, verdict))

    def _look(self, sent: Sequence[Attempt]) -> Mapping[Ref, Observation]:
        """What a read says of objects that were written; what it cannot tell is no reason to raise."""
        refs = [attempt.change.ref for attempt in sent]
        if not refs:
            return {}
        try:
            return self._hands.reader.read(by_id(refs))
        except ReconcilerError as problem:
            self._stop(problem.message)
            return dict.fromkeys(refs, Unreadable(problem.message))
        except Exception as surprise:  # noqa: BLE001 — what was written has to be reported
            return dict.fromkeys(refs, Unreadable(self._surprised(surprise)))

    def _file(self) -> None:
        """What has ended since the last time goes to the journal; if it cannot, the run stops."""
        unfiled, self._unfiled = self._unfiled, []
        if not unfiled:
            return
        try:
            self._hands.journal.settle(unfiled)
        except JournalFailure as problem:
            self.is_on_file = False
            self._stop(problem.message)

    def _stop(self, why: str, *advice: str) -> None:
        """The first reason counts."""
        if self.stopped_by is None:
            self.stopped_by, self.notices = why, (f"stopped: {why}", *advice)

    def _surprised(self, surprise: Exception) -> str:
        problem = unexpected(surprise)
        self._stop(problem.message, problem.remedy or "")
        return problem.message

    def _who_stopped(self) -> str:
        return TIME_IS_UP if self._hands.is_late() else "interrupted"

    def _end(self, outcome: Outcome) -> None:
        self.outcomes.append(outcome)
        self._unfiled.append(outcome)
        if outcome.name in HOLDS:
            self._written[outcome.ref] = self._changes[outcome.ref]


def _is_held_up(observed: Mapping[Ref, Observation | Unanswered]) -> bool:
    """Nobody may send now, so what was answered would age before it is written."""
    return any(isinstance(one, Unanswered) and one.holds_up_others for one in observed.values())


def _patch(change: Change, write: Write) -> Patch:
    """The fields still to be written, with what the kind's PATCH has to carry, as planned."""
    planned = change.request.body if change.request else {}
    carried = {name: planned[name] for name in KINDS[change.ref.kind].attachments}
    return Patch(change.ref, {**{field.name: field.after for field in write.fields}, **carried})


def _closed(report: ApplyReport, journal: Journal) -> ApplyReport:
    """The journal's last line says how the run ended; a disk that has no room for it is told."""
    try:
        journal.close(report)
    except JournalFailure as problem:
        return replace(report, is_on_file=False, notices=(*report.notices, problem.message))
    return report
