"""Guards: how much of what a plan may do before somebody has to allow it by name (contract 6.1)."""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, NamedTuple

from reconciler.codec.tally import overwrites
from reconciler.documents.characters import visible
from reconciler.documents.suggest import nearest
from reconciler.errors import UsageError
from reconciler.model.plan import Objection
from reconciler.settings import COUNTED_GUARDS, EMPTY, GUARDS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence, Set as AbstractSet

    from reconciler.model.plan import Change, Risk
    from reconciler.model.words import Ref
    from reconciler.settings import Config, Tenant

FEWEST_FOR_A_SHARE: Final = 200
"""Declared objects from which on the share of updates counts: of a few, one is soon a third."""

_COUNTED: Final[Mapping[str, AbstractSet[Risk]]] = MappingProxyType(
    {
        "closures": frozenset({"closes", "closes-high-severity"}),
        "highSeverityClosures": frozenset({"closes-high-severity"}),
        "reopenings": frozenset({"reopens", "ends-awaiting-action"}),
        "truePositiveReversals": frozenset({"reverses-true-positive"}),
        "severityReductions": frozenset({"lowers-severity"}),
        "unassignments": frozenset({"unassigns"}),
        "tagRemovals": frozenset({"removes-tags", "removes-details"}),
    }
)
"""Guard → the risks of which an update has to carry one to be counted."""


class Released(NamedTuple):
    """Objects of the applied tree that nothing declares any more, and how many it holds in all."""

    refs: tuple[Ref, ...]
    of: int


NOTHING_RELEASED: Final = Released((), 0)

_ALLOWED: Final = re.compile(r"([A-Za-z]+)=([0-9]{1,9})")


def limits(config: Config, tenant: Tenant) -> Mapping[str, int]:
    """Each guard's limit by its name without ``max``: defaults, configuration, tenant."""
    chosen = {**config.guards, **tenant.guards}
    return {guard.name: chosen.get(guard.setting, guard.default) for guard in GUARDS}


def parse_allowed(words: Sequence[str]) -> Mapping[str, int]:
    """``closures=40`` … → by guard. Raises UsageError for what is no guard or no number."""
    allowed: dict[str, int] = {}
    problems: list[str] = []
    for word in words:
        found = _ALLOWED.fullmatch(word)
        if found is None:
            problems.append(f"--allow is {visible(word)}; expected a guard and a whole number")
        elif (guard := found[1]) not in COUNTED_GUARDS:
            hint = nearest(guard, COUNTED_GUARDS)
            problems.append(f"--allow names {visible(guard)}, which is no guard{hint}")
        elif guard in allowed:
            problems.append(f"--allow {guard} stands twice; one of them is enough")
        else:
            allowed[guard] = int(found[2])
    if problems:
        known = f"guards: {', '.join(COUNTED_GUARDS)}"
        raise UsageError("; ".join(problems), remedy=f"for example --allow closures=40; {known}")
    return allowed


def objections(
    changes: Sequence[Change],
    limits: Mapping[str, int],
    overrides: Mapping[str, int],
    *,
    released: Released = NOTHING_RELEASED,
) -> tuple[Objection, ...]:
    """In the order of the guards; an override takes the place of its limit."""
    in_force = {**limits, **overrides}
    updates = [change for change in changes if change.action == "update"]
    found = [Objection("updates", in_force["updates"], len(updates), _refs(updates))]
    if len(changes) >= FEWEST_FOR_A_SHARE:
        share = -(-100 * len(updates) // len(changes))
        found.append(Objection("updatePercent", in_force["updatePercent"], share, _refs(updates)))
    for guard, risks in _COUNTED.items():
        counted = _refs([change for change in updates if not risks.isdisjoint(change.risks)])
        found.append(Objection(guard, in_force[guard], len(counted), counted))
    overwritten = _refs([change for change in updates if overwrites(change)])
    found.append(
        Objection("driftOverwrites", in_force["driftOverwrites"], len(overwritten), overwritten)
    )
    if released.refs:
        share = -(-100 * len(released.refs) // released.of)
        found.append(
            Objection("releasedPercent", in_force["releasedPercent"], share, released.refs)
        )
    return tuple(objection for objection in found if objection.count > objection.limit)


def nothing_declared(overrides: Mapping[str, int]) -> tuple[Objection, ...]:
    """What is objected to a desired folder without a document, unless that is allowed."""
    objection = Objection(EMPTY, overrides.get(EMPTY, 0), 1, ())
    return (objection,) if objection.count > objection.limit else ()


def _refs(changes: Sequence[Change]) -> tuple[Ref, ...]:
    return tuple(sorted(change.ref for change in changes))
