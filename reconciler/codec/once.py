"""Text of values that thousands of changes share, written once: by identity, so none is compared."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")

MOST: Final = 1024
"""So many texts are kept; where values are not shared, more would be for nothing."""


class Once(Generic[T]):
    """``write``, which is asked once for each value. For the time in which none of them changes."""

    def __init__(self, write: Callable[[T], str]) -> None:
        self._write = write
        self._known: dict[int, tuple[str, T]] = {}

    def __call__(self, value: T) -> str:
        found = self._known.get(id(value))
        if found is not None:
            return found[0]
        text = self._write(value)
        if len(self._known) < MOST:
            self._known[id(value)] = text, value  # held, for another could come to its identity
        return text
