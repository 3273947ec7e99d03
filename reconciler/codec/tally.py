"""What a plan's summary counts, said once: the planner writes it and a reader checks it."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from reconciler.model.plan import Summary

if TYPE_CHECKING:
    from collections.abc import Sequence, Set as AbstractSet

    from reconciler.model.plan import Cause, Change, Plan, Reason

MOVED: Final[frozenset[Cause]] = frozenset({"drift", "conflict"})
"""Causes that say: the live side moved since the base."""

MERGED: Final[Reason] = "redirected"
GONE: Final[Reason] = "not-found"


def tally(changes: Sequence[Change]) -> Summary:
    """Objects by what is done about them, fields by who moved them; no requests."""
    actions = Counter(change.action for change in changes)
    reasons = Counter(change.reason for change in changes)
    causes = Counter(cause for change in changes for _, cause in _judged(change))
    return Summary(
        declared=len(changes),
        in_sync=reasons["in-sync"],
        update=actions["update"],
        skip=actions["skip"] - reasons["unknown"],
        unknown=reasons["unknown"],
        drift_kept=reasons["drift-kept"],
        drift=causes["drift"],
        conflict=causes["conflict"],
    )


def moved(change: Change) -> frozenset[str]:
    """Names of the fields that moved on the live side, whatever is done about them."""
    return frozenset(name for name, cause in _judged(change) if cause in MOVED)


def overwrites(change: Change) -> bool:
    """Whether what a person set would be written over."""
    return not MOVED.isdisjoint([field.cause for field in change.fields])


def in_conflict(change: Change) -> bool:
    """Whether a field moved on both sides, to different values."""
    return any(cause == "conflict" for _, cause in _judged(change))


def merged_or_gone(plan: Plan) -> tuple[Change, ...]:
    """Objects that moved as a whole. Without a base nobody can tell whether they ever were there."""
    if plan.git.base is None:
        return ()
    return tuple(change for change in plan.changes if change.reason in {MERGED, GONE})


def _judged(change: Change) -> AbstractSet[tuple[str, Cause]]:
    """A field that is written in part and kept in part counts once per cause."""
    written = {(item.name, item.cause) for item in change.fields}
    return written | {(item.name, item.cause) for item in change.kept}
