"""What a reader is shown of a plan, before any format: order, groups, phrases."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from reconciler.codec.tally import overwrites
from reconciler.model.words import Foreign
from reconciler.review import words
from reconciler.review.age import age
from reconciler.review.entry import (
    Entry,
    by_severity,
    chosen,
    commit,
    link,
    moved,
    origin,
    told,
    whose,
)
from reconciler.review.kept import left
from reconciler.review.objections import allowed, allowing
from reconciler.review.steps import steps

if TYPE_CHECKING:
    from collections.abc import Iterable

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
    from reconciler.model.words import Ref
    from reconciler.review.words import Phrase

NAMED_ALERTS: Final = 3
"""How many declared alerts a spill-over names before it counts."""
NAMED_RELEASED: Final = 3

_RISK_ORDER: Final = {risk: rank for rank, risk in enumerate(words.RISKS)}
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
_MAY_UNASSIGN: Final = "unassigning it may unassign its alerts too, Microsoft's pages do not say"


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
    left: tuple[Change, ...]
    """Nothing is written to these, for somebody changed them."""
    skipped: tuple[Change, ...]
    unknown: tuple[Change, ...]


def outline(plan: Plan) -> Outline:
    groups: dict[str, list[Change]] = {"update": [], "noop": [], "skip": [], "unknown": []}
    for change in plan.changes:
        groups["unknown" if change.reason == "unknown" else change.action].append(change)
    found = Counter(risk for change in groups["update"] for risk in change.risks)
    return Outline(
        heading=("Plan for ", *whose(plan.tenant)),
        remarks=tuple(_remarks(plan)),
        counts=words.counts(plan.summary),
        objections=plan.objections,
        allow=allowing(plan.overrides, plan.objections) if plan.objections else (),
        risks=tuple((risk, found[risk]) for risk in words.RISKS if found[risk]),
        updates=tuple(sorted(groups["update"], key=_by_risk)),
        left=tuple(sorted((one for one in groups["noop"] if one.kept), key=by_severity)),
        skipped=tuple(sorted(groups["skip"], key=_by_reason)),
        unknown=tuple(sorted(groups["unknown"], key=by_severity)),
    )


def entry(change: Change, tenant: PlanTenant, at: str = "") -> Entry:
    """How one change is shown; a skip says why. ``at``: when the plan was made."""
    kind = change.ref.kind
    return Entry(
        ref=change.ref,
        title=change.title,
        origin=tuple(origin(change)),
        severity=change.severity or "",
        age=age(change.created, at),
        risks=change.risks,
        verdict=change.reason if change.action == "skip" else "",
        steps=(*steps(kind, change.fields), *left(kind, change.kept)),
        notes=tuple(_why(change) if change.action == "skip" else _effects(change)),
        moved=moved(change, at),
        link=link(change.ref, tenant),
    )


def doing(view: Outline) -> str:
    """What a person has to mean: ``closes 4, unassigns 1``; empty where there is no risk."""
    over = sum(map(overwrites, view.updates))
    told = [f"{risk.replace('-', ' ')} {count:,}" for risk, count in view.risks]
    return ", ".join([*told, *([f"{words.OVERWRITES} {over:,}"] if over else [])])


def _by_risk(change: Change) -> tuple[object, ...]:
    """Of the same risks, what overwrites a person comes first."""
    return (_ranks(change.risks), not overwrites(change), *by_severity(change))


@lru_cache(maxsize=256)
def _ranks(risks: tuple[Risk, ...]) -> tuple[int, ...]:
    """Worst first; of the same worst ones, more come before fewer."""
    return (*sorted(_RISK_ORDER[risk] for risk in risks), len(_RISK_ORDER))


def _by_reason(change: Change) -> tuple[object, ...]:
    return (_SKIP_ORDER.index(change.reason), *by_severity(change))


def _remarks(plan: Plan) -> Iterable[Phrase]:
    """Where the documents and their base come from, what was left out, and what was lifted."""
    if plan.git.commit:
        dirty = ", with changes that are not committed" if plan.git.dirty else ""
        yield commit("Documents at commit ", plan.git.commit, dirty)
    if plan.git.base:
        yield commit("Judged against what was applied, at commit ", plan.git.base)
    yield from chosen(plan.selection)
    if plan.overrides:
        yield (f"Allowed for this plan: {allowed(plan.overrides)}",)
    if plan.released:
        yield _released(plan.released)


def _released(refs: tuple[Ref, ...]) -> Phrase:
    is_one = len(refs) == 1
    told_of = "is released: its document is" if is_one else "are released: their documents are"
    named = words.listed([Foreign(str(ref)) for ref in refs], NAMED_RELEASED)
    objects = words.number(len(refs), "object")
    return (f"{objects} {told_of} gone; nothing is changed remotely: ", *named)


def _effects(change: Change) -> Iterable[Phrase]:
    for spill in change.spills:
        yield _spill(spill)
    if "recomputes-determination" in change.risks:
        yield (words.RISKS["recomputes-determination"],)
    yield from told(change.problem, None, "")


def _spill(spill: Spill) -> Phrase:
    """Also said where no alert is declared: those that are not are reached all the same."""
    effect = _SPILLS[spill.field] if spill.value is not None else _MAY_UNASSIGN
    named = words.listed([Foreign(str(ref)) for ref in spill.declared], NAMED_ALERTS)
    if not named:
        return (effect, ", none of them declared here")
    return (effect, ": ", *named, " (declared), others unseen")


def _why(change: Change) -> Iterable[Phrase]:
    if change.survivor is not None:
        yield _survivor(change.survivor)
        yield from told(change.problem, None, "")
    elif change.expires and change.reason == "expired":
        yield ("it expired on ", Foreign(change.expires), ": released, nothing is reversed")
    else:
        yield from told(change.problem, None, words.REASONS[change.reason])
    yield from told(None, change.detail, "")


def _survivor(survivor: Survivor) -> Phrase:
    title = (' "', survivor.title, '"') if survivor.title else ()
    severity = (" (", Foreign(survivor.severity), ")") if survivor.severity else ()
    return ("it was merged into Incident ", Foreign(survivor.id), *severity, *title)
