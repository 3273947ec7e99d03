"""What a reader is shown of an apply's closing report, before any format."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from reconciler.model.words import Foreign
from reconciler.review import words
from reconciler.review.entry import Entry, link, place, told, whose
from reconciler.review.steps import steps

if TYPE_CHECKING:
    from collections.abc import Iterable

    from reconciler.model.outcome import ApplyReport, Outcome
    from reconciler.model.plan import PlanTenant
    from reconciler.review.words import Phrase


@dataclass(frozen=True, slots=True)
class ReportOutline:
    heading: Phrase
    remarks: tuple[Phrase, ...]
    counts: str
    attention: tuple[Outcome, ...]
    """What did not end as planned, most pressing first; shown in full."""
    settled: tuple[Outcome, ...]
    """Done and already done, in the order they ended; one line each."""


def report_outline(report: ApplyReport) -> ReportOutline:
    order = {name: rank for rank, name in enumerate(words.OUTCOMES)}
    attention = [item for item in report.outcomes if order[item.name] < order["done"]]
    return ReportOutline(
        heading=("Applied to ", *whose(report.tenant)),
        remarks=tuple(_remarks(report)),
        counts=words.outcome_counts(report),
        attention=tuple(sorted(attention, key=lambda item: order[item.name])),
        settled=tuple(item for item in report.outcomes if order[item.name] >= order["done"]),
    )


def outcome_entry(outcome: Outcome, tenant: PlanTenant) -> Entry:
    meaning = words.OUTCOME_MEANINGS[outcome.name]
    return Entry(
        ref=outcome.ref,
        title=outcome.title,
        origin=(
            (place(outcome.source),),
            *(("request-id ", Foreign(item)) for item in outcome.request_ids),
        ),
        verdict=words.OUTCOMES[outcome.name],
        steps=steps(outcome.ref.kind, outcome.fields, outcome=outcome.name),
        notes=tuple(told(outcome.problem, outcome.detail, meaning)),
        link=link(outcome.ref, tenant),
    )


def _remarks(report: ApplyReport) -> Iterable[Phrase]:
    if report.interrupted:
        yield ("Interrupted: what is not tried was never sent",)
    if report.unknown:
        objects = words.number(report.unknown, "object")
        yield (f"{objects} could not be read when the plan was made, and had no part in it",)
