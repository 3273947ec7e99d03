"""Reading with a memory: of what is held, only what changed since is asked for. Reads only.

What fits one batch is read by id as ever. Of more, a list of what changed is asked for where Graph
documents one, as long as that is cheaper; what is not held is read. An object counts as unchanged
only because that list, proven whole, did not name it; what is missing or unreadable is asked for
again each time.
"""

from __future__ import annotations

import logging
from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from reconciler.graph.redirects import followed
from reconciler.kinds import KINDS
from reconciler.model.live import Cost, Known, Merged
from reconciler.model.words import Ref
from reconciler.reading import strategy
from reconciler.review.words import number
from reconciler.stories import holding
from reconciler.stories.changes import Changed, Unusable, changed
from reconciler.stories.since import Reading, text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from reconciler.kinds.kind import Kind
    from reconciler.model.held import Held
    from reconciler.model.live import Live, Observation, Read, Unanswered
    from reconciler.ports import Catalogue, Clock, GraphReader, LiveMemory

logger = logging.getLogger(__name__)

LONGEST: Final = timedelta(days=1)
"""Then all is read anew: what no list shows any more (it is gone, it is hidden) is noticed."""


@dataclass(frozen=True, slots=True)
class Hands:
    """What reading with a memory works with."""

    reader: GraphReader
    catalogue: Catalogue
    memory: LiveMemory
    clock: Clock


class WarmReader:
    """Implements ports.GraphReader over another one; a check goes straight to that."""

    def __init__(
        self,
        hands: Hands,
        *,
        batch_size: int,
        tenant_id: str | None,
        is_refreshing: bool = False,
    ) -> None:
        """``tenant_id``: whose objects these have to be; None: not checked (emulator).

        ``is_refreshing``: nothing is recalled, and what is read is kept.
        """
        self._hands = hands
        self._batch_size = batch_size
        self._tenant_id = tenant_id
        self._is_refreshing = is_refreshing
        self._asked: set[Ref] = set()
        self._unchanged = 0
        self._since: list[int] = []
        self._choices: list[str] = []

    @property
    def cost(self) -> Cost:
        spent = self._hands.reader.cost + self._hands.catalogue.cost
        return spent + Cost(reading=tuple(self._choices))

    @property
    def notices(self) -> tuple[str, ...]:
        """For the plan: how old its answers are; none if all of them are of now."""
        if not self._unchanged:
            return ()
        told = (
            f"Live state: {self._unchanged:,} of {number(len(self._asked), 'object')} from the cache, "
            f"confirmed unchanged since {text(min(self._since))[:19]}Z; --refresh reads all anew"
        )
        return (told,)

    def check(self, refs: Sequence[Ref]) -> Mapping[Ref, Observation | Unanswered]:
        return self._hands.reader.check(refs)

    def read(self, reads: Sequence[Read]) -> Mapping[Ref, Observation]:
        """Total, as ports.GraphReader says."""
        wanted = [Ref(read.kind, one) for read in reads for one in read.ids]
        self._asked.update(wanted)
        sizes = Counter(ref.kind for ref in wanted)
        warm = {
            name
            for name, size in sizes.items()
            if KINDS[name].listing.has_keyset and size > self._batch_size
        }
        direct = [read for read in reads if read.kind not in warm]
        seen = dict(self._hands.reader.read(direct)) if direct else {}
        for name in sorted(warm):
            seen.update(self._kind(KINDS[name], [read for read in reads if read.kind == name]))
        return {ref: seen[ref] for ref in wanted}

    def _kind(self, kind: Kind, reads: Sequence[Read]) -> Mapping[Ref, Observation]:
        reading = Reading(self._hands.clock)
        held = None if self._is_refreshing else self._hands.memory.recall(kind.name)
        if held is None:
            why = "as --refresh says" if self._is_refreshing else "the cache holds nothing of it"
            return self._anew(kind, reads, Unusable(why))
        ids = {one for read in reads for one in read.ids}
        news = self._news(kind, ids, held)
        if isinstance(news, Unusable):
            least = 0 if news.is_doubt else len(held.lives)
            return self._anew(kind, reads, news, least=least)
        return self._warm(kind, sorted(ids), held, news, reading)

    def _news(self, kind: Kind, ids: set[str], held: Held) -> Changed | Unusable:
        """Asked for if what is held may be believed, and if it can be cheaper than reading anew."""
        if not timedelta() <= self._hands.clock.now() - held.read_at < LONGEST:
            return Unusable("what the cache holds is too old")
        if not all(map(self._is_ours, held.lives.values())):
            return Unusable("the cache holds another tenant's objects")
        budget = min(len(ids), held.units) - len(ids - held.lives.keys())
        if budget <= 1:
            return Unusable("the cache holds too little of it", is_doubt=False)
        return changed(self._hands.catalogue, kind, held, budget_units=budget)

    def _is_ours(self, live: Live) -> bool:
        expected, found = self._tenant_id, live.tenant_id
        return expected is None or found is None or found.casefold() == expected.casefold()

    def _anew(
        self, kind: Kind, reads: Sequence[Read], unusable: Unusable, *, least: int = 0
    ) -> Mapping[Ref, Observation]:
        """``least``: what is held is worth more than fewer objects than that."""
        logger.info("%s: all read anew: %s", kind.name, unusable.why)
        reading, before = Reading(self._hands.clock), self._hands.reader.cost.units
        seen = self._hands.reader.read(reads)
        units = self._hands.reader.cost.units - before
        held = holding.first(kind, _lives(seen.values()), reading, units=units)
        if held is not None and len(held.lives) >= least:
            self._hands.memory.keep(kind.name, held)
        return seen

    def _warm(
        self, kind: Kind, ids: Sequence[str], held: Held, news: Changed, reading: Reading
    ) -> Mapping[Ref, Observation]:
        self._tell(kind, ids, held, news)
        listed = _listed(held, news, ids)
        seen = {**held.lives, **listed}
        answers = _Answers(self._hands.reader, seen, batch_size=self._batch_size)
        observed = followed(answers.fetch([Ref(kind.name, one) for one in ids]), answers.fetch)
        told = (*listed.values(), *answers.asked())
        until = reading.whole_until(news.revisions.values())
        now = holding.renewed(kind, held, told, until=until)
        self._hands.memory.keep(kind.name, now.held, changed=now.changed)
        return observed

    def _tell(self, kind: Kind, ids: Sequence[str], held: Held, news: Changed) -> None:
        unchanged = sum(one in held.lives and one not in news.lives for one in ids)
        told = (
            f"{kind.name}: {len(ids):,} declared, {unchanged:,} of them unchanged since "
            f"{text(news.since)} by the list of what changed: {len(news.lives):,} in the whole tenant"
        )
        logger.info("%s", told)
        self._choices.append(told)
        self._unchanged += unchanged
        self._since.append(news.since)


