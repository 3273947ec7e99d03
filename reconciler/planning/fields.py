"""All fields of one object: what to send, verdict pairs as one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from reconciler.model.plan import FieldChange
from reconciler.planning.compare import Differs, NotKnown, compare

if TYPE_CHECKING:
    from reconciler.kinds.kind import Kind
    from reconciler.model.desired import Declared
    from reconciler.model.live import Live


@dataclass(frozen=True, slots=True)
class Judged:
    """``changes`` in the order of the kind's fields; ``not_known``: names live does not tell."""

    changes: tuple[FieldChange, ...]
    not_known: tuple[str, ...] = ()


def judge(kind: Kind, declared: Declared, live: Live) -> Judged:
    changes: dict[str, FieldChange] = {}
    not_known: list[str] = []
    for name, declaration in declared.spec.items():
        match compare(kind.by_name[name], declaration, live.fields):
            case Differs(before, after):
                changes[name] = FieldChange(name, before, after)
            case NotKnown():
                not_known.append(name)
            case _:
                pass
    if not changes:
        return Judged((), tuple(not_known))
    changes |= _other_half(kind, declared, live, changes)
    ordered = tuple(changes[item.name] for item in kind.fields if item.name in changes)
    return Judged(ordered, tuple(not_known))


def _other_half(
    kind: Kind, declared: Declared, live: Live, changes: dict[str, FieldChange]
) -> dict[str, FieldChange]:
    """When one half of a declared verdict changes, both are sent (contract 1)."""
    if kind.pairs is None:
        return {}
    halves = (kind.pairs.classification, kind.pairs.determination)
    moving = [name for name in halves if name in changes]
    still = [
        name
        for name in halves
        if name in declared.spec and name in live.fields and name not in changes
    ]
    if not moving or not still:
        return {}
    name = still[0]
    return {name: FieldChange(name, live.fields[name], live.fields[name], "paired")}
