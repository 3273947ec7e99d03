"""How much the benchmark does: as much as the figures speak of, or little for a look."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Sizes:
    curve: tuple[int, ...] = (100, 1_000, 10_000, 100_000)
    """Objects at each point of the plot, the last two also in the table."""
    some: int = 1_000
    """Declared among the most, and written by one apply."""
    few: int = 20
    rounds: int = 3
    startup_rounds: int = 15
    tenants: int = 50
    has_limits: bool = True
    """For ratios, memory and start: of a small folder they say little."""

    @property
    def whole(self) -> int:
        return self.curve[-2]

    @property
    def most(self) -> int:
        return self.curve[-1]

    def limit(self, value: float) -> float | None:
        return value if self.has_limits else None


FULL: Final = Sizes()
QUICK: Final = Sizes(
    (10, 100, 1_000, 3_000), some=40, rounds=1, startup_rounds=3, tenants=5, has_limits=False
)
