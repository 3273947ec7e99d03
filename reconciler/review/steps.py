"""A field's change as it is shown: one value to another, or what came and went in a collection."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

from reconciler.kinds import KINDS
from reconciler.kinds.shapes import EnumShape
from reconciler.planning.describe import describe
from reconciler.review import words

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from reconciler.model.outcome import OutcomeName
    from reconciler.model.plan import FieldChange
    from reconciler.model.words import Foreign, Json
    from reconciler.planning.describe import Delta


@dataclass(frozen=True, slots=True)
class Move:
    """From one value to another; None is unset. ``lead`` and ``joint`` make it a phrase.

    ``beside``: what stands against both of them, behind a joint of its own. ``mark``: a remark.
    """

    name: str
    before: Foreign | None
    after: Foreign | None
    lead: str
    joint: str
    mark: str = ""
    beside: tuple[str, Foreign | None] | None = None


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
    mark: str = ""


Step: TypeAlias = Move | Paired | Parts


class Form(NamedTuple):
    """How two values are joined to a phrase."""

    lead: str = ""
    joint: str = " → "
    mark: str = ""


_FORMS: Final[Mapping[OutcomeName, Form]] = {
    "conflict": Form("planned on ", ", found "),
    "notKept": Form("sent ", ", answered "),
}
"""Outcomes whose two values are no change: see model.Outcome."""
_CHANGE: Final = Form()
_OVERWRITES: Final = Form(mark=words.OVERWRITES)


def steps(
    kind: str, fields: Sequence[FieldChange], *, outcome: OutcomeName | None = None
) -> tuple[Step, ...]:
    """In the order of the fields. ``outcome``: they belong to how a write ended."""
    if outcome is None:
        return tuple([_step(kind, change, _planned(change)) for change in fields])
    form = _FORMS.get(outcome, _CHANGE)
    return tuple([_step(kind, change, form) for change in fields])


def _planned(change: FieldChange) -> Form:
    return _CHANGE if change.cause in ("declared", "paired") else _OVERWRITES


def _step(kind: str, change: FieldChange, form: Form) -> Step:
    if change.cause == "paired" and not is_collection(change.after):
        return Paired(change.name, word(kind, change.name, change.after))
    return between(kind, change.name, change.before, change.after, form)


def between(kind: str, name: str, before: Json, after: Json, form: Form) -> Step:
    """What came and went in a collection, if the form is that of a change; else both values."""
    if not (is_collection(before) or is_collection(after)):
        return _move(kind, name, before, after, form)
    found = None if form.lead else parts(name, describe(before, after), form.mark)
    return _whole(kind, name, before, after, form) if found is None else found


def transition(kind: str, name: str, before: Json, after: Json, form: Form) -> Move:
    """From the one value to the other, whatever they are."""
    if is_collection(before) or is_collection(after):
        return _whole(kind, name, before, after, form)
    return _move(kind, name, before, after, form)


def _whole(kind: str, name: str, before: Json, after: Json, form: Form) -> Move:
    return Move(name, word(kind, name, before), word(kind, name, after), *form)


@lru_cache(maxsize=1024, typed=True)
def _move(kind: str, name: str, before: Json, after: Json, form: Form) -> Move:
    """Remembered: a plan of thousands is a few transitions over and over."""
    return _whole(kind, name, before, after, form)


def word(kind: str, name: str, item: Json) -> Foreign | None:
    """None for what means unset."""
    if is_collection(item):
        return words.value(item) if item else None
    shape = KINDS[kind].by_name[name].shape
    unset = shape.unset if isinstance(shape, EnumShape) else None
    return None if item in (None, "", unset) else words.value(item)


def is_collection(item: Json) -> bool:
    """By what it is not: asking an abstract class costs ten times as much, on every field."""
    return not (item is None or isinstance(item, str | int | float))


def parts(name: str, delta: Delta, mark: str = "") -> Parts | None:
    """None where nothing came or went: the value changed as a whole, or only its order did."""
    is_whole = any(key == "" for key, _, _ in delta.changed)
    if is_whole or not (delta.added or delta.removed or delta.changed):
        return None
    return Parts(
        name=name,
        added=tuple(map(words.value, delta.added)),
        removed=tuple(map(words.value, delta.removed)),
        changed=tuple(
            (words.value(key), words.value(old), words.value(new))
            for key, old, new in delta.changed
        ),
        mark=mark,
    )
