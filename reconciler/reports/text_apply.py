"""The closing report of an apply for a terminal: what needs a person in full, the rest in a line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.model.words import Foreign
from reconciler.reports.page import MIN_WIDTH, Page, say
from reconciler.reports.text_entries import brief
from reconciler.reports.text_groups import item_block
from reconciler.review import words
from reconciler.review.closing import outcome_entry, report_outline
from reconciler.review.items import outcome_items

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reconciler.model.outcome import ApplyReport
    from reconciler.review.closing import ReportOutline


def apply_report(report: ApplyReport, *, colour: bool, width: int) -> Iterator[str]:
    """Pieces that, joined, are the report; no line is wider than ``width`` (at least 40)."""
    page, view = Page(max(width, MIN_WIDTH), colour), report_outline(report)
    yield _head(page, view)
    for item in outcome_items(report, view.attention):
        yield item_block(page, "!", "bad", item)
    if view.settled:
        yield "\n"
    for outcome in view.settled:
        yield brief(page, "✓", "good", outcome_entry(outcome, report.tenant))
    yield _foot(page, report, view)


def _head(page: Page, view: ReportOutline) -> str:
    return "".join(
        (
            page.flow(say(view.heading), style="strong"),
            page.listing("", view.counts, style="strong"),
            *(page.flow(say(remark)) for remark in view.remarks),
        )
    )


def _foot(page: Page, report: ApplyReport, view: ReportOutline) -> str:
    journal, tree = words.journal(report), words.applied_tree(report)
    notices = [page.row("Note: ", (("", say((Foreign(text),))),)) for text in report.notices]
    return "".join(
        (
            "\n",
            *notices,
            page.flow(words.spent(report)),
            page.flow(say(journal)) if journal else "",
            page.flow(say(tree), style="bad" if report.unrecorded else "") if tree else "",
            page.flow(f"Digest {report.digest}", style="faint"),
            page.flow(words.report_closing(report, left=len(view.attention)), style="strong"),
        )
    )
