"""A plan for a terminal: what a person reads in ten seconds, then all of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.model.words import Foreign
from reconciler.reports.page import MIN_WIDTH, Page, say
from reconciler.reports.text_entries import block
from reconciler.review import words
from reconciler.review.objections import HEADING, OTHERWISE, amount, objects
from reconciler.review.outline import entry, outline

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reconciler.model.plan import Plan
    from reconciler.review.outline import Outline


def plan(item: Plan, digest: str, *, colour: bool, width: int) -> Iterator[str]:
    """Pieces that, joined, are the report; no line is wider than ``width`` (at least 40)."""
    page, view = Page(max(width, MIN_WIDTH), colour), outline(item)
    yield _head(page, view)
    for change in view.updates:
        yield block(page, "~", "change", entry(change, item.tenant))
    if view.left:
        yield _title(page, f"Left to people ({len(view.left):,}): {words.ADOPT}")
    for change in view.left:
        yield block(page, "=", "faint", entry(change, item.tenant))
    if view.skipped:
        yield _title(page, f"Skipped ({len(view.skipped):,}): nothing is written to these")
    for change in view.skipped:
        yield block(page, "»", "faint", entry(change, item.tenant))
    if view.unknown:
        yield _title(page, f"Unknown ({len(view.unknown):,}): could not be read, so not judged")
    for change in view.unknown:
        yield block(page, "?", "bad", entry(change, item.tenant))
    yield _foot(page, item, digest)


def _head(page: Page, view: Outline) -> str:
    risks = ", ".join(f"{count:,} {risk}" for risk, count in view.risks)
    return "".join(
        (
            page.flow(say(view.heading), style="strong"),
            page.listing("", view.counts, style="strong"),
            *_objections(page, view),
            page.listing("Risks: ", risks, style="bad") if risks else "",
            *(page.flow(say(remark), style="faint") for remark in view.remarks),
        )
    )


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
