"""Look: the live side of declared objects, read once. What needs no request gets none.

Lists lag (API notes 6.5): right after a write they may show the object as it was. So a list saves
requests and is no witness: what it shows as changed is read by id before anybody believes it.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from reconciler.model.live import Cost, Known
from reconciler.planning import make
from reconciler.reading import by_id, strategy

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import date

    from reconciler.model.desired import Declared
    from reconciler.model.live import Observation
    from reconciler.model.words import Ref
    from reconciler.planning.make import Desk
    from reconciler.ports import GraphReader
    from reconciler.settings import Config, Tenant

FEWEST_TO_SAMPLE: Final = 200


@dataclass(frozen=True, slots=True)
class Looked:
    """``observed`` has a key for each declaration on the desk that is active."""

    desk: Desk
    observed: Mapping[Ref, Observation]
    cost: Cost
    reader: GraphReader | None = None
    batch_size: int = 1

    def confirmed(self, doubtful: Iterable[Ref], *, may_sample: bool = False) -> Looked:
        """What may be as it is because a list lags, read by id: one unit for each.

        Itself if nothing of it came by a list. ``may_sample``: of many, a batch from all over is read
        first, and if the list was right about each of it, the rest is believed.
        """
        sizes = Counter(item.ref.kind for item in self.desk.active)
        refs = [ref for ref in doubtful if sizes[ref.kind] > self.batch_size]
        if self.reader is None or not refs:
            return self
        found: dict[Ref, Observation] = {}
        if may_sample and len(refs) > FEWEST_TO_SAMPLE:
            sample = refs[:: -(-len(refs) // self.batch_size)]
            found.update(read_by_id(sample, self.reader, batch_size=self.batch_size))
            is_right = all(_is_same(self.observed[ref], found[ref]) for ref in sample)
            refs = [] if is_right else [ref for ref in refs if ref not in found]
        found.update(read_by_id(refs, self.reader, batch_size=self.batch_size))
        return replace(self, observed={**self.observed, **found}, cost=self.reader.cost)


def look(
    declared: Sequence[Declared],
    *,
    config: Config,
    tenant: Tenant,
    today: date,
    open_reader: Callable[[], GraphReader],
) -> Looked:
    """``open_reader`` is called only if there is something to read: no documents, no token."""
    desk = make.part(declared, kinds=tenant.kinds, today=today.isoformat())
    if not desk.active:
        return Looked(desk, {}, Cost())
    reader = open_reader()
    size = config.limits.batch_size
    observed = reader.read(strategy((item.ref for item in desk.active), batch_size=size))
    return Looked(desk, observed, reader.cost, reader, size)


def _is_same(listed: Observation, found: Observation) -> bool:
    if not isinstance(listed, Known) or not isinstance(found, Known):
        return listed == found
    return (listed.live.revision, listed.live.fields) == (found.live.revision, found.live.fields)


def read_by_id(
    refs: Sequence[Ref], reader: GraphReader, *, batch_size: int
) -> Mapping[Ref, Observation]:
    """Batch by batch: of what fits one, no reader asks a list or a cache."""
    found: dict[Ref, Observation] = {}
    for start in range(0, len(refs), batch_size):
        reads = by_id(refs[start : start + batch_size])
        choice = f"{len(refs):,} that lists show as changed, by id" if start == 0 else ""
        found.update(reader.read((replace(reads[0], choice=choice), *reads[1:])))
    return found
