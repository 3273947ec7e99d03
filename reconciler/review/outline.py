"""What a reader is shown of a plan or a closing report, before any format: order, groups, phrases.

Nothing here is escaped: text from outside stays ``Foreign`` until a sink takes it. Entries are made
one at a time, so that a plan of any size can be streamed.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from reconciler.clouds import CLOUDS
from reconciler.kinds.enums import SEVERITY
from reconciler.model.words import Foreign
from reconciler.review import words
from reconciler.review.objections import allowed, allowing
from reconciler.review.steps import steps

if TYPE_CHECKING:
    from collections.abc import Iterable

    from reconciler.model.outcome import ApplyReport, Outcome
    from reconciler.model.plan import (
        Change,
        Objection,
        Plan,
        PlanTenant,
        Reason,
        Risk,
        Spill,
        Survivor,
    )
    from reconciler.model.words import Place, Ref
    from reconciler.review.steps import Step
    from reconciler.review.words import Phrase

NAMED_ALERTS: Final = 3
"""How many declared alerts a spill-over names before it counts."""

_PORTALS: Final = {  # incidentWebUrl and alertWebUrl of the published examples, without the tenant
    (
        CLOUDS["global"].graph_root,
        "Incident",
    ): "https://security.microsoft.com/incident2/{}/overview",
    (CLOUDS["global"].graph_root, "Alert"): "https://security.microsoft.com/alerts/{}",
}
_RISK_ORDER: Final = {risk: rank for rank, risk in enumerate(words.RISKS)}
_SEVERITY_ORDER: Final = {name: -rank for rank, name in enumerate(SEVERITY.names)}
_SKIP_ORDER: Final[tuple[Reason, ...]] = (
    "conflict",
    "contradicts-incident",
    "redirected",
    "not-found",
    "expired",
    "disabled",
)
_SPILLS: Final = {
    "status": "resolving it also resolves its alerts",
    "assignedTo": "assigning it also assigns its alerts",
}


@dataclass(frozen=True, slots=True)
class Outline:
    """A plan in the order of review; what is in sync is only counted."""

    heading: Phrase
    remarks: tuple[Phrase, ...]
    counts: str
    objections: tuple[Objection, ...]
    """What guards object to; stands right after the counts."""
    allow: tuple[str, ...]
    """Options that would allow all of it; empty where nothing is objected."""
    risks: tuple[tuple[Risk, int], ...]
    """How many updates carry each risk, riskiest first."""
    updates: tuple[Change, ...]
    skipped: tuple[Change, ...]
    unknown: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """One object as it is shown."""

    ref: Ref
    title: Foreign | None
    origin: tuple[Phrase, ...]
    """Where it is declared, then for whom: parts to stand side by side."""
    severity: str = ""
    risks: tuple[Risk, ...] = ()
    verdict: str = ""
    """Why it is skipped, or how its write ended; empty for a planned update."""
    steps: tuple[Step, ...] = ()
    notes: tuple[Phrase, ...] = ()
    link: str | None = None


@dataclass(frozen=True, slots=True)
class ReportOutline:
    heading: Phrase
    remarks: tuple[Phrase, ...]
    counts: str
    attention: tuple[Outcome, ...]
    """What did not end as planned, most pressing first; shown in full."""
    settled: tuple[Outcome, ...]
    """Done and already done, in the order they ended; one line each."""


def outline(plan: Plan) -> Outline:
    groups: dict[str, list[Change]] = {"update": [], "skip": [], "unknown": []}
    for change in plan.changes:
        if change.action != "noop":
            groups["unknown" if change.reason == "unknown" else change.action].append(change)
    found = Counter(risk for change in groups["update"] for risk in change.risks)
    return Outline(
        heading=("Plan for ", *_tenant(plan.tenant)),
        remarks=tuple(_remarks(plan)),
        counts=words.counts(plan.summary),
        objections=plan.objections,
        allow=allowing(plan.overrides, plan.objections) if plan.objections else (),
        risks=tuple((risk, found[risk]) for risk in words.RISKS if found[risk]),
        updates=tuple(sorted(groups["update"], key=_by_risk)),
        skipped=tuple(sorted(groups["skip"], key=_by_reason)),
        unknown=tuple(sorted(groups["unknown"], key=_by_severity)),
    )


def entry(change: Change, tenant: PlanTenant) -> Entry:
    """How one change is shown; a skip says why."""
    is_update = change.action == "update"
    return Entry(
        ref=change.ref,
        title=change.title,
        origin=tuple(_origin(change)),
        severity=change.severity or "",
        risks=change.risks,
        verdict="" if is_update else change.reason,
        steps=steps(change.ref.kind, change.fields),
        notes=tuple(_effects(change) if is_update else _why(change)),
        link=_link(change.ref, tenant),
    )


def report_outline(report: ApplyReport) -> ReportOutline:
    order = {name: rank for rank, name in enumerate(words.OUTCOMES)}
    attention = [item for item in report.outcomes if order[item.name] < order["done"]]
    return ReportOutline(
        heading=("Applied to ", *_tenant(report.tenant)),
        remarks=tuple(_report_remarks(report)),
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
            (_place(outcome.source),),
            *(("request-id ", Foreign(item)) for item in outcome.request_ids),
        ),
        verdict=words.OUTCOMES[outcome.name],
        steps=steps(outcome.ref.kind, outcome.fields, outcome=outcome.name),
        notes=tuple(_told(outcome.problem, outcome.detail, meaning)),
        link=_link(outcome.ref, tenant),
    )


def _by_risk(change: Change) -> tuple[object, ...]:
    ranks = sorted(_RISK_ORDER[risk] for risk in change.risks)
    return ([*ranks, len(_RISK_ORDER)], _SEVERITY_ORDER.get(change.severity or "", 0), change.ref)


def _by_reason(change: Change) -> tuple[object, ...]:
    return (_SKIP_ORDER.index(change.reason), *_by_severity(change))


def _by_severity(change: Change) -> tuple[object, ...]:
    return (_SEVERITY_ORDER.get(change.severity or "", 0), change.ref)


def _tenant(tenant: PlanTenant) -> Phrase:
    known = (", tenant ", Foreign(tenant.tenant_id)) if tenant.tenant_id else ()
    return ("tenant ", Foreign(tenant.name), " (", Foreign(tenant.cloud), *known, ")")


def _remarks(plan: Plan) -> Iterable[Phrase]:
    """Where the documents come from, which were left out, and which guards were lifted."""
    if plan.git.commit:
        dirty = ", with changes that are not committed" if plan.git.dirty else ""
        yield ("Documents at commit ", Foreign(plan.git.commit[:12]), dirty)
    chosen = (("Selected: ", plan.selection.select), ("Excluded: ", plan.selection.exclude))
    for word, terms in chosen:
        if terms:
            yield (word, *words.listed([Foreign(term) for term in terms], len(terms)))
    if plan.overrides:
        yield (f"Allowed for this plan: {allowed(plan.overrides)}",)


def _report_remarks(report: ApplyReport) -> Iterable[Phrase]:
    if report.interrupted:
        yield ("Interrupted: what is not tried was never sent",)
    if report.unknown:
        objects = words.number(report.unknown, "object")
        yield (f"{objects} could not be read when the plan was made, and had no part in it",)


def _effects(change: Change) -> Iterable[Phrase]:
    for spill in change.spills:
        yield _spill(spill)
    if "recomputes-determination" in change.risks:
        yield (words.RISKS["recomputes-determination"],)
    yield from _told(change.problem, None, "")


def _spill(spill: Spill) -> Phrase:
    """Also said where no alert is declared: those that are not are reached all the same."""
    effect = _SPILLS[spill.field]
    named = words.listed([Foreign(str(ref)) for ref in spill.declared], NAMED_ALERTS)
    if not named:
        return (effect, ", none of them declared here")
    return (effect, ": ", *named, " (declared), others unseen")


def _why(change: Change) -> Iterable[Phrase]:
    if change.survivor is not None:
        yield _survivor(change.survivor)
    elif change.expires and change.reason == "expired":
        yield ("it expired on ", Foreign(change.expires), ": released, nothing is reversed")
    else:
        yield from _told(change.problem, None, words.REASONS[change.reason])
    yield from _told(None, change.detail, "")


def _told(problem: str | None, detail: Foreign | None, otherwise: str) -> Iterable[Phrase]:
    """In our words (which may quote), then in the server's."""
    if problem or otherwise:
        yield (Foreign(problem),) if problem else (otherwise,)
    if detail is not None:
        yield ("the server said: ", words.shorten(detail, 400))


def _survivor(survivor: Survivor) -> Phrase:
    title = (' "', survivor.title, '"') if survivor.title else ()
    severity = (" (", Foreign(survivor.severity), ")") if survivor.severity else ()
    return ("it was merged into Incident ", Foreign(survivor.id), *severity, *title)


def _origin(change: Change) -> Iterable[Phrase]:
    yield (_place(change.source),)
    told = (
        ("set ", change.name),
        ("owner ", change.owner),
        ("ticket ", change.ticket),
        ("expires ", change.expires),
    )
    yield from ((label, Foreign(text)) for label, text in told if text)
    if change.moved_by is not None:
        at = (" at ", Foreign(change.moved_at)) if change.moved_at else ()
        yield ("last changed by ", change.moved_by, *at)


def _place(source: Place) -> Foreign:
    return Foreign(f"{source.path}:{source.line}")


def _link(ref: Ref, tenant: PlanTenant) -> str | None:
    """Built from the allow-listed id alone: never the link that an answer brings."""
    form = _PORTALS.get((tenant.graph_url, ref.kind))
    return form.format(quote(ref.id, safe="")) if form else None
