"""What there is of a kind, by list: whole, or with the reason why it is not.

``graph/sweep.py`` looks for objects that are known by id and may give up; here the list itself is
what was asked for, so whatever cuts it short is said.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from reconciler.graph.listing import filter_not_taken, one_page
from reconciler.graph.query import Query
from reconciler.graph.session import Session
from reconciler.graph.tenancy import checked
from reconciler.kinds import KINDS
from reconciler.kinds.observe import observe
from reconciler.model.live import Listed, Unreadable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reconciler.graph import Connection
    from reconciler.graph.listing import Page
    from reconciler.kinds.kind import Kind
    from reconciler.model.live import Cost

CIRCLE: Final = "Graph's list of {} leads back to a page that it has shown before"

ENDLESS: Final = "Graph's list of {} goes on and on without anything new"
MOST_BARREN: Final = 10
"""Pages in a row that may bring nothing new: a filtered list may have empty ones."""

PARTIAL: Final = "Graph answered 206 to the list of {}: not every provider told what it has"


class Catalogue:
    """Implements ports.Catalogue; it has no way to write."""

    def __init__(self, connection: Connection) -> None:
        self._session = Session(connection)
        self._tenant_id = connection.expected_tenant_id

    @property
    def cost(self) -> Cost:
        return self._session.cost

    def pages(self, kind: str, *, matching: str | None = None) -> Iterator[Listed | Unreadable]:
        """See ports.Catalogue."""
        wanted = KINDS[kind]
        target: str | None = _target(wanted, matching)
        passed: set[str] = set()
        shown: set[str] = set()
        barren = 0
        while target is not None:
            if target in passed:
                yield Unreadable(CIRCLE.format(kind), less_may_help=True)
                return
            passed.add(target)
            page = one_page(self._session, wanted, target)
            if isinstance(page, Unreadable):
                is_filter = matching is not None and "$filter=" in target
                yield filter_not_taken(page) if is_filter else page
                return
            if page.is_partial:
                yield Unreadable(PARTIAL.format(kind), less_may_help=True)
                return
            listed = self._listed(wanted, page)
            news = {live.ref.id for live in listed.lives} - shown
            shown |= news
            barren = 0 if news else barren + 1
            if barren > MOST_BARREN:
                yield Unreadable(ENDLESS.format(kind), less_may_help=True)
                return
            yield listed
            target = page.next

    def _listed(self, kind: Kind, page: Page) -> Listed:
        found = [observe(kind, item) for item in page.items if isinstance(item, Mapping)]
        lives = tuple(checked(live, self._tenant_id) for live in found if live is not None)
        return Listed(lives, page.count, odd=len(page.items) - len(lives))


def _target(kind: Kind, matching: str | None) -> str:
    """Nothing in the filter's text can end its parameter: every sign with a meaning is quoted."""
    first = Query(kind).target()
    if matching is None:
        return first
    return f"{first}&$filter={quote(matching, safe='', errors='replace')}"
