"""The probe's hands: a read before every write, the journal before every send, and the way back.

What stands here is what apply promises, for one object and values that nobody planned: an object
that somebody else moved is not written, an answer that got lost is settled by reading. What the
probe wrote is put back only where it still stands.
"""

from __future__ import annotations

from contextlib import contextmanager, suppress
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from reconciler.errors import Failure, Interrupted, JournalFailure, ReconcilerError, unexpected
from reconciler.kinds import KINDS
from reconciler.kinds.alert import ALERT
from reconciler.kinds.observe import observe
from reconciler.model.diagnosis import Leftover
from reconciler.stories.probe.back import Back, Held, are_same, is_same, way_back, without_null
from reconciler.stories.probe.record import SURELY_NOT, Record
from reconciler.stories.probe.subject import ALERTS, lives, shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from reconciler.model.diagnosis import Raw, Standing
    from reconciler.model.live import Live
    from reconciler.model.outcome import Outcome
    from reconciler.model.words import JsonObject, Ref
    from reconciler.ports import Clock, Journal, Pacer, Stop
    from reconciler.stories.probe.subject import Raws, Subject

TRIES: Final = 4
PATIENCE: Final = (1.0, 2.0, 4.0, 8.0)
"""Seconds between looks at what may take its time: 15 s and five looks in all."""
NOTHING: Final[JsonObject] = MappingProxyType({})
_UNAUTHORIZED: Final = 401
_FORBIDDEN: Final = 403
UNITS: Final = 2
"""A read and the write after it, as one reservation."""


class Moved(Failure):
    """Somebody else works on what is being probed."""


class Forbidden(Failure):
    """The writer may not write: each further question would be answered by another no."""


@dataclass(frozen=True, slots=True)
class Hands:
    """``stop``: no further question; ``abort``: not even the way back."""

    raws: Raws
    journal: Journal
    pacer: Pacer
    clock: Clock
    stop: Stop
    abort: Stop
    patience: Sequence[float] = PATIENCE
    """Nothing: what is looked at is as it will be (the emulator)."""


@dataclass(frozen=True, slots=True)
class Wrote:
    """``after``: as the answer shows it, or a read if it does not."""

    sent: JsonObject
    answer: Raw
    before: Live
    after: Live

    @property
    def is_settled(self) -> bool:
        """There was an answer, and it was yes or no."""
        return self.answer.is_ok or self.answer.is_refusal


