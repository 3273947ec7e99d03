"""One lane through a list: which page comes next, and what is known to be left of it.

Newest creation first, from page to page by nextLink. Where that ends before the list does (beyond
some ``$skip`` Graph answers 400 or gives no further page, API notes 2.2), a lane goes on by key: in
the order of the last update, each page from the last one's end on, objects told apart by their id.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from reconciler.graph.query import before, between, instant

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reconciler.graph.listing import Page
    from reconciler.graph.query import Query
    from reconciler.model.live import Live

ENDED: Final = "its pages ended before it did"
REFUSED: Final = "Graph gives no page so far down the list"


@dataclass(slots=True)
class Lane:
    query: Query
    """What the list was asked; a nextLink carries it on."""
    whole: int = 0
    """How many objects the query has by its first page, those of older lanes included; 0: unknown."""
    target: str | None = None
    """The page to ask for next; None: this lane is at its end."""
    left: int | None = None
    """How many objects it still has to show; None: nobody told."""
    shown: int = 0
    """How many objects it has shown."""
    first: str | None = None
    """The creation of what it showed first."""
    last: str | None = None
    """And last."""
    floor: str | None = None
    """Where the next lane begins; None: the query ends by itself."""
    why: str = ""
    """What ended it, or its links, before its time."""
    is_cut: bool = False
    """It ended before its time, and nothing goes on from there."""
    passed: set[str] = field(default_factory=set)

    def pages_left(self, size: int) -> int:
        """At the least, if it is not known; by key each page shows the last object once more."""
        if self.target is None:
            return 0
        news = size - 1 if self.query.is_by_update else size
        return max(1, -(-(self.left or 0) // max(1, news)))

    def middle(self) -> str | None:
        """When about half of what is left was made; None where that cannot be told.

        By the rate of what it has shown; no further down than half of the time that is left, for
        most of an attack's incidents may come after a quiet year.
        """
        end = self.floor or self.query.oldest
        by_time = between(end, self.last, 0.5) if end and self.last else None
        by_rate = None
        if self.first and self.last and self.shown:
            by_rate = before(self.first, self.last, (self.left or 0) / 2 / self.shown)
        return max(
            filter(None, (by_rate, by_time)), key=lambda text: instant(text) or 0, default=None
        )

    def narrow(self, floor: str | None) -> None:
        """What was made up to ``floor`` is another lane's."""
        self.floor = floor
        if self.query.is_by_update and self.query.since is None:
            self.query = replace(self.query, oldest=floor)
            self.target = self.query.target()

    def take(self, page: Page, lives: Sequence[Live]) -> None:
        """What the page says of the way on; ``lives`` are the objects on it."""
        if self.target is not None:
            self.passed.add(self.target)
        if self.query.is_filtered and not self.query.admits(lives):
            self.end("Graph passed over the filter that was sent")
        elif self.query.is_by_update:
            self._on_by_key(page, lives)
        else:
            self._on_by_link(page, lives)

    def end(self, why: str = "") -> None:
        """``why``: not because it is at its end."""
        self.target, self.left, self.why = None, 0, why or self.why
        self.is_cut = bool(why)

    def go_on_by_key(self, why: str) -> None:
        """The rest of this lane, in the order of the last update; ends it where that is no way."""
        if not self.query.kind.listing.has_keyset or self.last is None or self.query.is_by_update:
            self.end(why)
            return
        self.why = why
        self.query = replace(
            self.query, newest=self.last, oldest=self.floor or self.query.oldest, is_by_update=True
        )
        self.target = self.query.target()

    def _on_by_link(self, page: Page, lives: Sequence[Live]) -> None:
        self.shown += len(page.items)
        if lives:
            self.first = self.first or lives[0].created
            self.last = lives[-1].created or self.last
        if self.left is not None:
            self.left = max(0, self.left - len(page.items))
        if self.left == 0:
            self.end()
        elif page.next is not None and page.next not in self.passed:
            self.target = page.next
        elif self.left or len(page.items) >= self.query.kind.listing.page_size:
            self.go_on_by_key(ENDED)
        else:
            self.end()

    def _on_by_key(self, page: Page, lives: Sequence[Live]) -> None:
        updates = [at for live in lives if (at := instant(live.revision)) is not None]
        last = lives[-1].revision if lives else None
        is_last = page.count <= len(page.items) if page.count else self._is_short(page)
        if is_last and page.next is not None:  # what Graph leads on to is no end
            self.target = None if page.next in self.passed else page.next
            self.is_cut, self.why = self.target is None, ENDED
        elif is_last:
            self.end()
        elif last is None:
            self.end(ENDED)
        elif updates != sorted(updates) or len(updates) < len(lives):
            self.end("Graph passed over the order that was sent")
        elif updates[-1] == instant(self.query.since):
            self.end("more objects than a page holds were updated at one time")
        else:
            self.query = replace(self.query, since=last)
            self.target = self.query.target()
            self.left = max(0, page.count - len(page.items)) + 1 if page.count else None

    def _is_short(self, page: Page) -> bool:
        return len(page.items) < self.query.kind.listing.page_size
