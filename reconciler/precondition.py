"""Right before a write: is the object still what the plan saw? (contract 6.2)"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final, TypeAlias

from reconciler.kinds import KINDS
from reconciler.kinds.shapes import TimeShape, same
from reconciler.model.live import Known, Merged, Missing, Unreadable
from reconciler.model.outcome import AlreadyDone, Conflict, Intent, Write
from reconciler.planning.risks import closes, recomputes_determination, risks

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reconciler.kinds.kind import Kind
    from reconciler.model.live import Live, Observation
    from reconciler.model.outcome import Verdict
    from reconciler.model.plan import Change, FieldChange, Risk
    from reconciler.model.words import Json, JsonObject, Ref

HIGH: Final[Risk] = "closes-high-severity"

Spilled: TypeAlias = "Mapping[str, tuple[Json, ...]]"
"""By field of a child: values that this plan's own incident changes may have given it."""


def judge(
    change: Change, observation: Observation, *, written: Mapping[Ref, Change]
) -> Verdict | Unreadable:
    """``written``: incidents whose planned change holds by now, by this run or an earlier one.

    Equal to ``before`` → write; equal to ``after`` → already done; anything else → conflict.
    """
    match observation:
        case Unreadable():
            return observation
        case Missing():
            return Conflict("it is gone: Graph answered 404")
        case Merged():
            return Conflict("it was merged into another incident since the plan")
        case Known(live):
            return _known(KINDS[change.ref.kind], change, live, written)


def intent(change: Change, write: Write, live: Live) -> Intent:
    """For the journal: what this check found, and what is sent."""
    found = tuple(replace(field, before=live.fields[field.name]) for field in write.fields)
    return Intent(change.ref, change.source, found)


def spilled(kind: Kind, live: Live, written: Mapping[Ref, Change]) -> Spilled:
    """What the written change of this object's incident gives it by Graph's own rules."""
    parent = written.get(live.parent) if live.parent else None
    if parent is None:
        return {}
    values: dict[str, tuple[Json, ...]] = {}
    for rule in KINDS[parent.ref.kind].spills:
        for field in parent.fields:
            if (
                rule.to_kind == kind.name
                and rule.field == field.name
                and rule.may_apply(field.after)
            ):
                values[rule.to_field] = (*values.get(rule.to_field, ()), field.after)
    return values


def _foreseen(kind: Kind, change: Change, live: Live, written: Mapping[Ref, Change]) -> Spilled:
    """What the plan foresaw: only where it named this child, and it still is that incident's."""
    parent = written.get(live.parent) if live.parent else None
    spills = parent.spills if parent else ()
    return spilled(kind, live, written) if any(change.ref in one.declared for one in spills) else {}


def _is_surely(reached: Spilled) -> bool:
    """An owner that may have gone with the incident's is no reason to close what moved."""
    return any(value is not None for values in reached.values() for value in values)


def _carried(kind: Kind, change: Change) -> JsonObject:
    planned = change.request.body if change.request else {}
    return {name: planned[name] for name in kind.attachments if name in planned}


def _known(kind: Kind, change: Change, live: Live, written: Mapping[Ref, Change]) -> Verdict:
    reached = _foreseen(kind, change, live, written)
    moved = tuple(
        replace(field, after=live.fields.get(field.name))
        for field in change.fields
        if not _stands(kind, field, live) and not _is_spilled(kind, field, live, reached)
    )
    if moved:
        return Conflict("it moved since the plan", moved)
    left = tuple(field for field in change.fields if not _is_done(kind, field, live))
    if not left:
        return AlreadyDone()
    if (why := _why_not(kind, change, live, is_reached=_is_surely(reached))) is not None:
        return Conflict(why)
    if _carried(kind, change) != live.attachments:
        return Conflict(f"its {', '.join(kind.attachments)} changed since the plan")
    return Write(_with_other_half(kind, change, left))


def _why_not(kind: Kind, change: Change, live: Live, *, is_reached: bool) -> str | None:
    """Guards counted what the plan said: a closure that is worse than that was never allowed."""
    if not is_reached and (revised := _revised(kind, change, live)):
        if closes(kind, change.fields):
            return f"{revised}, and this change closes it"
        if recomputes_determination(kind, change.fields):
            return f"{revised}, and its determination is recomputed"
    if HIGH in risks(kind, change.fields, live) and HIGH not in change.risks:
        return "its severity is high, which the plan does not tell, and this change closes it"
    return None


def _stands(kind: Kind, field: FieldChange, live: Live) -> bool:
    """At ``before`` or at ``after``; a property the answer does not hold is neither."""
    if field.name not in live.fields:
        return False
    shape, now = kind.by_name[field.name].shape, live.fields[field.name]
    return same(shape, now, field.before) or same(shape, now, field.after)


def _is_spilled(kind: Kind, field: FieldChange, live: Live, reached: Spilled) -> bool:
    shape = kind.by_name[field.name].shape
    return field.name in live.fields and any(
        same(shape, live.fields[field.name], value) for value in reached.get(field.name, ())
    )


def _is_done(kind: Kind, field: FieldChange, live: Live) -> bool:
    """A paired half that stands is done too; it goes along where the other one is written."""
    return same(kind.by_name[field.name].shape, live.fields.get(field.name), field.after)


def _revised(kind: Kind, change: Change, live: Live) -> str:
    """Compared as instants: trailing zeros come and go; empty if they are the same.

    Neither has one: the fields alone decide, but of a kind that always has one nobody can tell.
    """
    if live.revision is None and kind.reads.is_dated:
        return "Graph does not tell when it was last updated"
    is_same = same(TimeShape(), live.revision, change.revision)
    return "" if is_same else "it was updated since the plan"


def _with_other_half(
    kind: Kind, change: Change, left: tuple[FieldChange, ...]
) -> tuple[FieldChange, ...]:
    """What is left to write, in plan order, with both halves of a verdict if one is in it."""
    names = {field.name for field in left}
    if kind.pairs is not None:
        halves = {kind.pairs.classification, kind.pairs.determination}
        names |= halves if names & halves else set()
    return tuple(field for field in change.fields if field.name in names)
