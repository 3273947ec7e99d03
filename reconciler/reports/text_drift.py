"""What moved on the live side, for a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from reconciler.model.words import Foreign
from reconciler.reports.page import MIN_WIDTH, Page, say
from reconciler.reports.text_groups import item_block
from reconciler.review.drift import GONE_TITLE, NEXT, drift_outline
from reconciler.review.groups import Group
from reconciler.review.items import drift_items, plan_items

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reconciler.model.plan import Plan
    from reconciler.reports.page import Style
    from reconciler.review.drift import DriftOutline

_CONFLICT: Final[tuple[str, Style]] = ("!", "bad")
_MOVED: Final[tuple[str, Style]] = ("~", "change")


def drift(item: Plan, *, colour: bool, width: int) -> Iterator[str]:
    """Pieces that, joined, are the report; no line is wider than ``width`` (at least 40)."""
    page, view = Page(max(width, MIN_WIDTH), colour), drift_outline(item)
    yield _head(page, view)
    for one in drift_items(item, view.moved):
        first = one.first if isinstance(one, Group) else one
        sign, style = _CONFLICT if first.verdict else _MOVED
        yield item_block(page, sign, style, one)
    if view.gone:
        yield "\n" + page.flow(f"{GONE_TITLE} ({len(view.gone):,})", style="strong")
    for one in plan_items(item, view.gone):
        yield item_block(page, "-", "faint", one)
    if view.unknown:
        title = f"Unknown ({len(view.unknown):,}): could not be read, so not judged"
        yield "\n" + page.flow(title, style="strong")
    for one in plan_items(item, view.unknown):
        yield item_block(page, "?", "bad", one)
    yield _foot(page, item, view)


def _head(page: Page, view: DriftOutline) -> str:
    return "".join(
        (
            page.flow(say(view.heading), style="strong"),
            page.flow(view.counts, style="strong"),
            *(page.flow(say(remark), style="faint") for remark in view.remarks),
        )
    )


def _foot(page: Page, item: Plan, view: DriftOutline) -> str:
    notices = [page.row("Note: ", (("", say((Foreign(text),))),)) for text in item.notices]
    todo = page.flow(NEXT, style="strong") if view.moved else ""
    return "".join(("\n" if notices or todo else "", *notices, todo))
