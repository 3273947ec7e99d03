"""Exit codes (contract 3) and which one wins when several hold."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

DONE: Final = 0
ERROR: Final = 1
INVALID: Final = 3
USAGE: Final = 64
INTERRUPTED: Final = 130

ORDER: Final = (USAGE, INVALID, INTERRUPTED, 5, 6, ERROR, 4, 2, DONE)


def first(codes: Iterable[int]) -> int:
    """The one that a pipeline sees."""
    return min(codes, key=ORDER.index)
