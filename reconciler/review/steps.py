"""A field's change as it is shown: one value to another, or what came and went in a collection."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final, TypeAlias

from reconciler.kinds import KINDS
from reconciler.kinds.shapes import EnumShape
from reconciler.planning.describe import describe
from reconciler.review import words

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from reconciler.model.outcome import OutcomeName
    from reconciler.model.plan import FieldChange
    from reconciler.model.words import Foreign, Json


@dataclass(frozen=True, slots=True)
class Move:
    """From one value to another; None is unset. ``lead`` and ``joint`` make it a phrase."""

    name: str
    before: Foreign | None
    after: Foreign | None
    lead: str
    joint: str


@dataclass(frozen=True, slots=True)
class Paired:
    """The other half of a verdict: sent as it is."""

    name: str
    value: Foreign | None


@dataclass(frozen=True, slots=True)
class Parts:
    """What comes into a list or mapping and what goes; ``changed``: key, before, after."""

    name: str
    added: tuple[Foreign, ...]
    removed: tuple[Foreign, ...]
    changed: tuple[tuple[Foreign, Foreign, Foreign], ...]


Step: TypeAlias = Move | Paired | Parts

_CHANGE: Final = ("", " → ")
_FORMS: Final[Mapping[OutcomeName, tuple[str, str]]] = {
    "conflict": ("planned on ", ", found "),
    "notKept": ("sent ", ", answered "),
}
"""Outcomes whose two values are no change: see model.Outcome."""


def steps(
    kind: str, fields: Sequence[FieldChange], *, outcome: OutcomeName | None = None
) -> tuple[Step, ...]:
    """In the order of the fields. ``outcome``: they belong to how a write ended."""
    form = _FORMS.get(outcome, _CHANGE) if outcome else _CHANGE
    return tuple([_step(kind, change, form) for change in fields])


def _step(kind: str, change: FieldChange, form: tuple[str, str]) -> Step:
    if _is_collection(change.before) or _is_collection(change.after):
        return _collection(change, form)
    if change.cause == "paired":
        return Paired(change.name, _word(kind, change.name, change.after))
    return _move(kind, change.name, change.before, change.after, form)


@lru_cache(maxsize=1024, typed=True)
def _move(kind: str, name: str, before: Json, after: Json, form: tuple[str, str]) -> Move:
    """Remembered: a plan of thousands is a few transitions over and over."""
    return Move(name, _word(kind, name, before), _word(kind, name, after), *form)


def _collection(change: FieldChange, form: tuple[str, str]) -> Step:
    parts = _parts(change) if form == _CHANGE else None
    if parts is not None:
        return parts
    before, after = (words.value(item) if item else None for item in (change.before, change.after))
    return Move(change.name, before, after, *form)


def _word(kind: str, name: str, item: Json) -> Foreign | None:
    shape = KINDS[kind].by_name[name].shape
    unset = shape.unset if isinstance(shape, EnumShape) else None
    return None if item in (None, "", unset) else words.value(item)


def _is_collection(item: Json) -> bool:
    """By what it is not: asking an abstract class costs ten times as much, on every field."""
    return not (item is None or isinstance(item, str | int | float))


def _parts(change: FieldChange) -> Parts | None:
    """None where nothing came or went: the value changed as a whole, or only its order did."""
    delta = describe(change.before, change.after)
    is_whole = any(key == "" for key, _, _ in delta.changed)
    if is_whole or not (delta.added or delta.removed or delta.changed):
        return None
    return Parts(
        name=change.name,
        added=tuple(map(words.value, delta.added)),
        removed=tuple(map(words.value, delta.removed)),
        changed=tuple(
            (words.value(key), words.value(old), words.value(new))
            for key, old, new in delta.changed
        ),
    )
