"""What moved on the live side, for a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.model.words import Foreign
from reconciler.reports.page import MIN_WIDTH, Page, say
from reconciler.reports.text_entries import block
from reconciler.review.drift import GONE_TITLE, NEXT, drift_entry, drift_outline
from reconciler.review.outline import entry

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reconciler.model.plan import Plan
    from reconciler.review.drift import DriftOutline


def drift(item: Plan, *, colour: bool, width: int) -> Iterator[str]:
    """Pieces that, joined, are the report; no line is wider than ``width`` (at least 40)."""
    page, view = Page(max(width, MIN_WIDTH), colour), drift_outline(item)
    yield _head(page, view)
    for change in view.moved:
        found = drift_entry(change, item.tenant)
        yield block(page, "!", "bad", found) if found.verdict else block(page, "~", "change", found)
    if view.gone:
        yield "\n" + page.flow(f"{GONE_TITLE} ({len(view.gone):,})", style="strong")
    for change in view.gone:
        yield block(page, "-", "faint", entry(change, item.tenant))
    if view.unknown:
        title = f"Unknown ({len(view.unknown):,}): could not be read, so not judged"
        yield "\n" + page.flow(title, style="strong")
    for change in view.unknown:
        yield block(page, "?", "bad", entry(change, item.tenant))
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
