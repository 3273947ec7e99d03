"""What a reader is shown of what moved on the live side since it was applied, before any format."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from reconciler.codec.tally import (
    GONE,
    MERGED,
    MOVED,
    in_conflict,
    merged_or_gone,
    moved,
    overwrites,
)
from reconciler.kinds import KINDS
from reconciler.model.words import Foreign
from reconciler.review import words
from reconciler.review.age import age
from reconciler.review.entry import (
    Entry,
    by_severity,
    chosen,
    commit,
    link,
    moved as last_moved,
    origin,
    whose,
)
from reconciler.review.kept import FOUND, against, asked, drifted
from reconciler.review.steps import Form, between, is_collection, transition, word

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from reconciler.model.plan import Change, FieldChange, Kept, Plan, PlanTenant
    from reconciler.review.steps import Step
    from reconciler.review.words import Phrase

NOTHING: Final = "Nothing moved on the live side since it was applied."
NO_FIELD: Final = "No field moved on the live side"
NO_BASE: Final = "There is no base (the note says why): what moved cannot be told."
GONE_TITLE: Final = "Merged or gone"
NEXT: Final = "'reconciler adopt' takes what is there into the documents; 'reconciler plan' shows what is written."


@dataclass(frozen=True, slots=True)
class DriftOutline:
    """Of a plan, what moved: conflicts first, then what would be overwritten.

    ``gone``: objects that moved as a whole, merged ones first.
    """

    heading: Phrase
    counts: str
    remarks: tuple[Phrase, ...]
    moved: tuple[Change, ...]
    gone: tuple[Change, ...]
    unknown: tuple[Change, ...]


def drift_outline(plan: Plan) -> DriftOutline:
    found = [change for change in plan.changes if moved(change)]
    gone = merged_or_gone(plan)
    return DriftOutline(
        heading=("Drift of ", *whose(plan.tenant)),
        counts=_counts(plan, found, gone),
        remarks=tuple(_remarks(plan)),
        moved=tuple(sorted(found, key=_by_urgency)),
        gone=tuple(sorted(gone, key=lambda one: (one.reason != MERGED, *by_severity(one)))),
        unknown=tuple(
            sorted((one for one in plan.changes if one.reason == "unknown"), key=by_severity)
        ),
    )


def drift_entry(change: Change, tenant: PlanTenant, at: str = "") -> Entry:
    """Field by field: what was applied, what is there now, and what becomes of it."""
    return Entry(
        ref=change.ref,
        title=change.title,
        origin=(*origin(change), *_when(change)),
        severity=change.severity or "",
        age=age(change.created, at),
        verdict="conflict" if in_conflict(change) else "",
        steps=_steps(change),
        moved=last_moved(change, at),
        link=link(change.ref, tenant),
    )


def _counts(plan: Plan, found: Sequence[Change], gone: Sequence[Change]) -> str:
    unread = f"{plan.summary.unknown:,} could not be read" if plan.summary.unknown else ""
    if not (found or gone):
        said = NOTHING if plan.git.base else NO_BASE
        return f"{said} {unread}." if unread else said
    told = (_fields(plan, found) if found else NO_FIELD, _ways(gone), unread)
    return "; ".join(filter(None, told))


def _fields(plan: Plan, found: Sequence[Change]) -> str:
    fields = words.number(sum(len(moved(change)) for change in found), "field")
    told = f"{fields} of {words.number(len(found), 'object')} moved on the live side"
    return f"{told}, {plan.summary.conflict:,} in conflict" if plan.summary.conflict else told


def _ways(gone: Sequence[Change]) -> str:
    """``2 merged, 1 gone``."""
    reasons = [change.reason for change in gone]
    ways = ((reasons.count(MERGED), "merged"), (reasons.count(GONE), "gone"))
    return ", ".join(f"{count:,} {way}" for count, way in ways if count)


def _remarks(plan: Plan) -> Iterable[Phrase]:
    if plan.git.base:
        yield commit("Since what was applied, at commit ", plan.git.base)
    yield from chosen(plan.selection)


def _when(change: Change) -> Iterator[Phrase]:
    """Kinds that do not tell who still tell when."""
    if change.moved_by is None and change.moved_at:
        yield ("last changed at ", Foreign(change.moved_at))


def _by_urgency(change: Change) -> tuple[object, ...]:
    return (not in_conflict(change), not overwrites(change), *by_severity(change))


def _steps(change: Change) -> tuple[Step, ...]:
    kind = change.ref.kind
    found = [
        *(_written(kind, item) for item in change.fields if item.cause in MOVED),
        *(_kept(kind, item) for item in change.kept if item.cause in MOVED),
    ]
    order = {name: rank for rank, name in enumerate(KINDS[kind].by_name)}
    return tuple(sorted(found, key=lambda step: order[step.name]))


def _written(kind: str, item: FieldChange) -> Step:
    """A plan does not carry the base of what it writes: where only live moved, it is ``after``.

    Of a collection it is not, for new parts are written with it: shown is what will be written.
    """
    if is_collection(item.before) or is_collection(item.after):
        return between(kind, item.name, item.before, item.after, Form(mark=words.WRITTEN_OVER))
    form = Form(mark=words.OVERWRITTEN)
    if item.cause == "conflict":
        form = Form("declared ", FOUND, words.OVERWRITTEN)
    return transition(kind, item.name, item.after, item.before, form)


def _kept(kind: str, one: Kept) -> Step:
    if one.cause == "drift":
        return drifted(kind, one, words.LEFT_TO_PEOPLE)
    if one.live == one.base:
        return against(kind, one, words.LEFT_TO_PEOPLE)
    form = Form(mark=words.LEFT_TO_PEOPLE)
    step = transition(kind, one.name, one.base, asked(one), form)
    return replace(step, beside=(", declared ", word(kind, one.name, one.declared)))
