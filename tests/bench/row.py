"""What the benchmark shows: one figure of one piece of work, and the limit that it is held to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

Unit: TypeAlias = Literal["", "s", "ms", "×", "MiB"]

_FORMATS: Final = {"": "{:,.0f}", "ms": "{:.0f} ms", "×": "{:.2f} ×", "MiB": "{:.0f} MiB"}
_SHORT_SECONDS: Final = 10
_LONG_SECONDS: Final = 600


@dataclass(frozen=True, slots=True)
class Row:
    """``value`` None: not measured, and ``why`` says what is missing. No limit: shown, not judged."""

    work: str
    figure: str
    value: float | None
    limit: float | None = None
    unit: Unit = ""
    why: str = ""

    @property
    def is_over(self) -> bool:
        return self.value is not None and self.limit is not None and self.value > self.limit

    @property
    def measured(self) -> str:
        return "not measured" if self.value is None else shown(self.value, self.unit)

    @property
    def allowed(self) -> str:
        return "" if self.limit is None else f"≤ {shown(self.limit, self.unit)}"

    @property
    def verdict(self) -> str:
        if self.value is None:
            return self.why
        if self.limit is None:
            return ""
        return "OVER" if self.is_over else "held"


def shown(value: float, unit: Unit) -> str:
    """Long times in minutes: that is what a user waits for."""
    if unit != "s":
        return _FORMATS[unit].format(value)
    if value >= _LONG_SECONDS:
        return f"{value / 60:.1f} min"
    return f"{value:.{2 if value < _SHORT_SECONDS else 0}f} s"
