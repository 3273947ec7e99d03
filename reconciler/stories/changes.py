"""What changed of a kind since it was last looked at: by a list that has to prove itself.

Graph has no delta for these objects and no ETag. A list filtered by the time of the last update
stands in for one. Unsupported options may be ignored in silence (API notes 2.1) and a list may be
cut short, so an answer counts only if each object in it matches the filter, there are as many as it
says, and whatever is held of that time is in it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from reconciler.kinds.shapes import ticks
from reconciler.model.live import Unreadable
from reconciler.stories.since import asked_from, text

if TYPE_CHECKING:
    from reconciler.kinds.kind import Kind
    from reconciler.model.held import Held
    from reconciler.model.live import Listed, Live
    from reconciler.ports import Catalogue


@dataclass(slots=True)
class Changed:
    """Everything of the kind that was touched from ``since`` on, declared by somebody or not."""

    since: int
    """100 ns since year 1."""
    lives: dict[str, Live] = field(default_factory=dict)
    """By id; of several showings the latest revision."""
    revisions: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Unusable:
    """Why all is to be read anew. ``is_doubt``: what is held is not to be believed any more."""

    why: str
    is_doubt: bool = True


FILTERED: Unusable = Unusable("the list of what changed is not what was asked for")
SHORT: Unusable = Unusable("the list of what changed is shorter than it says")
LACKING: Unusable = Unusable("the list of what changed lacks what is known to have changed")
LONG: Unusable = Unusable("what changed is as long as reading anew", is_doubt=False)


def changed(
    catalogue: Catalogue, kind: Kind, held: Held, *, budget_units: int
) -> Changed | Unusable:
    """Given up as soon as its pages come to ``budget_units``: then it is no cheaper.

    Nothing at all is no answer either: the latest change that was seen is always asked for again.
    """
    found = Changed(asked_from(held.whole_until))
    witnesses = {one for one, dated in held.revisions.items() if dated >= found.since}
    matching = f"{kind.reads.revision} ge {text(found.since)}"
    page_size = kind.listing.page_size
    if len(witnesses) > page_size * (budget_units - 1):
        return LONG
    total = pages = last = 0
    for page in catalogue.pages(kind.name, matching=matching):
        if isinstance(page, Unreadable):
            return Unusable(f"the list of what changed did not come whole: {page.problem}")
        if page.odd or not _take(page, found):
            return FILTERED
        pages, total, last = pages + 1, total or page.total, len(page.lives)
        if pages == 1:
            page_size = min(page_size, last or 1)  # the server may have clamped it
        if max(pages, -(-total // page_size)) >= budget_units:
            return LONG
    if len(found.lives) < total or (not total and last >= kind.listing.page_size):
        return SHORT
    return found if found.lives and found.lives.keys() >= witnesses else LACKING


def _take(page: Listed, found: Changed) -> bool:
    """Whether each object of the page matches the filter."""
    for live in page.lives:
        dated = revision(live)
        if dated is None or dated < found.since:
            return False
        if dated >= found.revisions.get(live.ref.id, 0):
            found.lives[live.ref.id], found.revisions[live.ref.id] = live, dated
    return True


def revision(live: Live) -> int | None:
    """100 ns since year 1; None if it has none, or one that is no time."""
    return None if live.revision is None else ticks(live.revision)
