"""A plan for a terminal: what a person reads in ten seconds, then all of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.model.words import Foreign
from reconciler.reports.page import MIN_WIDTH, Page, say
from reconciler.reports.text_groups import item_block
from reconciler.review import words
from reconciler.review.items import plan_items
from reconciler.review.objections import HEADING, OTHERWISE, amount, objects
from reconciler.review.outline import outline
from reconciler.review.reviewed import comparison

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reconciler.model.plan import Plan
    from reconciler.review.outline import Outline


def plan(item: Plan, digest: str, *, colour: bool, width: int) -> Iterator[str]:
    """Pieces that, joined, are the report; no line is wider than ``width`` (at least 40)."""
    page, view = Page(max(width, MIN_WIDTH), colour), outline(item)
    yield _head(page, item, view)
    for one in plan_items(item, view.updates):
        yield item_block(page, "~", "change", one)
    if view.left:
        yield _title(page, f"Left to people ({len(view.left):,}): {words.ADOPT}")
    for one in plan_items(item, view.left):
        yield item_block(page, "=", "faint", one)
    if view.skipped:
        yield _title(page, f"Skipped ({len(view.skipped):,}): nothing is written to these")
    for one in plan_items(item, view.skipped):
        yield item_block(page, "»", "faint", one)
    if view.unknown:
        yield _title(page, f"Unknown ({len(view.unknown):,}): could not be read, so not judged")
    for one in plan_items(item, view.unknown):
        yield item_block(page, "?", "bad", one)
    yield _foot(page, item, digest)


def _head(page: Page, item: Plan, view: Outline) -> str:
    risks = ", ".join(f"{count:,} {risk}" for risk, count in view.risks)
    return "".join(
        (
            page.flow(say(view.heading), style="strong"),
            page.listing("", view.counts, style="strong"),
            *_reviewed(page, item, view),
            *_objections(page, view),
            page.listing("Risks: ", risks, style="bad") if risks else "",
            *(page.flow(say(remark), style="faint") for remark in view.remarks),
        )
    )


def _reviewed(page: Page, item: Plan, view: Outline) -> Iterator[str]:
    found = comparison(item, view.updates)
    if found is not None:
        yield page.flow(say(found.heading), style="" if found.is_covered else "bad")
        for one in found.new:
            yield page.row("+ ", [("bad", say(one))])


def _objections(page: Page, view: Outline) -> Iterator[str]:
    if not view.objections:
        return
    yield page.flow(HEADING, style="bad")
    for objection in view.objections:
        yield page.row("! ", [("bad", amount(objection))])
        if objection.refs:
            yield page.listing("  ", say(objects(objection)))
    yield page.flow(f"{OTHERWISE}:")
    first, *others = view.allow
    yield page.row("  ", [("strong", first), *(("strong", f" {option}") for option in others)])


def _title(page: Page, text: str) -> str:
    return "\n" + page.flow(text, style="strong")


def _foot(page: Page, item: Plan, digest: str) -> str:
    notices = [page.row("Note: ", (("", say((Foreign(text),))),)) for text in item.notices]
    return "".join(
        (
            "\n",
            *notices,
            page.flow(words.effort(item.summary.requests)),
            page.flow(f"Digest {digest}", style="faint"),
            page.flow(words.closing(item.summary, objections=len(item.objections)), style="strong"),
        )
    )
