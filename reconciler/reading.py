"""Which requests to send for a set of refs: pure, by cost in quota units.

By id costs one unit an object; a list page costs one unit whatever it holds. How long a list is
turns out only with its first page, so a list read carries a budget: it is given up as soon as the
pages come to more than reading by id, and at worst one page was spent for nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.kinds import KINDS
from reconciler.model.live import ById, ByList

if TYPE_CHECKING:
    from collections.abc import Iterable

    from reconciler.model.live import Read
    from reconciler.model.words import Ref


def strategy(refs: Iterable[Ref], *, batch_size: int) -> tuple[Read, ...]:
    """One read per kind: by id as long as one batch holds them, else by list within a budget."""
    return tuple(_read(read, batch_size) for read in by_id(sorted(refs)))


def _read(read: ById, batch_size: int) -> Read:
    """A counted list shows its length on page one; an uncounted one may cost a tenth on top."""
    count = len(read.ids)
    if count <= batch_size:
        return read
    budget = count - 1 if KINDS[read.kind].listing.counted else max(1, count // 10)
    return ByList(read.kind, read.ids, budget_units=budget)


def by_id(refs: Iterable[Ref]) -> tuple[ById, ...]:
    """Each object by its id: what a check before a write and a confirmation after it need."""
    kinds: dict[str, list[str]] = {}
    for ref in refs:
        kinds.setdefault(ref.kind, []).append(ref.id)
    return tuple(ById(kind, tuple(ids)) for kind, ids in kinds.items())
