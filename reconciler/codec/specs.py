"""What a document wants of one object ↔ JSON, as the document itself says it.

Tags are a list (exactly these) or ``{present, absent}``, details are an object; the kind's shapes
tell which. Raises Odd.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final, assert_never

from reconciler.codec import strict
from reconciler.codec.strict import Odd
from reconciler.kinds import KINDS
from reconciler.kinds.shapes import DetailsShape, PhrasesShape, TagsShape, tag_name
from reconciler.model.desired import Elements, Entries, Exactly

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from reconciler.kinds.kind import Field
    from reconciler.model.desired import Declaration, Spec
    from reconciler.model.words import Json, JsonObject


def spec_row(spec: Spec) -> JsonObject:
    return {name: value(declaration) for name, declaration in spec.items()}


def value(declaration: Declaration) -> Json:
    match declaration:
        case Exactly(wanted):
            return wanted
        case Elements(present, absent):
            sides = {"present": list(present), "absent": list(absent)}
            return {side: tags for side, tags in sides.items() if tags}
        case Entries(values):
            return dict(values)
        case _:
            assert_never(declaration)


def spec(kind: str, row: JsonObject) -> Spec:
    """In the order of the kind's fields. Never empty: a document declares something."""
    by_name = KINDS[kind].by_name
    unknown = [name for name in row if name not in by_name]
    if unknown or not row:
        raise Odd(f"{unknown[0]!a} is no field of {kind}" if unknown else "it declares nothing")
    return {name: _declaration(item, row) for name, item in by_name.items() if name in row}


def _declaration(item: Field, row: JsonObject) -> Declaration:
    found = row[item.name]
    match item.shape, found:
        case _, None:
            return Exactly(None)
        case TagsShape(), dict():
            return _elements(item.name, found)
        case DetailsShape(), _:
            details = strict.mapping(row, item.name)
            return Entries({key: strict.text(details, key) for key in details})
        case TagsShape(), _:
            return Exactly(list(_tags(row, item.name)))
        case PhrasesShape(), _:
            return Exactly(list(strict.texts(row, item.name)))
        case _:
            return _text(strict.text(row, item.name))


_text: Final[Callable[[str], Exactly]] = lru_cache(maxsize=1024)(Exactly)
"""Of equal declarations the first: thousands of objects say the same few."""
_sides: Final[Callable[[tuple[str, ...], tuple[str, ...]], Elements]] = lru_cache(maxsize=1024)(
    Elements
)


def _elements(name: str, found: Mapping[str, Json]) -> Elements:
    sides = {side: _tags(found, side) for side in found}
    if not sides or not sides.keys() <= {"present", "absent"}:
        raise Odd(f"{name!a} holds neither 'present' nor 'absent'")
    return _sides(sides.get("present", ()), sides.get("absent", ()))


def _tags(row: JsonObject, key: str) -> tuple[str, ...]:
    """Also of a tree that was written when each spelling was a tag of its own."""
    return tuple(tag if tag.isascii() else tag_name(tag) for tag in strict.texts(row, key))
