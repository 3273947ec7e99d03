"""How far a long command is: a line that is written over on a terminal, now and then one in a log."""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING, Final

from reconciler.kinds import KINDS
from reconciler.model.live import ById
from reconciler.review.words import number

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from reconciler.cli.door import Door
    from reconciler.model.live import Cost, Observation, Read, Unanswered
    from reconciler.model.words import Ref
    from reconciler.ports import GraphReader, Pacer, Stop

SCREEN_SECONDS: Final = 0.2
LOG_SECONDS: Final = 30.0
"""Between two lines of a log: a short run says nothing there."""
STEADY_SECONDS: Final = 5.0
"""Before that a rate says nothing."""


class Progress:
    """On stderr. Told by whatever sends or waits, from any thread."""

    def __init__(self, door: Door) -> None:
        self._door = door
        self._is_screen = door.stderr.isatty() and not door.env.get("CI")
        self._lock = Lock()
        self._width = 0
        self._doing = ""
        self._expected = self._most = self._spent = 0
        self._began = self._shown = door.clock.monotonic()

    def tell(self, kind: str, seen: int, total: int) -> None:
        of_all = f" of {total:,}" if total >= seen else ""
        with self._lock:
            self._say(f"{kind}: {seen:,}{of_all} read", at_once=True)

    def begin(self, doing: str, *, units: int, units_a_minute: int) -> None:
        """``units``: about so many requests; if it turns out to be more, nothing is foretold.

        A line that is written over would be torn by the lines of a log that tells all.
        """
        import logging

        with self._lock:
            if logging.getLogger("reconciler").isEnabledFor(logging.INFO):
                self._is_screen = False
            self._doing, self._expected, self._most = doing, units, units_a_minute
            self._spent = 0
            self._began = self._shown = self._door.clock.monotonic()

    def spent(self, units: int) -> None:
        with self._lock:
            self._spent += units
            self._say(self._line())

    def tick(self) -> None:
        """Time has passed; nothing else has."""
        with self._lock:
            self._say(self._line())

    def end(self) -> None:
        """The line is blank again."""
        with self._lock:
            self._doing = ""
            if self._width:
                self._write_over("")

    def _line(self) -> str:
        """Empty if nothing is being done that was told of."""
        if not self._doing:
            return ""
        seconds = self._door.clock.monotonic() - self._began
        of_all = f" of about {self._expected:,}" if self._spent <= self._expected else ""
        told = f"{self._doing}: {self._spent:,}{of_all} requests"
        if seconds < STEADY_SECONDS or not self._spent:
            return told
        rate = self._spent / seconds * 60
        told += f", {rate:,.0f} a minute"
        if not of_all:
            return told
        by_rate = (self._expected - self._spent) / rate * 60
        by_quota = (self._expected - 1) // self._most * 60 - seconds
        return f"{told}, about {_time(max(by_rate, by_quota))} left"

    def _say(self, text: str, *, at_once: bool = False) -> None:
        now = self._door.clock.monotonic()
        pause = SCREEN_SECONDS if self._is_screen else LOG_SECONDS
        is_due = now - self._shown >= pause or (at_once and self._is_screen)
        if not text or not is_due:
            return
        self._shown = now
        if self._is_screen:
            self._write_over(text)
        else:
            self._door.say(text)

    def _write_over(self, text: str) -> None:
        shown = text[: self._door.width(self._door.stderr) - 1]
        blank = " " * (self._width - len(shown))
        self._door.write(self._door.stderr, (f"\r{shown}{blank}", "\r" if not shown else ""))
        self._width = len(shown)


class Watched:
    """Implements ports.Pacer over another one: what is spent is told."""

    def __init__(self, pacer: Pacer, progress: Progress) -> None:
        self._pacer = pacer
        self._progress = progress

    def reserve(self, units: int) -> None:
        self._pacer.reserve(units)

    def release(self) -> None:
        self._pacer.release()

    def spend(self, units: int) -> None:
        self._pacer.spend(units)
        self._progress.spent(units)

    def pause(self, seconds: float) -> None:
        self._pacer.pause(seconds)


class Ticking:
    """Implements ports.Stop over another one: a long wait is one that shows."""

    STEP_SECONDS: Final = 1.0

    def __init__(self, stop: Stop, progress: Progress) -> None:
        self._stop = stop
        self._progress = progress

    def is_set(self) -> bool:
        return self._stop.is_set()

    def wait(self, timeout: float) -> bool:
        left = timeout
        while left > self.STEP_SECONDS:
            if self._stop.wait(self.STEP_SECONDS):
                return True
            self._progress.tick()
            left -= self.STEP_SECONDS
        return self._stop.wait(left)


class Shown:
    """Implements ports.GraphReader over another one: while it reads, progress shows."""

    def __init__(self, reader: GraphReader, progress: Progress, *, units_a_minute: int) -> None:
        self._reader = reader
        self._progress = progress
        self._units_a_minute = units_a_minute

    @property
    def cost(self) -> Cost:
        return self._reader.cost

    def check(self, refs: Sequence[Ref]) -> Mapping[Ref, Observation | Unanswered]:
        return self._reader.check(refs)

    def read(self, reads: Sequence[Read]) -> Mapping[Ref, Observation]:
        objects = number(sum(len(read.ids) for read in reads), "object")
        units = sum(map(_least, reads))
        doing = f"reading {objects}"
        self._progress.begin(doing, units=units, units_a_minute=self._units_a_minute)
        try:
            return self._reader.read(reads)
        finally:
            self._progress.end()


def _least(read: Read) -> int:
    """Requests, if the list has no more than what is declared."""
    if isinstance(read, ById):
        return len(read.ids)
    return -(-len(read.ids) // KINDS[read.kind].listing.page_size)


def _time(seconds: float) -> str:
    """As exact as anybody can tell."""
    if seconds < 60:  # noqa: PLR2004 — a minute
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min"
