"""May a value that was read be sent back? Graph answers with more than it takes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from reconciler.kinds.enums import WHY_READ_ONLY
from reconciler.kinds.shapes import (
    DetailsShape,
    EnumShape,
    PhrasesShape,
    TagsShape,
    TimeShape,
    canonical,
    is_too_long,
    ticks,
)

if TYPE_CHECKING:
    from reconciler.kinds.kind import Field
    from reconciler.kinds.shapes import Shape
    from reconciler.model.words import Json


def as_sent(item: Field, value: Json) -> Json:
    """The same value as a PATCH says it: wire spelling, null for nothing, ``[]`` for no elements."""
    match item.shape:
        case TagsShape() | PhrasesShape() if value is None:
            return []
        case EnumShape() as shape if isinstance(value, str) and value:
            return canonical(shape, value)
        case _:
            return None if value == "" else value


def why_not(item: Field, value: Json) -> str | None:
    """Why this value (as ``as_sent`` gives it) may not be sent; None if it may."""
    if value is None:
        return None if item.nullable else "Graph takes no null for it"
    match item.shape:
        case EnumShape(names=names):
            return None if value in names else _why_no_member(value)
        case shape if isinstance(value, str) and is_too_long(shape, value):
            return "it is longer than Graph keeps"
        case shape:
            return None if _is_of(shape, value) else "what it held is nothing that Graph takes"


def _why_no_member(value: Json) -> str:
    known = WHY_READ_ONLY.get(value) if isinstance(value, str) else None
    return f"{value!a} may not be sent: {known}" if known else "it held no member known here"


def _is_of(shape: Shape, value: Json) -> bool:
    match shape:
        case TagsShape():
            return isinstance(value, list | tuple) and all(isinstance(tag, str) for tag in value)
        case PhrasesShape(allowed):
            return isinstance(value, list | tuple) and all(one in allowed for one in value)
        case DetailsShape():
            return isinstance(value, Mapping) and all(
                isinstance(one, str) for one in value.values()
            )
        case TimeShape():
            return isinstance(value, str) and value.endswith("Z") and ticks(value) is not None
        case _:
            return isinstance(value, str)
