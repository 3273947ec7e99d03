"""A queue whose items are taken no sooner than their time: what failed waits while others go on."""

from __future__ import annotations

from heapq import heappop, heappush
from itertools import count
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

Item = TypeVar("Item")


class DelayQueue(Generic[Item]):
    """In the order of their times, and of their coming where those are the same."""

    def __init__(self, items: Iterable[Item]) -> None:
        """``items`` are ready at once."""
        self._heap: list[tuple[float, int, Item]] = []
        self._numbers = count()
        for item in items:
            self.add(item, float("-inf"))

    def __len__(self) -> int:
        return len(self._heap)

    def __iter__(self) -> Iterator[Item]:
        return (item for _, _, item in self._heap)

    def add(self, item: Item, ready_at: float) -> None:
        heappush(self._heap, (ready_at, next(self._numbers), item))

    def take(self, most: int, now: float) -> tuple[list[Item], float]:
        """Return at most so many items that are ready, and for how many seconds they have to wait.

        Only where nothing is ready there is anything to wait for: what is ready first.
        """
        if not self._heap:
            return [], 0.0
        until = max(now, self._heap[0][0])
        taken: list[Item] = []
        while self._heap and len(taken) < most and self._heap[0][0] <= until:
            taken.append(heappop(self._heap)[2])
        return taken, until - now
