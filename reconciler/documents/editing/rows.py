"""A spec as a document would say it, and when two say the same."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import TYPE_CHECKING

from reconciler.codec.specs import spec_row
from reconciler.kinds.shapes import tag_name

if TYPE_CHECKING:
    from reconciler.model.desired import Spec
    from reconciler.model.words import Json, JsonObject


def row(spec: Spec) -> JsonObject:
    """Lists without blanks around their words and without repeats, as the loader wants them."""
    return {name: _tidy(value) for name, value in spec_row(spec).items()}


def meaning(value: Json) -> Hashable:
    """Equal for two values that declare the same: a list is a set."""
    if isinstance(value, Mapping):
        return "mapping", frozenset((name, meaning(item)) for name, item in value.items())
    return frozenset(map(_word, value)) if isinstance(value, list | tuple) else value


def _tidy(value: Json) -> Json:
    if isinstance(value, Mapping):
        return {name: _tidy(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return list({_word(item): _stripped(item) for item in value}.values())
    return value


def _word(item: Json) -> str:
    return tag_name(item) if isinstance(item, str) else repr(item)


def _stripped(item: Json) -> Json:
    return item.strip() if isinstance(item, str) else item
