"""The time that a run was given: once it has passed, the run stops as by a first Ctrl-C."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from reconciler.ports import Clock, Stop


class Deadline:
    """Implements ports.Stop: stopped by a person, or by itself. ``seconds`` None: never by itself."""

    def __init__(self, stop: Stop, clock: Clock, seconds: float | None) -> None:
        self._stop = stop
        self._clock = clock
        self._end = float("inf") if seconds is None else clock.monotonic() + seconds

    def is_set(self) -> bool:
        return self._stop.is_set() or self._left <= 0

    def wait(self, timeout: float) -> bool:
        self._stop.wait(max(0.0, min(timeout, self._left)))
        return self.is_set()

    def is_late(self) -> bool:
        """The time is up, and nobody stopped the run."""
        return self._left <= 0 and not self._stop.is_set()

    @property
    def _left(self) -> float:
        return self._end - self._clock.monotonic()
