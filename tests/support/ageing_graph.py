"""A Graph in memory in which time passes: with each request, and in between as a test says.

Its lists lag, its clock is not this machine's, and people edit whenever they like. Ports, not patches.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from reconciler.graph.redirects import followed
from reconciler.kinds import KINDS
from reconciler.kinds.shapes import ticks
from reconciler.model.live import ById, Cost, Known, Listed, Missing, Unreadable
from reconciler.model.words import Json, Ref
from reconciler.stories.since import TICKS, text, ticks_of
from tests.support.world import incident, live

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from reconciler.model.held import Held
    from reconciler.model.live import Live, Observation, Read
    from tests.support.fake_time import FakeTime


@dataclass
class AgeingGraph:
    """Incidents, each with all its versions. ``before_request``: called with its number, from 1."""

    clock: FakeTime
    lag_seconds: float = 0.0
    ahead_seconds: float = 0.0
    """Its clock before this machine's."""
    request_seconds: float = 1.0
    page_size: int = 4
    before_request: Callable[[int], None] = lambda _number: None
    versions: dict[str, list[tuple[int, Live]]] = field(default_factory=dict)
    requests: int = 0
    cost: Cost = field(default_factory=Cost)
    asked: list[str] = field(default_factory=list)
    """Filters, and ids in batches."""

    @property
    def now(self) -> int:
        """100 ns since year 1."""
        return ticks_of(self.clock.now()) + int(self.ahead_seconds * TICKS)

    def edit(self, object_id: str, **properties: Json) -> None:
        """At this very moment; a new object if there is none yet."""
        versions = self.versions.setdefault(object_id, [])
        before = dict(versions[-1][1].fields) if versions else {}
        answer = incident(object_id, **{**before, **properties})
        answer["lastUpdateDateTime"] = text(self.now)
        versions.append((self.now, live("Incident", answer)))

    def truth(self, ids: Iterable[str]) -> Mapping[Ref, Observation]:
        """What reading anew would tell now, if lists did not lag."""
        wanted = {Ref("Incident", one): self._latest(one) for one in ids}
        return followed(wanted, lambda refs: {ref: self._latest(ref.id) for ref in refs})

    def read(self, reads: Sequence[Read]) -> Mapping[Ref, Observation]:
        wanted = [Ref(read.kind, one) for read in reads for one in read.ids]
        seen: dict[Ref, Observation] = {}
        for read in reads:
            if not isinstance(read, ById):
                for page in self.pages(read.kind):
                    assert isinstance(page, Listed)
                    seen.update({one.ref: Known(one) for one in page.lives})
        seen.update(self._by_id([ref for ref in wanted if ref not in seen]))
        return followed({ref: seen[ref] for ref in wanted}, self._by_id)

    def check(self, refs: Sequence[Ref]) -> Mapping[Ref, Observation]:
        return self._by_id(refs)

    def pages(self, kind: str, *, matching: str | None = None) -> Iterator[Listed | Unreadable]:
        """Newest first; each page is of its own moment, and goes on after the last one's end."""
        start = 0
        if matching is not None:
            self.asked.append(matching)
            name, _, moment = matching.partition(" ge ")
            assert name == KINDS[kind].reads.revision
            start = ticks(moment) or 0
        position, total = float("inf"), None
        while True:
            self._pass()
            listed = [one for one in map(self._listed, self._order()) if one is not None]
            matched = [one for one in listed if (ticks(one.revision or "") or 0) >= start]
            total = len(matched) if total is None else total
            rest = [one for one in matched if int(one.ref.id) < position]
            yield Listed(tuple(rest[: self.page_size]), total)
            if len(rest) <= self.page_size:
                return
            position = int(rest[self.page_size - 1].ref.id)

    def _order(self) -> Sequence[str]:
        return sorted(self.versions, key=int, reverse=True)

    def _listed(self, object_id: str) -> Live | None:
        then = self.now - int(self.lag_seconds * TICKS)
        seen = [one for at, one in self.versions[object_id] if at <= then]
        return seen[-1] if seen else None

    def _latest(self, object_id: str) -> Observation:
        versions = self.versions.get(object_id)
        return Known(versions[-1][1]) if versions else Missing()

    def _by_id(self, refs: Iterable[Ref]) -> Mapping[Ref, Observation]:
        asked = list(refs)
        self.asked += [ref.id for ref in asked]
        if asked:
            self._pass(len(asked))
        return {ref: self._latest(ref.id) for ref in asked}

    def _pass(self, units: int = 1) -> None:
        self.requests += 1
        self.before_request(self.requests)
        self.clock.seconds += self.request_seconds
        self.cost += Cost(units, 1)


@dataclass
class Costless:
    """A catalogue over a Graph whose cost the reader counts already."""

    graph: AgeingGraph

    @property
    def cost(self) -> Cost:
        return Cost()

    def pages(self, kind: str, *, matching: str | None = None) -> Iterator[Listed | Unreadable]:
        return self.graph.pages(kind, matching=matching)


@dataclass
class Remembering:
    """Implements ports.LiveMemory. ``kept``: how often, and whether all of it."""

    held: dict[str, Held] = field(default_factory=dict)
    kept: list[str] = field(default_factory=list)

    def recall(self, kind: str) -> Held | None:
        return self.held.get(kind)

    def keep(self, kind: str, held: Held, *, changed: Iterable[str] | None = None) -> None:
        self.held[kind] = held
        self.kept.append("all" if changed is None else ",".join(sorted(changed)))
