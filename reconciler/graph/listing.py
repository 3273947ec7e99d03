"""Reading by list: pages until all are seen, or until reading by id is cheaper.

Only documented parameters. nextLink is opaque: it is followed as it is, to the same origin only.
Whatever stops a listing, what it has not shown is no less there: the caller reads it by id.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from reconciler.errors import AnswerLost, NetworkFailure, NotSent
from reconciler.graph.retries import Again, Retries, broken, refusal
from reconciler.kinds import KINDS
from reconciler.kinds.observe import observe
from reconciler.model.live import Unreadable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reconciler.graph.said import Said
    from reconciler.graph.session import Session
    from reconciler.kinds.kind import Kind
    from reconciler.model.live import ByList, Live
    from reconciler.model.words import Json

logger = logging.getLogger(__name__)

_PARTIAL: Final = 206
_BAD_REQUEST: Final = 400
_CORRECT: Final = "Graph does not take the filter as it is: correct --filter"


@dataclass(frozen=True, slots=True)
class Page:
    items: Sequence[Json]
    next: str | None
    count: int
    """How many objects the whole list has; 0 if the server does not say."""
    is_partial: bool = False
    """Graph says that it could not ask everybody who knows (API notes 4.4)."""

    def pages(self, kind: Kind) -> int:
        """Of the whole list, as the first page tells; the server may have clamped ``$top``."""
        size = min(kind.listing.page_size, len(self.items) or self.count or 1)
        return -(-self.count // size)


def listed(session: Session, read: ByList) -> tuple[Live, ...]:
    """Those asked for that the list has shown; of each the latest showing."""
    kind = KINDS[read.kind]
    wanted = set(read.ids)
    found: dict[str, Live] = {}
    for page in _pages(session, kind, read.budget_units):
        lives = (observe(kind, item) for item in page.items if isinstance(item, Mapping))
        found.update({live.ref.id: live for live in lives if live and live.ref.id in wanted})
        if wanted <= found.keys():
            break
    return tuple(found.values())


def _pages(session: Session, kind: Kind, budget_units: int) -> Iterator[Page]:
    """Ends with the list, at a page that is none, in a circle, or when it would cost too much."""
    target: str | None = first_page(kind)
    passed: set[str] = set()
    total = 0
    while target is not None and target not in passed:
        passed.add(target)
        page = one_page(session, kind, target)
        if isinstance(page, Unreadable):
            logger.debug("the list of kind %s stops here: %s", kind.name, page.problem)
            return
        yield page
        target = page.next
        total = total or page.pages(kind)
        if max(total, len(passed) + 1) > budget_units:
            return


def first_page(kind: Kind) -> str:
    """The target of the list's beginning."""
    count = "&$count=true" if kind.listing.counted else ""
    return f"/{kind.version}{kind.collection}?$top={kind.listing.page_size}{count}"


def one_page(session: Session, kind: Kind, target: str) -> Page | Unreadable:
    """Asked for up to four times; ``target`` is ``first_page`` or a nextLink."""
    retries = Retries[str](session)
    while isinstance(told := _told(session, kind, target), Again):
        _, over = retries.sort({target: told})
        if over:
            return over[target]
    return told


def _told(session: Session, kind: Kind, target: str) -> Page | Unreadable | Again:
    request = f"GET /{kind.version}{kind.collection}"
    try:
        said = session.get(target)
    except (NotSent, AnswerLost) as error:
        return broken(error)
    except NetworkFailure as error:  # a link to another origin, a redirect, too long a pause
        return Unreadable(error.message, detail=error.detail)
    if not said.is_ok:
        judged = refusal(session, said, request, kind.read_permission)
        is_filter = said.status == _BAD_REQUEST and "$filter=" in target
        if is_filter and isinstance(judged, Unreadable):
            return replace(judged, problem=f"{judged.problem}; {_CORRECT}")
        return judged
    return _parsed(said) or Unreadable(f"{said.describe(request)}, but not with a list")


def _parsed(said: Said) -> Page | None:
    items, following = said.object.get("value"), said.object.get("@odata.nextLink")
    count = said.object.get("@odata.count")
    if not isinstance(items, Sequence) or isinstance(items, str):
        return None
    return Page(
        items,
        following if isinstance(following, str) and following else None,
        count if isinstance(count, int) and count > 0 else 0,
        is_partial=said.status == _PARTIAL,
    )
