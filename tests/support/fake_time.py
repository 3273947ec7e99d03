"""A clock that moves only when somebody waits, and the stop event that everybody waits on."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable


_BEGIN: Final = datetime(2026, 11, 20, 10, tzinfo=UTC)


class FakeTime:
    """Implements ports.Clock and ports.Stop. ``waits`` holds the length of each wait."""

    def __init__(self, seconds: float = 0.0) -> None:
        self.seconds = seconds
        self.waits: list[float] = []
        self.is_stopped: Callable[[], bool] = lambda: False

    @classmethod
    def today(cls) -> FakeTime:
        """Begin now, where a library that reads the machine's clock takes part."""
        return cls((datetime.now(UTC) - _BEGIN).total_seconds())

    def now(self) -> datetime:
        return _BEGIN + timedelta(seconds=self.seconds)

    def monotonic(self) -> float:
        return self.seconds

    def is_set(self) -> bool:
        return self.is_stopped()

    def wait(self, timeout: float) -> bool:
        self.waits.append(timeout)
        self.seconds += timeout
        return self.is_set()
