"""How far back a list has to be asked for what changed: Graph's own times, never this clock's alone.

A reading that took d seconds and saw something dated r began at r − d at the latest, as Graph counts:
r had happened when it ended. So whatever is dated before r − d was there to be seen. This machine
only measures how long it took.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

    from reconciler.ports import Clock

TICKS: Final = 10_000_000
"""Of 100 ns, in a second: Graph dates to seven digits, Python's datetime keeps six."""
OVERLAP_SECONDS: Final = 600
"""Asked for again each time: lists and ``$filter`` may lag (API notes 6.5), servers' clocks differ."""
SKEW_SECONDS: Final = 300
"""An object that is dated further ahead of this machine's clock does not count as a time."""
YEAR_ONE: Final = datetime(1, 1, 1, tzinfo=UTC)


class Reading:
    """One reading, from its making on."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._began = (clock.now(), clock.monotonic())

    @property
    def began_at(self) -> datetime:
        return self._began[0]

    def whole_until(self, revisions: Iterable[int]) -> int | None:
        """Nothing dated before that can have been missed; None: what was seen does not tell."""
        horizon = ticks_of(self._clock.now() + timedelta(seconds=SKEW_SECONDS))
        latest = max((one for one in revisions if one <= horizon), default=None)
        return None if latest is None else latest - self._ticks()

    def _ticks(self) -> int:
        """How long it took: by the clock that shows more, for one stops while a machine sleeps."""
        wall, steady = self._began
        passed = self._clock.monotonic() - steady
        by_wall = (self._clock.now() - wall).total_seconds()
        return int(max(passed, by_wall, 0.0) * TICKS) + 1


def asked_from(whole_until: int) -> int:
    """Where the next list begins."""
    return max(0, whole_until - OVERLAP_SECONDS * TICKS)


def ticks_of(moment: datetime) -> int:
    return (moment - YEAR_ONE) // timedelta(microseconds=1) * 10


def text(ticks: int) -> str:
    """As Graph writes times, with all seven digits."""
    seconds, fraction = divmod(ticks, TICKS)
    whole = (YEAR_ONE + timedelta(seconds=seconds)).replace(tzinfo=None)
    return f"{whole.isoformat()}.{fraction:07d}Z"
