"""What there is of a kind, by list: whole, or with the reason why it is not.

``graph/sweep.py`` looks for objects that are known by id and may give up; here the list itself is
what was asked for, so whatever cuts it short is said. The way through it is the same: by link, and
where links end before the list does, by key (``graph/lane.py``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from reconciler.graph.lane import ENDED, REFUSED, Lane
from reconciler.graph.listing import NotTaken, filter_not_taken, one_page
from reconciler.graph.query import Query
from reconciler.graph.session import Session
from reconciler.graph.tenancy import checked
from reconciler.kinds import KINDS
from reconciler.kinds.observe import observe
from reconciler.model.live import Listed, Unreadable
from reconciler.model.words import Foreign

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reconciler.graph import Connection
    from reconciler.graph.listing import Page
    from reconciler.kinds.kind import Kind
    from reconciler.model.live import Cost, Live

CIRCLE: Final = "Graph's list of {} leads back to a page that it has shown before"

ENDLESS: Final = "Graph's list of {} goes on and on without anything new"
MOST_BARREN: Final = 10
"""Pages in a row that may bring nothing new: a filtered list may have empty ones."""

CUT: Final = "Graph's list of {} did not come whole"

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
        query = Query(KINDS[kind], matching=matching)
        scan = _Scan(Lane(query, target=query.target()))
        while (target := scan.lane.target) is not None:
            page = one_page(self._session, query.kind, target)
            if isinstance(page, NotTaken) and scan.goes_on_by_key():
                continue
            if isinstance(page, Unreadable):
                yield scan.in_its_words(page)
                return
            if page.is_partial:
                yield Unreadable(PARTIAL.format(kind), less_may_help=True)
                return
            listed = self._listed(query.kind, page)
            yield replace(listed, total=0) if scan.lane.query.is_by_update else listed
            if problem := scan.take(page, listed):
                yield Unreadable(problem, less_may_help=True)
                return

    def _listed(self, kind: Kind, page: Page) -> Listed:
        lives: list[Live] = []
        odd: list[Foreign] = []
        for item in page.items:
            entry = item if isinstance(item, Mapping) else {}
            live, said = observe(kind, entry), entry.get("id")
            if live is None:
                odd.append(Foreign(said if isinstance(said, str) else ""))
            else:
                lives.append(checked(live, self._tenant_id))
        return Listed(tuple(lives), page.count, tuple(odd))


@dataclass(slots=True)
class _Scan:
    """One lane through a whole list, and whether all of it was shown."""

    lane: Lane
    shown: set[str] = field(default_factory=set)
    odd: int = 0
    """Entries that are no such object, or twice on one page."""
    least: int = 0
    """How many objects the list has, by the least that its pages say: some may leave meanwhile."""
    barren: int = 0

    def goes_on_by_key(self) -> bool:
        """Whether there is another way where Graph refuses a link that it gave itself."""
        lane = self.lane
        if not lane.passed or lane.query.is_by_update:
            return False
        lane.go_on_by_key(REFUSED)
        return lane.target is not None

    def in_its_words(self, problem: Unreadable) -> Unreadable:
        if not isinstance(problem, NotTaken):
            return problem
        if self.lane.passed:
            return replace(problem, problem=f"{problem.problem}; {REFUSED}", less_may_help=True)
        return problem if self.lane.query.matching is None else filter_not_taken(problem)

    def take(self, page: Page, listed: Listed) -> str:
        """Why the list ends here without being whole; empty: it goes on, or it is whole."""
        lane, passed = self.lane, {*self.lane.passed, self.lane.target}
        ids = {live.ref.id for live in listed.lives}
        news = ids - self.shown
        self.shown |= ids
        self.odd += len(listed.odd) + len(listed.lives) - len(ids)
        self.barren = 0 if news else self.barren + 1
        if self.barren > MOST_BARREN:
            return self._told(ENDLESS)
        if lane.query.is_by_update:
            lane.take(page, listed.lives)
            return self._by_key()
        if page.count:
            self.least = min(self.least or page.count, page.count)
            lane.left = page.count if lane.left is None else lane.left
        lane.take(page, listed.lives)
        return self._by_link(page.next, is_circle=page.next in passed)

    def _by_link(self, following: str | None, *, is_circle: bool) -> str:
        """A link leads on whatever the count says. Where links end too soon, by key."""
        lane = self.lane
        if following is not None and not is_circle:
            lane.target = following
            return ""
        if not lane.query.is_by_update and (is_circle or lane.is_cut or self._lacks()):
            lane.go_on_by_key(ENDED)
        if lane.target is not None or not lane.is_cut:
            return ""
        return self._told(CIRCLE) if is_circle else self._lacks() or self._told(CUT)

    def _by_key(self) -> str:
        """What no longer matches a filter has left the list meanwhile, so its count proves nothing."""
        if self.lane.target is not None:
            return ""
        if self.lane.is_cut:
            return f"{self._told(CUT)}: {self.lane.why}"
        return self._lacks() if self.lane.query.matching is None else ""

    def _lacks(self) -> str:
        seen = len(self.shown) + self.odd
        if self.least <= seen:
            return ""
        return (
            f"{self._told(CUT)}: it has {self.least:,} objects by its own count, and shows {seen:,}"
        )

    def _told(self, problem: str) -> str:
        return problem.format(self.lane.query.kind.name)
