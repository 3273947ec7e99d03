"""Who moved, and who may write: the three-way judgement as one table (contract 5).

What is judged is one part that live does not hold as declared: a value, a verdict of two halves, one
tag, one key. ``docs/ownership.md`` shows this table; a test holds them together.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final, Literal, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping, Set as AbstractSet

    from reconciler.model.desired import Mode
    from reconciler.model.plan import Judged

Situation: TypeAlias = Literal["first", "blind", "declared", "drift", "conflict"]


class Row(NamedTuple):
    """``writes``: the modes under which the declared value is written; else it is kept."""

    cause: Judged
    writes: AbstractSet[Mode]


TABLE: Final[Mapping[Situation, Row]] = MappingProxyType(
    {
        "first": Row("declared", {"yield", "enforce", "once"}),
        "blind": Row("declared", {"yield", "enforce"}),
        "declared": Row("declared", {"yield", "enforce"}),
        "drift": Row("drift", {"enforce"}),
        "conflict": Row("conflict", {"enforce"}),
    }
)
"""first: the base does not have it, or there is no base and live is unset · blind: there is no base,
and live holds a value that anybody may have set · declared: only the declaration moved since the
base · drift: only live did · conflict: both did, to different values."""

PENDING: Final[AbstractSet[Situation]] = frozenset({"declared", "conflict"})
"""A declaration that is kept in one of these is still to come: its base stays, which tells so.

Kept in another, it counts as applied: what live holds in its place is drift from then on."""

CAUSES: Final[tuple[Judged, ...]] = ("conflict", "drift", "declared")
"""Most pressing first: of the parts of one field, this one is told."""


def first(*, has_base: bool, is_set: bool) -> Situation:
    """It was not applied before, as far as is known. ``is_set``: live holds something."""
    return "blind" if is_set and not has_base else "first"


def moved(*, declaration: bool, live: bool) -> Situation:
    """What moved since the base. Live differs from what is declared, so one of them did."""
    if not declaration:
        return "drift"
    return "conflict" if live else "declared"


def is_written(situation: Situation, mode: Mode) -> bool:
    return mode in TABLE[situation].writes


def cause(situations: AbstractSet[Situation]) -> Judged:
    """Of at least one part."""
    causes = {TABLE[one].cause for one in situations}
    return next(one for one in CAUSES if one in causes)
