"""What holds in every plan, whoever wrote the file: order, counts, and requests that derive.

A plan file is data from outside. Nothing in it is sent because it stands there: the request has to
follow from the field changes and the kind, else the plan is refused.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from reconciler.codec.rows import canonical
from reconciler.codec.strict import Odd
from reconciler.kinds import KINDS
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
        Summary,
    )
    from reconciler.model.words import Json, Ref

REASONS: Final[Mapping[Action, frozenset[Reason]]] = {
    "update": frozenset({"differs"}),
    "noop": frozenset({"in-sync"}),
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

_COUNT_OTHERWISE: Final = frozenset({"updatePercent", EMPTY})
"""Guards whose count is not that of their objects: a share, and that there is nothing."""
_COUNT_UPDATES: Final = frozenset({"updates", "updatePercent"})


def check(plan: Plan) -> None:
    """Raises Odd at the first thing that does not hold."""
    for earlier, later in pairwise(plan.changes):
        if earlier.ref >= later.ref:
            raise Odd(f"{later.ref} stands twice or out of order")
    for change in plan.changes:
        _check_change(change)
    if _counted(plan) != plan.summary:
        raise Odd("its summary does not count what it lists")
    _check_objections(plan)


def _check_objections(plan: Plan) -> None:
    """Whether guards would say the same is judged where the configuration is known."""
    ranks = [COUNTED_GUARDS.index(objection.guard) for objection in plan.objections]
    if any(earlier >= later for earlier, later in pairwise(ranks)):
        raise Odd("its objections stand twice or out of order")
    updates = {change.ref for change in plan.changes if change.action == "update"}
    for objection in plan.objections:
        _check_objection(objection, plan, updates)


def _check_objection(objection: Objection, plan: Plan, updates: AbstractSet[Ref]) -> None:
    guard, refs = objection.guard, objection.refs
    if objection.count <= objection.limit:
        raise Odd(f"{guard} objects to {objection.count}, which its limit allows")
    if objection.limit != plan.overrides.get(guard, objection.limit):
        raise Odd(f"{guard} objects by another limit than was allowed for this plan")
    if guard not in _COUNT_OTHERWISE and objection.count != len(refs):
        raise Odd(f"{guard} counts {objection.count} and names {len(refs)} objects")
    if guard in _COUNT_UPDATES and len(updates) != len(refs):
        raise Odd(f"{guard} names {len(refs)} of {len(updates)} updates")
    if any(earlier >= later for earlier, later in pairwise(refs)):
        raise Odd(f"{guard} counts an object twice or out of order")
    if not updates >= set(refs):
        raise Odd(f"{guard} counts an object that is not updated")


def _counted(plan: Plan) -> Summary:
    """Nothing is kept for people yet, so drift and conflict are zero."""
    actions = Counter(change.action for change in plan.changes)
    unknown = sum(1 for change in plan.changes if change.reason == "unknown")
    return replace(
        plan.summary,
        declared=len(plan.changes),
        in_sync=actions["noop"],
        update=actions["update"],
        skip=actions["skip"] - unknown,
        unknown=unknown,
        drift_kept=0,
        drift=0,
        conflict=0,
    )


def _check_change(change: Change) -> None:
    if change.reason not in REASONS[change.action]:
        raise Odd(f"{change.ref}: '{change.reason}' is no reason for '{change.action}'")
    if change.action == "update":
        _check_update(change)
    elif change.fields or change.request:
        raise Odd(f"{change.ref}: '{change.action}' comes with something to write")


def _check_update(change: Change) -> None:
    kind = KINDS[change.ref.kind]
    if not change.fields or change.request is None:
        raise Odd(f"{change.ref}: an update without fields or request")
    by_name = {field.name: field for field in change.fields}
    if len(by_name) != len(change.fields):
        raise Odd(f"{change.ref}: a field stands twice")
    for field in change.fields:
        _check_field(change, kind, field, by_name)
    _check_request(change, kind, change.request)


def _check_field(
    change: Change, kind: Kind, field: FieldChange, by_name: Mapping[str, FieldChange]
) -> None:
    if field.name not in kind.by_name:
        raise Odd(f"{change.ref}: {field.name!a} is no field that can be written")
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