def _listed(held: Held, news: Changed, ids: Iterable[str]) -> Mapping[str, Live]:
    """Of the news what is wanted, now or before.

    A list that lags may show less than what was read by id before: the later revision counts.
    """
    return {
        one: news.lives[one]
        for one in (held.lives.keys() | ids) & news.lives.keys()
        if news.revisions[one] >= held.revisions.get(one, 0)
    }


class _Answers:
    """What is known of a kind so far; what is not is asked for."""

    def __init__(self, reader: GraphReader, lives: Mapping[str, Live], *, batch_size: int) -> None:
        self._reader = reader
        self._batch_size = batch_size
        self._seen: dict[Ref, Observation] = {live.ref: Known(live) for live in lives.values()}
        self._asked: dict[Ref, Observation] = {}

    def asked(self) -> Iterator[Live]:
        return _lives(self._asked.values())

    def fetch(self, refs: Iterable[Ref]) -> Mapping[Ref, Observation]:
        """Total; a merged object is Known here, and leads on."""
        wanted = list(refs)
        unknown = [ref for ref in wanted if ref not in self._seen]
        if unknown:
            told = self._reader.read(strategy(unknown, batch_size=self._batch_size))
            self._asked.update(told)
            self._seen.update(told)
            self._seen.update((live.ref, Known(live)) for live in _lives(told.values()))
        return {ref: self._seen[ref] for ref in wanted}


def _lives(observed: Iterable[Observation]) -> Iterator[Live]:
    """Every object that was told of, a survivor beside what was merged into it."""
    for item in observed:
        if isinstance(item, Known | Merged):
            yield item.live
        if isinstance(item, Merged) and item.survivor is not None:
            yield item.survivor