class Bench:
    """What each object held, what it holds now, and which of that is the probe's doing."""

    def __init__(self, subject: Subject, hands: Hands) -> None:
        self._ref = subject.ref
        self._hands = hands
        self._record = Record(hands.journal)
        self._held = {live.ref: Held(live) for live in (subject.live, *subject.alerts)}
        self._alerts = tuple(live.ref for live in subject.alerts)
        self._marks: Mapping[Ref, Live] = {}
        """The alerts as they were before the last write of the incident."""
        self._is_undoing = False

    @property
    def outcomes(self) -> Sequence[Outcome]:
        return self._record.outcomes

    @property
    def alerts(self) -> int:
        return len(self._alerts)

    def patch(self, body: JsonObject, *, foreseen: JsonObject = NOTHING) -> Wrote:
        """``foreseen``: what Graph may set of the incident beside ``body``, for the journal.

        Raises Forbidden, Moved, Interrupted, JournalFailure, and what Raws raises.
        """
        self._marks = {ref: self._held[ref].now for ref in self._alerts}
        wrote = self._sent(self._ref, body, foreseen=foreseen)
        for _ in range(1, TRIES):
            if wrote.is_settled:
                break
            last, wrote = wrote, self._sent(self._ref, body, foreseen=foreseen)
            if last.answer.status == wrote.answer.status == _UNAUTHORIZED:  # a fresh token, too
                raise self._forbidden(wrote.answer)
        if wrote.answer.status == _FORBIDDEN:
            raise self._forbidden(wrote.answer)
        return wrote

    def _forbidden(self, answer: Raw) -> Forbidden:
        permission = KINDS[self._ref.kind].write_permission
        return Forbidden(f"the writer lacks {permission}; {answer.told}", detail=answer.detail)

    def reached(self, names: Sequence[str]) -> int:
        """How many alerts the last write changed in these fields; looked for until all, or 15 s.

        Raises Moved if an alert changed in any other way.
        """
        found = 0
        for _ in self._looks():
            found = self._look_at_alerts(names)
            if found == self.alerts:
                break
        return found

    def seconds_until_shown(self, query: str | None = None) -> float | None:
        """Until a read (with ``query``: the list) shows what stands now; None: not in 15 s."""
        began = self._hands.clock.monotonic()
        for _ in self._looks():
            if self._is_shown(query):
                return round(self._hands.clock.monotonic() - began, 1)
        return None

    def put_back(self) -> tuple[Leftover, ...]:
        """The incident first: giving it its owner back may give that one to its alerts, too."""
        self._is_undoing = True
        parent = self._held[self._ref]
        left = [*self._put_back(self._ref)]
        if self._reaches(self._ref, parent.ours):
            with suppress(ReconcilerError):  # what each alert holds is read again in any case
                self.reached(tuple(parent.ours))
        for ref in self._alerts:
            left += self._put_back(ref)
        touched = {ref for ref in self._alerts if self._held[ref].ours}
        with suppress(JournalFailure):
            self._record.finish(touched)
        return tuple(left)

    def _put_back(self, ref: Ref) -> Iterator[Leftover]:
        held = self._held[ref]
        if not held.ours:
            return
        try:
            back = self._restored(held)
        except ReconcilerError as problem:
            yield _leftover(held, tuple(held.ours), problem.message)
            return
        except Exception as surprise:  # noqa: BLE001 — the other objects have to go back all the same
            yield _leftover(held, tuple(held.ours), unexpected(surprise).message)
            return
        if back.stuck:
            yield _leftover(held, back.stuck, f"Graph did not take {', '.join(back.stuck)}")
        if back.taken:
            why = f"somebody else changed {', '.join(back.taken)} after the probe had"
            yield _leftover(held, back.taken, why, "taken over")
        if back.theirs:
            why = f"somebody else changed {', '.join(back.theirs)} meanwhile"
            yield _leftover(held, back.theirs, why, "theirs")

    def _restored(self, held: Held) -> Back:
        """What is left to put back once everything was tried."""
        ref = held.original.ref
        for step in range(TRIES):
            held.now = shown(self._hands.raws.read(ref), ref)
            back = way_back(held, exactly=step == 0)
            if not back.bodies:
                break
            with suppress(Moved):  # judged again
                for body in back.bodies:
                    self._sent(ref, body if step == 0 else without_null(held.kind, body))
        held.now = shown(self._hands.raws.read(ref), ref)
        return way_back(held)

    def _sent(self, ref: Ref, body: JsonObject, *, foreseen: JsonObject = NOTHING) -> Wrote:
        """One try: read, journal, send, settle."""
        held = self._held[ref]
        others = [self._held[alert].now for alert in self._reaches(ref, body)]
        self._go_on()
        self._hands.pacer.reserve(UNITS)
        try:
            before = self._fresh(ref)
            with self._journalled():
                self._record.intend(before, {**body, **foreseen}, others)
            held.sends(body)
            answer = self._hands.raws.write(ref, body)
            if answer.is_refusal or answer.status in SURELY_NOT:
                held.withdraws(body)
        finally:
            self._hands.pacer.release()
        after = self._seen(ref, answer, before)
        moved = held.became(after, body)
        with self._journalled():
            self._record.settle(before, after, body, answer)
        if moved and not self._is_undoing:
            raise Moved(f"{ref}: {', '.join(moved)} moved while other fields were written")
        return Wrote(body, answer, before, after)

    def _reaches(self, ref: Ref, names: Iterable[str]) -> tuple[Ref, ...]:
        """The alerts, if Graph may set something of theirs because of these fields of ``ref``."""
        fields = {rule.field for rule in KINDS[ref.kind].spills}
        return self._alerts if fields & set(names) else ()

    @contextmanager
    def _journalled(self) -> Iterator[None]:
        """On the way back a full disk stops nothing: what was found is on file already."""
        try:
            yield
        except JournalFailure:
            if not self._is_undoing:
                raise

    def _seen(self, ref: Ref, answer: Raw, before: Live) -> Live:
        """What the object holds after the write: the answer tells, or a read has to."""
        if answer.is_refusal:
            return before
        live = observe(KINDS[ref.kind], answer.body) if answer.is_ok else None
        return live if live and live.ref == ref else shown(self._hands.raws.read(ref), ref)

    def _fresh(self, ref: Ref) -> Live:
        """The object, as it was left. Raises Moved if a read does not show that in 15 s."""
        for _ in self._looks():
            live = shown(self._hands.raws.read(ref), ref)
            if self._held[ref].is_as_left(live):
                return live
        raise Moved(
            f"{ref} changed while it was probed: somebody else works on it",
            remedy="probe an incident that nobody works on",
        )

    def _look_at_alerts(self, names: Sequence[str]) -> int:
        """Takes in what the incident's writes did to them; how many differ from the marks."""
        parent = self._held[self._ref]
        values = {
            name: (*tried, parent.now.fields.get(name)) for name, tried in parent.ours.items()
        }
        raw = self._hands.raws.related(self._ref, ALERTS, ALERT.name)
        if not raw.is_ok:
            raise Failure(f"the alerts of {self._ref} could not be read: {raw.told}")
        seen = [live for live in lives(raw, ALERT.name) if live.ref in self._held]
        moved = [live.ref for live in seen if not self._held[live.ref].reached(live, values)]
        if moved:
            raise Moved(f"{moved[0]} changed while its incident was probed")
        return sum(
            not all(is_same(name, self._held[ref].now, mark) for name in names)
            for ref, mark in self._marks.items()
        )

    def _is_shown(self, query: str | None) -> bool:
        now = self._held[self._ref].now
        if query is None:
            return are_same(shown(self._hands.raws.read(self._ref), self._ref), now)
        page = lives(self._hands.raws.page(self._ref.kind, query), self._ref.kind)
        return any(live.ref == self._ref and are_same(live, now) for live in page)

    def _looks(self) -> Iterator[int]:
        yield 0
        for number, seconds in enumerate(self._hands.patience, 1):
            waiting = self._hands.abort if self._is_undoing else self._hands.stop
            if waiting.wait(seconds):
                raise Interrupted("interrupted")
            yield number

    def _go_on(self) -> None:
        if self._hands.stop.is_set() and not self._is_undoing:
            raise Interrupted("interrupted")


def _leftover(held: Held, names: Iterable[str], why: str, standing: Standing = "stuck") -> Leftover:
    ref = held.original.ref
    path = held.kind.versioned_path(ref.id)
    return Leftover(ref, path, held.originals(names), why, standing)
