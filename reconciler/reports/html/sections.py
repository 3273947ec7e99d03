"""The tables of each page: which objects, in which order, under which heading."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from reconciler.reports.html import cells
from reconciler.reports.html.table import (
    AGE,
    OBJECT,
    ORIGIN,
    RISKS,
    SEVERITY_OF,
    Column,
    Section,
)
from reconciler.review import words
from reconciler.review.closing import outcome_entry
from reconciler.review.drift import GONE_TITLE, drift_entry
from reconciler.review.outline import entry

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from reconciler.model.outcome import ApplyReport, OutcomeName
    from reconciler.model.plan import Change, Plan, PlanTenant
    from reconciler.review.drift import DriftOutline
    from reconciler.review.entry import Entry
    from reconciler.review.outline import Outline

_WRITTEN: Final = (OBJECT, SEVERITY_OF, AGE, Column("What is written", cells.steps), RISKS, ORIGIN)
_MOVED: Final = (OBJECT, SEVERITY_OF, AGE, Column("What moved", cells.reasoned), ORIGIN)
_LEFT: Final = (OBJECT, SEVERITY_OF, AGE, Column("Why", cells.reasoned), ORIGIN)
_ENDED: Final = (OBJECT, Column("What happened", cells.steps), ORIGIN)

_UNREAD: Final = "Could not be read, so not judged."


def of_plan(item: Plan, view: Outline) -> tuple[Section, ...]:
    disputed = [change for change in view.skipped if change.reason == "conflict"]
    skipped = [change for change in view.skipped if change.reason != "conflict"]
    put = _Putting(item, entry)
    return (
        put("update", "To update", "Riskiest first.", _WRITTEN, view.updates),
        put("conflict", "In conflict", words.REASONS["conflict"], _LEFT, disputed),
        put("left", "Left to people", words.ADOPT, _LEFT, view.left),
        put("skip", "Skipped", "Nothing is written to these.", _LEFT, skipped),
        put("unknown", "Unknown", _UNREAD, _LEFT, view.unknown),
    )


def of_drift(item: Plan, view: DriftOutline) -> tuple[Section, ...]:
    moved, whole = _Putting(item, drift_entry), _Putting(item, entry)
    order = "Conflicts first, then what the next apply writes over."
    return (
        moved("moved", "Moved on the live side", order, _MOVED, view.moved),
        whole("gone", GONE_TITLE, "The object moved as a whole.", _LEFT, view.gone),
        whole("unknown", "Unknown", _UNREAD, _LEFT, view.unknown),
    )


def of_report(report: ApplyReport) -> tuple[Section, ...]:
    """One for each way to end, what needs a person first."""
    return tuple(_ended(report, name) for name in words.OUTCOMES)


def _ended(report: ApplyReport, name: OutcomeName) -> Section:
    found = [outcome for outcome in report.outcomes if outcome.name == name]
    return Section(
        name,
        words.OUTCOMES[name].capitalize(),
        words.OUTCOME_MEANINGS[name],
        _ENDED,
        (outcome_entry(outcome, report.tenant) for outcome in found),
        len(found),
    )


class _Putting:
    """Sections of one plan, whose entries are made while they are read."""

    def __init__(self, plan: Plan, show: Callable[[Change, PlanTenant, str], Entry]) -> None:
        self._plan = plan
        self._show = show

    def __call__(
        self,
        name: str,
        title: str,
        note: str,
        columns: tuple[Column, ...],
        changes: Sequence[Change],
    ) -> Section:
        plan, show = self._plan, self._show
        entries = (show(change, plan.tenant, plan.created_at) for change in changes)
        return Section(name, title, note, columns, entries, len(changes))
