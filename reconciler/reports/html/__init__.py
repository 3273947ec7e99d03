"""A plan, drift or a closing report as one HTML file, for people who would rather look than read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.model.words import Foreign
from reconciler.reports.html import cells, parts
from reconciler.reports.html.drawn import pictures
from reconciler.reports.html.shell import ascii_only, closing, opening
from reconciler.reports.html.table import (
    AGE,
    OBJECT,
    ORIGIN,
    RISKS,
    SEVERITY_OF,
    Column,
    Section,
    tables,
)
from reconciler.review import picture, words
from reconciler.review.closing import outcome_entry, report_outline
from reconciler.review.drift import GONE_TITLE, NEXT, drift_entry, drift_outline
from reconciler.review.outline import entry, outline
from reconciler.review.reviewed import comparison

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from reconciler.model.outcome import ApplyReport, OutcomeName
    from reconciler.model.plan import Change, Plan, PlanTenant
    from reconciler.review.entry import Entry

_LEFT = (OBJECT, SEVERITY_OF, AGE, Column("Why", cells.reasoned), ORIGIN)


def plan(item: Plan, digest: str) -> Iterator[str]:
    """Pieces that, joined, are the file. ``digest``: of the whole plan, whatever it shows."""
    return ascii_only(_plan(item, digest))


def drift(item: Plan) -> Iterator[str]:
    """What moved on the live side, as for a plan: conflicts first."""
    return ascii_only(_drift(item))


def apply_report(report: ApplyReport) -> Iterator[str]:
    """As for a plan: what needs a person first."""
    return ascii_only(_apply_report(report))


def _plan(item: Plan, digest: str) -> Iterator[str]:
    view = outline(item)
    disputed = [change for change in view.skipped if change.reason == "conflict"]
    skipped = [change for change in view.skipped if change.reason != "conflict"]
    summary = item.summary
    show = _shown(entry, item)
    sections = (
        Section(
            "update",
            "To update",
            "Riskiest first.",
            (OBJECT, SEVERITY_OF, AGE, Column("What is written", cells.steps), RISKS, ORIGIN),
            show(view.updates),
            len(view.updates),
        ),
        Section(
            "conflict",
            "In conflict",
            words.REASONS["conflict"],
            _LEFT,
            show(disputed),
            len(disputed),
        ),
        Section("left", "Left to people", words.ADOPT, _LEFT, show(view.left), len(view.left)),
        Section(
            "skip", "Skipped", "Nothing is written to these.", _LEFT, show(skipped), len(skipped)
        ),
        Section(
            "unknown",
            "Unknown",
            "Could not be read, so not judged.",
            _LEFT,
            show(view.unknown),
            len(view.unknown),
        ),
    )
    yield from opening(view.heading)
    yield from parts.counts(view.counts, sections, (("in sync", summary.in_sync),))
    yield from parts.reviewed(comparison(item, view.updates), digest)
    yield from parts.objections(view)
    yield from parts.verdict(words.closing(summary, objections=len(view.objections)))
    yield from pictures(
        "What moves",
        "Status and verdict, before and after applying, by severity.",
        picture.planned(item),
    )
    yield from parts.risks(view.risks)
    yield from tables(sections, facets=("severity", "risk"))
    yield from parts.remarks(view.remarks, item.notices)
    yield from closing(
        (words.effort(item.summary.requests),),
        ("Planned at ", Foreign(item.created_at), " by reconciler ", Foreign(item.tool_version)),
        ("Digest ", Foreign(digest)),
    )


def _drift(item: Plan) -> Iterator[str]:
    view = drift_outline(item)
    show = _shown(drift_entry, item)
    columns = (OBJECT, SEVERITY_OF, AGE, Column("What moved", cells.reasoned), ORIGIN)
    sections = (
        Section(
            "moved",
            "Moved on the live side",
            "Conflicts first, then what the next apply writes over.",
            columns,
            show(view.moved),
            len(view.moved),
        ),
        Section(
            "gone",
            GONE_TITLE,
            "The whole object is not there any more.",
            _LEFT,
            _shown(entry, item)(view.gone),
            len(view.gone),
        ),
        Section(
            "unknown",
            "Unknown",
            "Could not be read, so not judged.",
            _LEFT,
            _shown(entry, item)(view.unknown),
            len(view.unknown),
        ),
    )
    yield from opening(view.heading)
    yield from parts.counts(view.counts, sections)
    if view.moved:
        yield from parts.verdict(NEXT)
    yield from pictures(
        "What moved",
        "Status and verdict, from what was applied to what is there, by severity.",
        picture.drifted(item),
    )
    yield from tables(sections, facets=("severity",))
    yield from parts.remarks(view.remarks, item.notices)
    yield from closing(
        (words.effort(item.summary.requests),),
        ("Read at ", Foreign(item.created_at), " by reconciler ", Foreign(item.tool_version)),
    )


def _apply_report(report: ApplyReport) -> Iterator[str]:
    view = report_outline(report)
    sections = tuple(_ended(report, name) for name in words.OUTCOMES)
    yield from opening(view.heading)
    yield from parts.counts(view.counts, sections)
    yield from parts.verdict(words.report_closing(report, left=len(view.attention)))
    yield from pictures(
        "What was written", "Status and verdict, before and after.", picture.applied(report)
    )
    yield from tables(sections, facets=())
    yield from parts.remarks(view.remarks, report.notices)
    yield from closing(
        (words.spent(report),),
        ("From ", Foreign(report.started_at), " to ", Foreign(report.finished_at)),
        words.journal(report),
        words.applied_tree(report),
        ("Digest ", Foreign(report.digest)),
    )


def _ended(report: ApplyReport, name: OutcomeName) -> Section:
    found = [outcome for outcome in report.outcomes if outcome.name == name]
    return Section(
        name,
        words.OUTCOMES[name].capitalize(),
        words.OUTCOME_MEANINGS[name],
        (OBJECT, Column("What happened", cells.steps), ORIGIN),
        (outcome_entry(outcome, report.tenant) for outcome in found),
        len(found),
    )


def _shown(
    show: Callable[[Change, PlanTenant, str], Entry], plan: Plan
) -> Callable[[Sequence[Change]], Iterator[Entry]]:
    return lambda changes: (show(change, plan.tenant, plan.created_at) for change in changes)
