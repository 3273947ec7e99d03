"""What writing an incident does to its alerts (xdr/manage-incidents), foreseen and contradicted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.kinds import KINDS
from reconciler.kinds.shapes import same
from reconciler.model.desired import Exactly
from reconciler.model.live import Known
from reconciler.model.plan import Spill

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from reconciler.kinds.kind import Kind, SpillRule
    from reconciler.model.desired import Declared, Spec
    from reconciler.model.live import Observation
    from reconciler.model.plan import Change, FieldChange
    from reconciler.model.words import Ref


def children(observed: Mapping[Ref, Observation]) -> Mapping[Ref, tuple[Ref, ...]]:
    """Each declared incident's declared alerts and tasks, as Graph links them now.

    Both have to be known: an incident that is gone or merged is not written and spills nothing.
    """
    found: dict[Ref, list[Ref]] = {}
    for ref, observation in observed.items():
        parent = observation.live.parent if isinstance(observation, Known) else None
        if parent is not None and isinstance(observed.get(parent), Known):
            found.setdefault(parent, []).append(ref)
    return {parent: tuple(sorted(refs)) for parent, refs in found.items()}


def contradictions(
    declared: Iterable[Declared], family: Mapping[Ref, tuple[Ref, ...]]
) -> Mapping[Ref, tuple[Ref, ...]]:
    """Refs that contradict one another, each with the others: an incident and its alerts.

    A resolved incident with an alert declared new can never converge, nor two owners: writing the
    incident gives its alerts its owner.
    """
    by_ref = {item.ref: item for item in declared}
    found: dict[Ref, list[Ref]] = {}
    for parent, refs in family.items():
        for child in refs:
            if parent in by_ref and child in by_ref and _disagree(by_ref[parent], by_ref[child]):
                found.setdefault(parent, []).append(child)
                found.setdefault(child, []).append(parent)
    return {ref: tuple(others) for ref, others in found.items()}


def spills(
    kind: Kind, fields: Sequence[FieldChange], family: tuple[Ref, ...] = ()
) -> tuple[Spill, ...]:
    """What this change of an incident does to its alerts; the declared ones, ``family``, are named."""
    return tuple(
        Spill(change.name, change.after, _reached(rule, family))
        for change in fields
        for rule in kind.spills
        if rule.field == change.name and rule.may_apply(change.after)
    )


def overruled(
    changes: Mapping[Ref, Change], declared: Iterable[Declared]
) -> Mapping[Ref, tuple[Ref, ...]]:
    """Incidents whose planned write may spill over a value that stays as it is, with whose.

    Graph does not ask: what a person set on a declared alert would be gone, and nobody saw it. What its
    document declares and live holds would be gone as well, and look like a person's change.
    """
    specs = {item.ref: item.spec for item in declared}
    found: dict[Ref, list[Ref]] = {}
    for ref, change in changes.items():
        for spill in change.spills:
            for child in spill.declared:
                if child in changes and _is_over(
                    change.ref, spill, changes[child], specs.get(child, {})
                ):
                    found.setdefault(ref, []).append(child)
    return {ref: tuple(dict.fromkeys(others)) for ref, others in found.items()}


def _is_over(incident: Ref, spill: Spill, child: Change, spec: Spec) -> bool:
    shapes = KINDS[child.ref.kind].by_name
    fields = {
        rule.to_field
        for rule in KINDS[incident.kind].spills
        if rule.field == spill.field and rule.to_kind == child.ref.kind
    }
    written = {field.name for field in child.fields}
    declared = {} if child.action == "skip" else spec
    stays = {
        **{name: one.value for name, one in declared.items() if isinstance(one, Exactly)},
        **{kept.name: kept.live for kept in child.kept},
    }
    return any(
        name in fields - written and not same(shapes[name].shape, value, spill.value)
        for name, value in stays.items()
    )


def _reached(rule: SpillRule, refs: tuple[Ref, ...]) -> tuple[Ref, ...]:
    return tuple(ref for ref in refs if ref.kind == rule.to_kind)


def _disagree(parent: Declared, child: Declared) -> bool:
    return any(
        _breaks(rule, parent, child)
        for rule in KINDS[parent.ref.kind].spills
        if rule.to_kind == child.ref.kind
    )


def _breaks(rule: SpillRule, parent: Declared, child: Declared) -> bool:
    wanted, own = parent.spec.get(rule.field), child.spec.get(rule.to_field)
    if not isinstance(wanted, Exactly) or not isinstance(own, Exactly):
        return False
    shape = KINDS[child.ref.kind].by_name[rule.to_field].shape
    return rule.applies(wanted.value) and not same(shape, wanted.value, own.value)
