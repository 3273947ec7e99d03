"""When two changes of a plan are one decision for a reader: only where, not what, sets them apart.

The same kind, reason, risks, fields as they are shown, what is kept, and the same remarks. Severity,
age, owner, place and who moved it are each member's own.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

from reconciler.review.kept import left
from reconciler.review.steps import steps

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

    from reconciler.model.plan import Change, FieldChange, Kept
    from reconciler.model.words import Json
    from reconciler.review.steps import Step

    _Raw: TypeAlias = tuple[Hashable, ...]


def shown_alike() -> Callable[[Change], Hashable]:
    """The key of a change of a plan; the same for those that are alike. For one report."""
    return _Shown().key


@dataclass(slots=True)
class _Shown:
    """Numbers for what is shown alike: a plan of thousands is a few transitions over and over.

    What a field says is asked only once of the same values; the key of a change is a few numbers.
    """

    numbers: dict[Step, int] = field(default_factory=dict)
    known: dict[_Raw, int] = field(default_factory=dict)

    def key(self, change: Change) -> Hashable:
        kind = change.ref.kind
        return (
            kind,
            change.reason,
            change.risks,
            tuple([self._field(kind, item) for item in change.fields]),
            tuple([self._kept(kind, item) for item in change.kept]) if change.kept else (),
            tuple([(one.field, one.declared) for one in change.spills]) if change.spills else (),
            change.problem,
            change.detail,
            change.survivor,
            change.expires if change.reason == "expired" else None,
        )

    def _field(self, kind: str, item: FieldChange) -> int:
        before, after = item.before, item.after
        raw: _Raw | None
        if (before is None or before.__class__ is str) and (
            after is None or after.__class__ is str
        ):
            raw = (kind, item.name, item.cause, before, after)
        else:  # nor of a number: 1 and true are equal, and shown differently
            raw = _moved(kind, item)
        number = None if raw is None else self.known.get(raw)
        if number is None:
            (step,) = steps(kind, (item,))
            number = self._number(step, raw)
        return number

    def _kept(self, kind: str, item: Kept) -> int:
        (step,) = left(kind, (item,))
        return self._number(step, None)

    def _number(self, step: Step, raw: _Raw | None) -> int:
        number = self.numbers.setdefault(step, len(self.numbers))
        if raw is not None:
            self.known[raw] = number
        return number


def _moved(kind: str, item: FieldChange) -> _Raw | None:
    """Of two lists of words without repeats, what comes and what goes is all that is shown."""
    before, after = _words(item.before), _words(item.after)
    if before is None or after is None or before == after:
        return None
    return (kind, item.name, item.cause, after - before, before - after)


def _words(item: Json) -> frozenset[str] | None:
    if item is None:
        return frozenset()
    if not isinstance(item, list | tuple):
        return None
    found = frozenset([one for one in item if isinstance(one, str)])
    return found if len(found) == len(item) else None
