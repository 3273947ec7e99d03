"""One field: does live hold what is declared? Graph's spelling and ours may differ (kinds/shapes)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, assert_never

from reconciler.kinds.shapes import PhrasesShape, same
from reconciler.model.desired import Elements, Entries, Exactly
from reconciler.planning.parts import in_parts, live_tags, name_of

if TYPE_CHECKING:
    from reconciler.kinds.kind import Field
    from reconciler.model.desired import Declaration
    from reconciler.model.words import Json


def holds(item: Field, declaration: Declaration, live: Json) -> bool:
    if isinstance(declaration, Exactly) and not isinstance(item.shape, PhrasesShape):
        return same(item.shape, declaration.value, live)  # nine of ten; a match takes twice as long
    match in_parts(item, declaration):
        case Exactly(value):
            return same(item.shape, value, live)
        case Elements(present, absent):
            listed = live_tags(live)
            names = set(map(name_of, listed or ()))
            is_list = listed is not None
            return is_list and names.issuperset(present) and names.isdisjoint(absent)
        case Entries(values):
            there = live if isinstance(live, Mapping) else {}
            return all(there.get(name) == value for name, value in values.items())
        case other:
            assert_never(other)


def says_the_same(item: Field, left: Declaration, right: Declaration) -> bool:
    """Two declarations of one field: the same form, and values that mean the same."""
    match left, right:
        case Exactly(one), Exactly(other):
            return same(item.shape, one, other)
        case _:
            return left == right
