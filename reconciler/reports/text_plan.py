"""A plan for a terminal: what a person reads in ten seconds, then all of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from reconciler.model.words import Foreign
from reconciler.reports.page import MIN_WIDTH, Page, say
from reconciler.reports.text_groups import item_block
from reconciler.review import words
from reconciler.review.escape import terminal
from reconciler.review.items import plan_items
from reconciler.review.objections import HEADING, OTHERWISE, amount, objects
from reconciler.review.outline import outline
from reconciler.review.reviewed import comparison

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reconciler.model.plan import Plan
    from reconciler.review.outline import Outline


class Then(NamedTuple):
    """What comes after a plan that has something to write."""

    said: str = ""
    command: str = ""
    """To be typed as it is: the last line, and never broken."""


def plan(
    item: Plan, digest: str, *, colour: bool, width: int, then: Then | None = None
) -> Iterator[str]:
    """Pieces that, joined, are the report; no line is wider than ``width`` (at least 40).

    ``then``: what the last lines say; None: nobody knows with what options it was made.
    """
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
    yield _foot(page, item, digest, view)
    yield from _closing(page, item, then)


def _head(page: Page, item: Plan, view: Outline) -> str:
    return "".join(
        (
            page.flow(say(view.heading), style="strong"),
            *_reviewed(page, item, view),
            *_objections(page, view),
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


def _foot(page: Page, item: Plan, digest: str, view: Outline) -> str:
    """Counts and risks come last: a terminal shows the end."""
    risks = ", ".join(f"{count:,} {risk}" for risk, count in view.risks)
    notices = [page.row("Note: ", (("", say((Foreign(text),))),)) for text in item.notices]
    return "".join(
        (
            "\n",
            *notices,
            page.flow(words.effort(item.summary.requests)),
            page.flow(f"Digest {digest}", style="faint"),
            page.listing("", view.counts, style="strong"),
            page.listing("Risks: ", risks, style="bad") if risks else "",
        )
    )


def _closing(page: Page, item: Plan, then: Then | None) -> Iterator[str]:
    said = None if then is None else then.said
    told = words.closing(item.summary, objections=len(item.objections), then=said)
    yield page.flow(told, style="strong")
    if then and then.command and (item.summary.update or item.objections):
        yield f"  {page.paint('strong', terminal(then.command))}\n"
