"""The quota of one application in one tenant: a sliding minute, its only clock the one given."""

from __future__ import annotations

import logging
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from reconciler.errors import Interrupted, NetworkFailure

if TYPE_CHECKING:
    from reconciler.ports import Clock, Stop

logger = logging.getLogger(__name__)

WINDOW_SECONDS: Final = 60.0
LONGEST_WAIT_SECONDS: Final = 300.0
"""A server that asks for a longer pause is not waited for, and not asked again before its end."""

SLOWER: Final = 3 / 4
"""What is left of the rate after a 429: others spend of the same quota, nobody tells how much."""
LEAST_SHARE: Final = 1 / 3
"""No slower than this share of the rate that was configured: of 130, one batch checked and written."""


class TooLongAWait(NetworkFailure):
    """Nothing was sent: Graph asked for a pause that nobody waits for."""

    def __init__(self, seconds: float) -> None:
        super().__init__(
            f"Graph asked not to be called for another {seconds:.0f} s; this run does not wait"
            f" longer than {LONGEST_WAIT_SECONDS:.0f} s",
            remedy="run it again later",
        )
        self.seconds = seconds


@dataclass(slots=True)
class Minute:
    """What was spent of one quota lately, by all pacers that share it; older spending is let go."""

    spent: deque[tuple[float, int]] = field(default_factory=deque)
    used: int = 0

    def add(self, at: float, units: int) -> None:
        self.spent.append((at, units))
        self.used += units

    def forget(self, now: float) -> None:
        while self.spent and self.spent[0][0] + WINDOW_SECONDS <= now:
            self.used -= self.spent.popleft()[1]


class SlidingMinute:
    """Implements ports.Pacer: never more than ``per_minute`` units in any sliding 60 s.

    Units count from the moment they are spent; what is reserved is held out of the room of others.
    More units than the quota at once (a batch above it) go in parts: the window is emptied for
    each. A 429 lowers the rate for the rest of the run, at most once a window. One pacer for all
    lanes of a run, and not for several threads: requests are sent from one.
    """

    def __init__(
        self, per_minute: int, clock: Clock, stop: Stop, minute: Minute | None = None
    ) -> None:
        """``minute``: of a quota that something else in this process spends of, too."""
        self._per_minute = max(1, per_minute)
        self._least = max(1, int(self._per_minute * LEAST_SHARE))
        self._clock = clock
        self._stop = stop
        self._minute = minute or Minute()
        self._reserved = 0
        self._paused_until = clock.monotonic()
        self._slowed_at: float | None = None

    def reserve(self, units: int) -> None:
        wanted = min(units, self._per_minute - self._reserved)
        self._wait_for(wanted)
        self._reserved += wanted

    def release(self) -> None:
        self._reserved = 0

    def spend(self, units: int) -> None:
        while units > 0:
            part = min(units, self._per_minute)
            held = min(part, self._reserved)
            self._wait_for(part - held)
            self._reserved -= held
            self._minute.add(self._clock.monotonic(), part)
            units -= part

    def pause(self, seconds: float) -> None:
        self._paused_until = max(self._paused_until, self._clock.monotonic() + seconds)

    def throttled(self) -> None:
        """Half a storm of refusals says no more than one: what was sent before is paid for."""
        now = self._clock.monotonic()
        is_first = self._slowed_at is None
        if self._slowed_at is not None and now - self._slowed_at < WINDOW_SECONDS:
            return
        kept, self._slowed_at = self._per_minute, now
        self._per_minute = max(self._least, int(kept * SLOWER))
        if is_first:
            logger.warning(
                "Graph throttles although this run keeps to %d requests a minute: another client uses"
                " the same application, or the quota is smaller; from here on it slows down, to %d",
                kept,
                self._per_minute,
            )

    def _wait_for(self, units: int) -> None:
        """Until there is room and no pause. Raises Interrupted if stopped meanwhile, TooLongAWait.

        After a stop there is no waiting, but there may be room: a batch under way ends with it.
        """
        while (delay := self._delay(units)) > 0:
            self._refuse_long_pause()
            if self._stop.wait(delay):
                raise Interrupted("stopped while waiting for the quota")

    def _refuse_long_pause(self) -> None:
        left = self._paused_until - self._clock.monotonic()
        if left > LONGEST_WAIT_SECONDS:
            raise TooLongAWait(left)

    def _delay(self, units: int) -> float:
        now = self._clock.monotonic()
        self._minute.forget(now)
        return max(self._paused_until - now, self._room_at(units) - now)

    def _room_at(self, units: int) -> float:
        """When so many units will have left the window; long past if they fit now, or are held."""
        if units == 0:
            return float("-inf")
        missing = units - (self._per_minute - self._minute.used - self._reserved)
        for at, spent in self._minute.spent:
            if missing <= 0:
                break
            missing -= spent
            if missing <= 0:
                return at + WINDOW_SECONDS
        return float("-inf")
