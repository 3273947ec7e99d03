"""What holds in every plan, whoever wrote the file: order, counts, and requests that derive.

A plan file is data from outside. Nothing in it is sent because it stands there: the request has to
follow from the field changes and the kind, else the plan is refused.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from reconciler.codec.rows import canonical
from reconciler.codec.strict import Odd
from reconciler.codec.tally import tally
from reconciler.kinds import KINDS
from reconciler.kinds.shapes import DetailsShape, PhrasesShape, TagsShape
from reconciler.settings import COUNTED_GUARDS, EMPTY

if TYPE_CHECKING:
    from collections.abc import Mapping, Set as AbstractSet

    from reconciler.kinds.kind import Kind
    from reconciler.model.plan import (
        Action,
        Change,
        FieldChange,
        Objection,
        Plan,
        Reason,
        Request,
        Reviewed,
    )
    from reconciler.model.words import Json, Ref

REASONS: Final[Mapping[Action, frozenset[Reason]]] = {
    "update": frozenset({"differs"}),
    "noop": frozenset({"in-sync", "drift-kept"}),
    "skip": frozenset(
        {
            "not-found",
            "redirected",
            "expired",
            "disabled",
            "conflict",
            "contradicts-incident",
            "unknown",
        }
    ),
}

_IN_PARTS: Final = (TagsShape, PhrasesShape, DetailsShape)
"""Parts of such a field may be written while others are kept."""

_RELEASED: Final = "releasedPercent"
_COUNT_OTHERWISE: Final = frozenset({"updatePercent", _RELEASED, EMPTY})
"""Guards whose count is not that of their objects: a share, and that there is nothing."""
_COUNT_UPDATES: Final = frozenset({"updates", "updatePercent"})


def check(plan: Plan) -> None:
    """Raises Odd at the first thing that does not hold."""
    for earlier, later in pairwise(plan.changes):
        if earlier.ref >= later.ref:
            raise Odd(f"{later.ref} stands twice or out of order")
    for change in plan.changes:
        _check_change(change)
    if replace(tally(plan.changes), requests=plan.summary.requests) != plan.summary:
        raise Odd("its summary does not count what it lists")
    _check_released(plan)
    _check_objections(plan)
    if plan.reviewed is not None:
        _check_reviewed(plan, plan.reviewed)


def _check_reviewed(plan: Plan, reviewed: Reviewed) -> None:
    """What it names stands in the plan; whether the other plan covers it, only that one can tell."""
    if any(earlier.ref >= later.ref for earlier, later in pairwise(reviewed.new)):
        raise Odd("what is new in it stands twice or out of order")
    written = {change.ref: [field.name for field in change.fields] for change in plan.changes}
    for new in reviewed.new:
        names = written.get(new.ref, [])
        if not new.fields or [name for name in names if name in new.fields] != list(new.fields):
            raise Odd(f"what is new of {new.ref} is not what it writes")
    if list(reviewed.allowed) != [
        name for name in sorted(plan.overrides) if name in reviewed.allowed
    ]:
        raise Odd("a guard that is lifted anew is not one that is lifted")


def _check_objections(plan: Plan) -> None:
    """Whether guards would say the same is judged where the configuration is known."""
    ranks = [COUNTED_GUARDS.index(objection.guard) for objection in plan.objections]
    if any(earlier >= later for earlier, later in pairwise(ranks)):
        raise Odd("its objections stand twice or out of order")
    updates = {change.ref for change in plan.changes if change.action == "update"}
    for objection in plan.objections:
        _check_objection(objection, plan)
        _check_objects(objection, plan, updates)


def _check_objection(objection: Objection, plan: Plan) -> None:
    guard = objection.guard
    if objection.count <= objection.limit:
        raise Odd(f"{guard} objects to {objection.count}, which its limit allows")
    if objection.limit != plan.overrides.get(guard, objection.limit):
        raise Odd(f"{guard} objects by another limit than was allowed for this plan")


def _check_objects(objection: Objection, plan: Plan, updates: AbstractSet[Ref]) -> None:
    guard, refs = objection.guard, objection.refs
    if guard == _RELEASED:
        if refs != plan.released:
            raise Odd(f"{guard} names other objects than the plan releases")
        return
    if guard not in _COUNT_OTHERWISE and objection.count != len(refs):
        raise Odd(f"{guard} counts {objection.count} and names {len(refs)} objects")
    if guard in _COUNT_UPDATES and len(updates) != len(refs):
        raise Odd(f"{guard} names {len(refs)} of {len(updates)} updates")
    if any(earlier >= later for earlier, later in pairwise(refs)):
        raise Odd(f"{guard} counts an object twice or out of order")
    if not updates >= set(refs):
        raise Odd(f"{guard} counts an object that is not updated")


def _check_released(plan: Plan) -> None:
    if any(earlier >= later for earlier, later in pairwise(plan.released)):
        raise Odd("what it releases stands twice or out of order")
    declared = {change.ref for change in plan.changes}
    if not declared.isdisjoint(plan.released):
        raise Odd("it releases an object that it lists as declared")


def _check_change(change: Change) -> None:
    if change.reason not in REASONS[change.action]:
        raise Odd(f"{change.ref}: '{change.reason}' is no reason for '{change.action}'")
    if change.action == "update":
        _check_update(change)
    elif change.fields or change.request:
        raise Odd(f"{change.ref}: '{change.action}' comes with something to write")
    if change.action == "skip" and change.applied is not None:
        raise Odd(f"{change.ref}: it is skipped and would be on file as applied")
    _check_kept(change)


def _check_kept(change: Change) -> None:
    if not _keeps_what_it_says(change):
        raise Odd(f"{change.ref}: what it keeps for people does not fit '{change.reason}'")
    if not change.kept:
        return
    kind = KINDS[change.ref.kind]
    _check_names(change, kind, [kept.name for kept in change.kept])
    written = {field.name: field.before for field in change.fields}
    for kept in change.kept:
        if canonical(kept.live) == canonical(kept.declared):
            raise Odd(f"{change.ref}: {kept.name} is kept although live is as declared")
        if kept.name in written and not isinstance(kind.by_name[kept.name].shape, _IN_PARTS):
            raise Odd(f"{change.ref}: {kept.name} is both written and kept")
        if canonical(kept.live) != canonical(written.get(kept.name, kept.live)):
            raise Odd(f"{change.ref}: what live held of {kept.name} is told in two ways")


def _keeps_what_it_says(change: Change) -> bool:
    causes = {kept.cause for kept in change.kept}
    match change.reason:
        case "differs":
            return True
        case "drift-kept":
            return bool(causes) and "conflict" not in causes
        case "conflict":
            return "conflict" in causes
        case _:
            return not causes


def _check_update(change: Change) -> None:
    kind = KINDS[change.ref.kind]
    if not change.fields or change.request is None:
        raise Odd(f"{change.ref}: an update without fields or request")
    _check_names(change, kind, [field.name for field in change.fields])
    by_name = {field.name: field for field in change.fields}
    for field in change.fields:
        _check_field(change, kind, field, by_name)
    _check_request(change, kind, change.request)


def _check_names(change: Change, kind: Kind, names: list[str]) -> None:
    """Once each, and in the order of the kind."""
    for name in names:
        if name not in kind.by_name:
            raise Odd(f"{change.ref}: {name!a} is no field that can be written")
    if [name for name in kind.by_name if name in names] != names:
        raise Odd(f"{change.ref}: a field stands twice or out of order")


def _check_field(
    change: Change, kind: Kind, field: FieldChange, by_name: Mapping[str, FieldChange]
) -> None:
    is_equal = canonical(field.before) == canonical(field.after)
    if is_equal is not (field.cause == "paired"):
        raise Odd(f"{change.ref}: {field.name} is '{field.cause}' and its values do not fit that")
    if field.cause == "paired" and not _moves_with(kind, field, by_name):
        raise Odd(f"{change.ref}: {field.name} is 'paired' with nothing that changes")


def _moves_with(kind: Kind, field: FieldChange, by_name: Mapping[str, FieldChange]) -> bool:
    if kind.pairs is None:
        return False
    halves = {kind.pairs.classification, kind.pairs.determination}
    others = halves - {field.name}
    return field.name in halves and any(
        name in by_name and by_name[name].cause != "paired" for name in others
    )


def _check_request(change: Change, kind: Kind, request: Request) -> None:
    if request.path != kind.versioned_path(change.ref.id):
        raise Odd(f"{change.ref}: its request goes to another path")
    attached = {name: request.body.get(name) for name in kind.attachments}
    derived: dict[str, Json] = {field.name: field.after for field in change.fields} | attached
    if not all(attached.values()) or canonical(request.body) != canonical(derived):
        raise Odd(f"{change.ref}: its request does not follow from its fields")
