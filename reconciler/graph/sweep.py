"""Looking for objects in a list: in which lanes, how far, and when ids are cheaper. No requests.

``asks`` gives the pages to ask for together, ``take`` what came of them, until ``asks`` gives none;
before each, ``needs`` may name two objects to read by id, for ``learn``.
Whatever ends a list, what it has not shown is no less there: the caller reads it by id. So nothing
here has to be true of Graph, only likely: an answer that is not to the question costs units alone.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from reconciler.graph.lane import REFUSED, Lane
from reconciler.graph.listing import NotTaken, Page
from reconciler.graph.query import Query, between, instant
from reconciler.kinds import KINDS
from reconciler.kinds.observe import observe

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reconciler.model.live import Anchors, ByList, Live, Unreadable
    from reconciler.model.words import JsonObject

logger = logging.getLogger(__name__)

LEAST_PAGES: Final = 10
"""So many pages for each further lane: where two meet, a page may hold but a few objects."""
COST_OF_ANCHORS: Final = 2
UNCOUNTED_SHARE: Final = 10
"""A list that does not say how long it is gets one page for so many ids."""


class Sweep:
    def __init__(self, read: ByList, *, lanes: int) -> None:
        self._kind = KINDS[read.kind]
        self.found: dict[str, Live] = {}
        """Those looked for that the list has shown; of each the latest showing."""
        self._read = read
        self._looked_for = set(read.ids)
        self._unseen = set(read.ids)
        self._most_lanes = lanes
        self._size = self._kind.listing.page_size
        self._pages = 0
        self._query = Query(self._kind, is_lean=self._kind.listing.has_select)
        """What the first lane's first page was an answer to."""
        self._lanes: list[Lane] = []
        """Newest first; the first one's query holds the others'."""
        self._whole: Lane | None = None
        """The lane through the whole list, once it was begun."""
        self._has_ranges = self._kind.listing.has_ranges
        self._splits = 0
        """How many lanes may still be opened."""
        self._parent: Lane | None = None
        """Whose way the lane that is being opened halves; None: it is the first one."""
        self._opening: Lane | None = None
        self.needs: Sequence[str] = ()
        """Ids of the anchors, if the next page depends on when they were made."""
        if read.anchors is not None and read.anchors.pages is None:
            self.needs = (read.anchors.older, read.anchors.newer)
        else:
            self._begin(self._query)

    def learn(self, ends: Mapping[str, Live]) -> None:
        """What is known of the anchors, by id. Where they tell nothing, the list goes on as it is."""
        self.needs = ()
        self._looked_for -= ends.keys()
        self._unseen -= ends.keys()
        aim = self._read.anchors
        if aim is not None and (query := _narrowed(self._query, aim, ends)):
            self._lanes = []
            self._begin(query)

    def asks(self) -> Sequence[str]:
        """One page opens the list or a lane of it; then each lane asks for its next one."""
        if self._opening is None:
            self._judge()
            self._opening = self._half()
        lanes = self._lanes if self._opening is None else [self._opening]
        return [lane.target for lane in lanes if lane.target is not None]

    def take(self, told: Mapping[str, Page | Unreadable]) -> None:
        self._pages += len(told)
        opening, self._opening = self._opening, None
        for lane in self._lanes if opening is None else (opening,):
            answer = told.get(lane.target or "")
            if answer is None:
                continue
            if opening is None:
                self._further(lane, answer)
            elif self._parent is None:
                self._begun(lane, answer)
            else:
                self._halved(self._parent, lane, answer)

    @property
    def words(self) -> str:
        """What became of it, for people; after the last page."""
        pages = f"{self._pages:,} page{'' if self._pages == 1 else 's'}"
        why = "; ".join(dict.fromkeys(lane.why for lane in self._lanes if lane.why))
        reason = f" ({why})" if why else ""
        if not self.found:
            return f"by id after {pages} of its list{reason}" if self._pages else "by id"
        lanes = f" in {len(self._lanes)} lanes" if len(self._lanes) > 1 else ""
        by_id = len(self._read.ids) - len(self.found)
        return f"by list{lanes}: {pages}{f', {by_id:,} by id' if by_id else ''}{reason}"

    def _begin(self, query: Query) -> None:
        self._parent, self._opening = None, Lane(query, target=query.target())

    def _begun(self, lane: Lane, answer: Page | Unreadable) -> None:
        if isinstance(answer, NotTaken):
            self._ask_less(lane, "Graph does not take this query")
        elif not isinstance(answer, Page):
            self._lanes = [lane]
            lane.end(answer.problem)
        elif not all(item.keys() >= lane.query.owed() for item in _objects(answer)):
            self._ask_less(lane, "the answer lacks properties that were selected")
        else:
            self._open(lane, answer)

    def _ask_less(self, lane: Lane, why: str) -> None:
        """Without ``$select``, then without a filter, then no more."""
        logger.info("%s: %s; asking for less", self._kind.name, why)
        if lane.query.is_lean:
            self._begin(replace(lane.query, is_lean=False))
        elif lane.query.is_filtered:
            self._go_on_plainly(lane)
        else:
            self._lanes = [lane]
            lane.end(why)

    def _go_on_plainly(self, lane: Lane) -> None:
        """The whole list in one lane, from where it was left if it had been begun."""
        self._has_ranges, self._splits = False, 0
        if self._whole is not None:
            self._lanes = [self._whole]
        else:
            self._begin(Query(self._kind, is_lean=lane.query.is_lean))

    def _open(self, lane: Lane, page: Page) -> None:
        """The first lane. What Graph passed over is not asked for again in this read."""
        items = _objects(page)
        self._query = lane.query
        if lane.query.is_lean and not lane.query.is_answered_leanly(items):
            logger.info("%s: Graph passed over $select; objects come whole", self._kind.name)
            self._query = replace(lane.query, is_lean=False)
        lives = self._seen(lane.query, items)
        if lane.query.is_filtered and not lane.query.admits(lives):
            logger.info("%s: Graph passed over the filter; one lane for all", self._kind.name)
            self._go_on_plainly(lane)
            return
        if page.next:
            self._size = min(self._size, len(page.items) or self._size)
        self._lanes = [lane]
        lane.whole, lane.left = page.count, page.count or None
        lane.take(page, lives)
        if not lane.query.is_filtered:
            self._whole = lane
            self._narrow(lane)
        if self._has_ranges and lane.left:
            self._splits = min(self._most_lanes - 1, lane.left // (LEAST_PAGES * self._size))

    def _narrow(self, lane: Lane) -> None:
        """Only what lies between the anchors, where that should be less than the whole list."""
        aim = self._read.anchors
        if self._has_ranges and aim and aim.pages:
            is_less = aim.pages + COST_OF_ANCHORS < lane.pages_left(self._size)
            self.needs = (aim.older, aim.newer) if is_less else ()

    def _half(self) -> Lane | None:
        """A lane from the middle of the longest way that is left, as far as anybody can tell."""
        if self._splits <= 0 or self._pages_left() + 1 >= len(self._unseen):
            return None
        self._splits -= 1
        parent = max(self._lanes, key=lambda lane: lane.left or 0)
        middle = parent.middle()
        if middle is None:
            self._splits = 0
            return None
        query = replace(self._query, newest=middle)
        self._parent = parent
        return Lane(query, target=query.target(), floor=parent.floor)

    def _halved(self, parent: Lane, lane: Lane, answer: Page | Unreadable) -> None:
        """Its count tells how much of the parent's way it takes over; all or nothing is no half."""
        if not isinstance(answer, Page):
            logger.info("%s: no further lane: %s", self._kind.name, answer.problem)
            self._splits = 0
            return
        lives = self._seen(lane.query, _objects(answer))
        if not lane.query.admits(lives):
            logger.info("%s: Graph passed over the filter; no further lane", self._kind.name)
            self._splits = 0
            return
        at = self._lanes.index(parent) + 1
        below = self._lanes[at].whole if at < len(self._lanes) else 0
        takes = answer.count - below
        if not 0 < takes < (parent.left or 0):
            return
        parent.left = (parent.left or 0) - takes
        parent.narrow(lane.query.newest)
        lane.whole, lane.left = answer.count, takes
        lane.take(answer, lives)
        self._lanes.insert(at, lane)

    def _further(self, lane: Lane, answer: Page | Unreadable) -> None:
        if isinstance(answer, Page):
            lane.take(answer, self._seen(lane.query, _objects(answer)))
        elif isinstance(answer, NotTaken):
            lane.go_on_by_key(REFUSED)
        else:
            lane.end(answer.problem)

    def _judge(self) -> None:
        """Ends all lanes once ids cost no more units than what is left: they take fewer requests."""
        why = self._why_no_further()
        if why is not None:
            self._splits = 0
            for lane in self._lanes:
                if lane.target is not None:
                    lane.end(why)

    def _why_no_further(self) -> str | None:
        """None: the list goes on. Empty: all that is looked for was seen."""
        if not self._unseen:
            return ""
        left = self._pages_left()
        if left >= len(self._unseen):
            return f"ids cost less than its rest: {left:,} page{'' if left == 1 else 's'} or more"
        is_uncounted = any(lane.left is None for lane in self._lanes)
        if is_uncounted and self._pages >= max(1, len(self._read.ids) // UNCOUNTED_SHARE):
            return "ids cost less than its rest, of unknown length"
        return "it shows too little" if self._pages >= len(self._read.ids) else None

    def _pages_left(self) -> int:
        return sum(lane.pages_left(self._size) for lane in self._lanes)

    def _seen(self, query: Query, items: Sequence[JsonObject]) -> Sequence[Live]:
        """Every object on the page; those looked for are kept, if all of them that was asked is there."""
        lives: list[Live] = []
        owed = query.owed()
        for item in items:
            live = observe(self._kind, item)
            if live is None:
                continue
            lives.append(live)
            if live.ref.id in self._looked_for and item.keys() >= owed:
                self.found[live.ref.id] = live
                self._unseen.discard(live.ref.id)
        return lives


def _narrowed(query: Query, aim: Anchors, ends: Mapping[str, Live]) -> Query | None:
    """From the creations of two objects; None where there is nothing between them."""
    if aim.older not in ends or aim.newer not in ends:
        return None
    older, newer = ends[aim.older].created, ends[aim.newer].created
    if older is None or newer is None:
        return None
    if aim.pages is None:
        newest = between(older, newer, aim.share)
        return replace(query, newest=newest) if newest else None
    is_range = (instant(older) or 0) <= (instant(newer) or 0)
    return replace(query, newest=newer, oldest=older) if is_range else None


def _objects(page: Page) -> Sequence[JsonObject]:
    return [item for item in page.items if isinstance(item, Mapping)]
