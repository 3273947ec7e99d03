"""One field: does live already hold what is declared, and if not, what has to be sent?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias, assert_never

from reconciler.kinds.shapes import TagsShape, same
from reconciler.model.desired import Elements, Entries, Exactly

if TYPE_CHECKING:
    from reconciler.kinds.kind import Field
    from reconciler.model.desired import Declaration
    from reconciler.model.words import Json, JsonObject


@dataclass(frozen=True, slots=True)
class Holds:
    """Live already is what the declaration wants."""


@dataclass(frozen=True, slots=True)
class Differs:
    """``after`` is the whole value to send; Graph replaces lists and mappings whole."""

    before: Json
    after: Json


@dataclass(frozen=True, slots=True)
class NotKnown:
    """The answer did not hold the property, or held something that cannot be merged with."""


Comparison: TypeAlias = Holds | Differs | NotKnown


def compare(item: Field, declaration: Declaration, live: JsonObject) -> Comparison:
    """``live``: the object's known fields (Live.fields)."""
    if item.name not in live:
        return NotKnown()
    before = live[item.name]
    match declaration:
        case Exactly(value):
            return _exactly(item, value, before)
        case Elements():
            return _elements(declaration, before)
        case Entries(values):
            return _entries(values, before)
        case _:
            assert_never(declaration)


def _exactly(item: Field, wanted: Json, before: Json) -> Comparison:
    if same(item.shape, wanted, before):
        return Holds()
    if isinstance(item.shape, TagsShape) and isinstance(wanted, Sequence):
        return _in_live_order([tag for tag in wanted if isinstance(tag, str)], before)
    return Differs(before, wanted)


def _in_live_order(wanted: Sequence[str], before: Json) -> Comparison:
    """Exactly these tags: as the live order, minus what goes, plus what comes."""
    tags = _list(before)
    if tags is None:
        return NotKnown()
    kept = [tag for tag in tags if _name(tag) in wanted]
    return Differs(before, [*kept, *_missing(wanted, kept)])


def _elements(declaration: Elements, before: Json) -> Comparison:
    tags = _list(before)
    if tags is None:
        return NotKnown()
    kept = [tag for tag in tags if _name(tag) not in declaration.absent]
    coming = _missing(declaration.present, kept)
    if not coming and len(kept) == len(tags):
        return Holds()
    return Differs(before, [*kept, *coming])


def _entries(values: Mapping[str, str], before: Json) -> Comparison:
    if before is None:
        return Differs(None, dict(values))
    if not isinstance(before, Mapping):
        return NotKnown()
    if all(name in before and before[name] == value for name, value in values.items()):
        return Holds()
    return Differs(before, {**before, **values})


def _list(value: Json) -> Sequence[Json] | None:
    """A live null is an empty list that was read; anything but a list cannot be merged with."""
    if value is None:
        return ()
    return value if isinstance(value, list | tuple) else None


def _missing(wanted: Sequence[str], kept: Sequence[Json]) -> list[str]:
    names = {_name(tag) for tag in kept}
    return [tag for tag in wanted if tag not in names]


def _name(tag: Json) -> str | None:
    return tag.strip() if isinstance(tag, str) else None
