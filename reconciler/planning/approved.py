"""What a plan does beyond one that was reviewed (``--approved``): pure, change by change.

A field is covered if the reviewed plan writes the same value over the same value, and its reviewers were
told no less: an overwritten person or a risk that they did not see is new, though the value is not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from reconciler.codec.rows import canonical
from reconciler.model.plan import New, Reviewed

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from reconciler.model.plan import Cause, Change, FieldChange, Plan
    from reconciler.model.words import Ref

_QUIET: Final[frozenset[Cause]] = frozenset({"declared", "paired"})
"""Causes that overwrite nobody."""


def compare(plan: Plan, reviewed: Plan, *, digest: str) -> Reviewed:
    """``digest``: of ``reviewed``. Both are of one tenant."""
    before = {change.ref: change for change in reviewed.changes if change.action == "update"}
    return Reviewed(
        digest=digest,
        new=tuple(_new(plan, before)),
        allowed=tuple(
            guard
            for guard, count in sorted(plan.overrides.items())
            if count > reviewed.overrides.get(guard, -1)
        ),
    )


def _new(plan: Plan, before: Mapping[Ref, Change]) -> Iterator[New]:
    for change in plan.changes:
        if change.action == "update":
            fields = tuple(_beyond(change, before.get(change.ref)))
            if fields:
                yield New(change.ref, fields)


def _beyond(change: Change, seen: Change | None) -> Iterator[str]:
    """All fields of an object that was not to be updated, or carries a risk that was not told."""
    is_known = seen is not None and set(change.risks) <= set(seen.risks)
    fields = {field.name: field for field in seen.fields} if seen and is_known else {}
    for field in change.fields:
        if field.name not in fields or not _covers(fields[field.name], field):
            yield field.name


def _covers(seen: FieldChange, field: FieldChange) -> bool:
    """What is only sent along with its pair overwrites nothing: its value alone counts."""
    if canonical(seen.after) != canonical(field.after):
        return False
    if field.cause == "paired":
        return True
    is_told = field.cause in _QUIET or field.cause == seen.cause
    return is_told and canonical(seen.before) == canonical(field.before)
