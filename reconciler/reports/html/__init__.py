"""A plan, drift or a closing report as one HTML file, for people who would rather look than read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.model.words import Foreign
from reconciler.reports.html import parts, sections
from reconciler.reports.html.drawn import pictures
from reconciler.reports.html.shell import ascii_only, closing, opening
from reconciler.reports.html.table import tables
from reconciler.review import picture, words
from reconciler.review.closing import report_outline
from reconciler.review.drift import NEXT, drift_outline
from reconciler.review.outline import outline
from reconciler.review.reviewed import comparison

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reconciler.model.outcome import ApplyReport
    from reconciler.model.plan import Plan


def plan(item: Plan, digest: str) -> Iterator[str]:
    """Pieces that, joined, are the file. ``digest``: of the whole plan, whatever ``item`` shows."""
    return ascii_only(_plan(item, digest))


def drift(item: Plan) -> Iterator[str]:
    """What moved on the live side, as for a plan: conflicts first."""
    return ascii_only(_drift(item))


def apply_report(report: ApplyReport) -> Iterator[str]:
    """As for a plan: what needs a person first."""
    return ascii_only(_apply_report(report))


def _plan(item: Plan, digest: str) -> Iterator[str]:
    view = outline(item)
    shown = sections.of_plan(item, view)
    moves = "Status and verdict, before and after applying, by severity."
    yield from opening(view.heading)
    yield from parts.counts(view.counts, shown, (("in sync", item.summary.in_sync),))
    yield from parts.reviewed(comparison(item, view.updates), digest)
    yield from parts.objections(view)
    yield from pictures("What moves", moves, picture.planned(item))
    yield from parts.risks(view.risks)
    yield from tables(shown, parted_by="Action", facets=("severity", "risk"))
    yield from parts.verdict(words.closing(item.summary, objections=len(view.objections)))
    yield from parts.remarks(view.remarks, item.notices)
    yield from closing(
        (words.effort(item.summary.requests),),
        ("Planned at ", Foreign(item.created_at), " by reconciler ", Foreign(item.tool_version)),
        ("Digest ", Foreign(digest)),
    )


def _drift(item: Plan) -> Iterator[str]:
    view = drift_outline(item)
    shown = sections.of_drift(item, view)
    moves = "Status and verdict, from what was applied to what is there, by severity."
    yield from opening(view.heading)
    yield from parts.counts(view.counts, shown)
    if view.moved:
        yield from parts.verdict(NEXT)
    yield from pictures("What moved", moves, picture.drifted(item))
    yield from tables(shown, parted_by="What moved", facets=("severity",))
    yield from parts.remarks(view.remarks, item.notices)
    yield from closing(
        (words.effort(item.summary.requests),),
        ("Read at ", Foreign(item.created_at), " by reconciler ", Foreign(item.tool_version)),
    )


def _apply_report(report: ApplyReport) -> Iterator[str]:
    view = report_outline(report)
    shown = sections.of_report(report)
    moves = "Status and verdict, before and after."
    yield from opening(view.heading)
    yield from parts.counts(view.counts, shown)
    yield from parts.unrecorded(report)
    yield from parts.verdict(words.report_closing(report, left=len(view.attention)))
    yield from pictures("What was written", moves, picture.applied(report))
    yield from tables(shown, parted_by="Outcome")
    yield from parts.remarks(view.remarks, report.notices)
    yield from closing(
        (words.spent(report),),
        ("From ", Foreign(report.started_at), " to ", Foreign(report.finished_at)),
        words.journal(report),
        () if report.unrecorded else words.applied_tree(report),
        ("Digest ", Foreign(report.digest)),
    )
