"""What a reader of the changed files is told at their lines: what stops, then what to look at twice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from reconciler.codec.tally import in_conflict, overwrites
from reconciler.errors import InvalidInput
from reconciler.model.words import Foreign
from reconciler.review import words
from reconciler.review.alike import shown_alike
from reconciler.review.brief import brief
from reconciler.review.closing import outcome_entry, report_outline
from reconciler.review.drift import NO_BASE, drift_entry, drift_outline
from reconciler.review.groups import alike, entry_key
from reconciler.review.objections import amount, objects
from reconciler.review.outline import entry, outline

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from reconciler.errors import ReconcilerError
    from reconciler.model.outcome import ApplyReport, OutcomeName
    from reconciler.model.plan import Change, Objection, Plan
    from reconciler.model.words import Finding, Place, Ref
    from reconciler.review.entry import Entry
    from reconciler.review.words import Phrase

_RANKS: Final = {risk: rank for rank, risk in enumerate(words.RISKS)}
_OVERWRITES: Final = len(_RANKS)
_CONFLICT: Final = _OVERWRITES + 1
_NEW: Final = -1
_UNKNOWN: Final = 1
_ERRORS: Final[frozenset[OutcomeName]] = frozenset({"failed", "unsettled", "notKept"})


@dataclass(frozen=True, slots=True)
class Remark:
    """``rank``: the lower the worse, within its level."""

    level: Literal["error", "warning"]
    rank: int
    message: Phrase
    place: Place | None = None


def of_plan(plan: Plan) -> Iterator[Remark]:
    """Objections and what could not be read; then what is risky, new to a reviewer or in conflict.

    Identical transitions are one remark, at the first of them.
    """
    view = outline(plan)
    sources = {change.ref: change.source for change in plan.changes}
    yield from (_objection(one, sources) for one in view.objections)
    yield from _unknown(plan, view.unknown)
    if plan.reviewed:
        for one in plan.reviewed.new:
            fields = Foreign(", ".join(one.fields))
            said: Phrase = ("new beyond the reviewed plan: ", Foreign(str(one.ref)), ": ", fields)
            yield Remark("warning", _NEW, said, sources.get(one.ref))
    for members in alike((*view.updates, *view.skipped), shown_alike()):
        rank = _rank(members[0])
        if rank is not None:
            shown = entry(members[0], plan.tenant)
            yield Remark("warning", rank, _said(shown, len(members)), members[0].source)


def of_drift(plan: Plan) -> Iterator[Remark]:
    """That there is no base; what could not be read; conflicts and what the next apply overwrites."""
    view = drift_outline(plan)
    if plan.git.base is None:
        yield Remark("error", 0, (Foreign(" ".join((NO_BASE, *plan.notices))),))
    yield from _unknown(plan, view.unknown)
    moved = [change for change in view.moved if in_conflict(change) or overwrites(change)]
    for members in alike(moved, lambda change: entry_key(drift_entry(change, plan.tenant))):
        rank = _CONFLICT if in_conflict(members[0]) else _CONFLICT + 1
        shown = drift_entry(members[0], plan.tenant)
        yield Remark("warning", rank, _said(shown, len(members)), members[0].source)


def of_report(report: ApplyReport) -> Iterator[Remark]:
    """What did not end as planned, and what is not on record."""
    if report.unrecorded is not None:
        yield Remark("error", 0, words.applied_tree(report))
    if report.unknown:
        said = f"{words.number(report.unknown, 'object')} could not be read when the plan was made"
        yield Remark("error", _UNKNOWN, (said,))
    order = {name: rank for rank, name in enumerate(words.OUTCOMES)}
    attention = report_outline(report).attention
    for members in alike(attention, lambda one: entry_key(outcome_entry(one, report.tenant))):
        first = members[0]
        shown = outcome_entry(first, report.tenant)
        level: Literal["error", "warning"] = "error" if first.name in _ERRORS else "warning"
        yield Remark(level, order[first.name], _said(shown, len(members)), first.source)


def of_findings(findings: Iterable[Finding]) -> Iterator[Remark]:
    for one in sorted(findings):
        yield Remark(one.level, 0, (Foreign(one.message),), one.place)


def of_error(problem: ReconcilerError) -> Iterator[Remark]:
    """Each finding at its place; anything else has none."""
    if isinstance(problem, InvalidInput):
        yield from of_findings(problem.findings)
        return
    detail = (" (answered: ", problem.detail, ")") if problem.detail is not None else ()
    remedy = ("; ", Foreign(problem.remedy)) if problem.remedy else ()
    yield Remark("error", 0, (Foreign(problem.message), *detail, *remedy))


def _objection(one: Objection, sources: dict[Ref, Place]) -> Remark:
    named = (": ", *objects(one)) if one.refs else ()
    place = next((sources[ref] for ref in one.refs if ref in sources), None)
    return Remark("error", 0, ("a guard objects: ", amount(one), *named), place)


def _unknown(plan: Plan, changes: Sequence[Change]) -> Iterator[Remark]:
    for members in alike(changes, shown_alike()):
        shown = entry(members[0], plan.tenant)
        yield Remark("error", _UNKNOWN, _said(shown, len(members)), members[0].source)


def _rank(change: Change) -> int | None:
    """None: nothing to look at twice."""
    if change.risks:
        return min(_RANKS[risk] for risk in change.risks)
    if overwrites(change):
        return _OVERWRITES
    return _CONFLICT if change.reason in {"conflict", "contradicts-incident"} else None


def _said(shown: Entry, count: int) -> Phrase:
    """``12 incidents: active → resolved: closes``; one alone by its id, kind and severity."""
    severity = f" ({shown.severity})" if shown.severity else ""
    who = words.objects(shown.ref.kind, count) if count > 1 else f"{shown.ref}{severity}"
    parts = (
        (Foreign(who),),
        brief(shown.ref.kind, shown.steps),
        (", ".join(filter(None, (*shown.risks, shown.verdict))),),
        *shown.notes,
    )
    told: list[str | Foreign] = []
    for part in parts:
        if any(part):
            told += [": ", *part] if told else part
    return tuple(told)
