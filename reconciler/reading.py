"""Which requests to send for a set of refs: pure, by quota units first, then by round trips.

By id costs one unit an object, twenty a round trip; a list page costs one unit whatever it holds.
How long a list is turns out only with its first page, so a list is begun where that page should
show what it costs, and left as soon as ids are cheaper than what is left of it (decision 15).
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Final

from reconciler.kinds import KINDS
from reconciler.model.live import Anchors, ById, ByList

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from reconciler.kinds.kind import Kind
    from reconciler.model.live import Read
    from reconciler.model.words import Ref

LEAST_GAIN: Final = 12
"""Units that a stretch of the list has to save by the numbers of its ids: a page, its two ends."""

FEWEST_TO_WAGER: Final = 100
"""From so many ids on one page is spent on finding out that ids are no measure of a list."""


def strategy(refs: Iterable[Ref], *, batch_size: int) -> tuple[Read, ...]:
    """One batch is read by id. Of more, what may stand close together in the list is read there."""
    return tuple(
        part
        for read in by_id(sorted(refs))
        for part in _reads(KINDS[read.kind], read.ids, batch_size)
    )


def by_id(refs: Iterable[Ref]) -> tuple[ById, ...]:
    """Each object by its id: what a check before a write and a confirmation after it need."""
    kinds: dict[str, list[str]] = {}
    for ref in refs:
        kinds.setdefault(ref.kind, []).append(ref.id)
    return tuple(ById(kind, tuple(ids)) for kind, ids in kinds.items())


def _reads(kind: Kind, ids: tuple[str, ...], batch_size: int) -> Iterator[Read]:
    declared = f"{kind.name}: {len(ids):,} declared"
    if len(ids) <= batch_size:
        yield ById(kind.name, ids, f"{declared}, by id in one batch")
    elif kind.listing.has_numbered_ids:
        yield from _by_number(kind, sorted(ids, key=int), declared)
    else:
        yield ByList(kind.name, ids, choice=declared)


def _by_number(kind: Kind, ids: Sequence[str], declared: str) -> Iterator[Read]:
    """Ids are read as places in the list: how far apart they are says what its pages would show."""
    numbers = [int(item) for item in ids]
    first, last, gain = densest(numbers, kind.listing.page_size)
    if gain >= LEAST_GAIN:
        pages = (numbers[last] - numbers[first]) // kind.listing.page_size + 1
        ends = Anchors(older=ids[first], newer=ids[last], pages=pages)
        yield ByList(kind.name, tuple(ids[first : last + 1]), ends, declared)
        if rest := (*ids[:first], *ids[last + 1 :]):
            yield ById(kind.name, rest)
    elif len(ids) < FEWEST_TO_WAGER:
        yield ById(kind.name, tuple(ids), f"{declared}, by id: too far apart for pages of the list")
    else:
        share = _share(numbers[-3:], kind.listing.page_size)
        aim = Anchors(older=ids[-3], newer=ids[-1], share=share)
        yield ByList(kind.name, tuple(ids), aim, declared)


def densest(numbers: Sequence[int], page_size: int) -> tuple[int, int, float]:
    """The stretch of ascending numbers that saves most: its ends, and ids less pages.

    Each id saves a unit, each step to the next costs its share of a page (the largest sum of
    neighbours). So the last two stand on one page, and the first page shows something new.
    """
    best = (0, 0, 0.0)
    start, gain = 0, 0.0
    for at, (before, number) in enumerate(pairwise(numbers), start=1):
        gain += 1 - (number - before) / page_size
        if gain <= 0:
            start, gain = at, 0.0
        elif gain > best[2]:
            best = (start, at, gain)
    return best


def _share(numbers: Sequence[int], page_size: int) -> float:
    """Where a page begins that should have the middle one of three in its own middle."""
    older, middle, newer = numbers
    begin = min(middle + page_size // 2, newer)
    return (begin - older) / (newer - older)
