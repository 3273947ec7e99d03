"""One tag that live holds in two spellings of Unicode: people see one, Graph keeps two. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from reconciler.kinds import KINDS
from reconciler.kinds.shapes import TagsShape
from reconciler.model.live import Known
from reconciler.planning.parts import live_tags, name_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from reconciler.kinds.kind import Kind
    from reconciler.model.live import Live, Observation
    from reconciler.model.words import Ref

NAMED: Final = 20
"""How many objects are named before the rest is counted."""


def warnings(observed: Mapping[Ref, Observation]) -> tuple[str, ...]:
    """One sentence an object and field."""
    told = [
        f"{ref}: live {name} holds one tag in two spellings of Unicode (NFC, NFD); they count as one"
        for ref, found in sorted(observed.items())
        if isinstance(found, Known)
        for name in _twice(KINDS[ref.kind], found.live)
    ]
    more = len(told) - NAMED
    rest = (f"and {more:,} more that hold a tag in two spellings",) if more > 0 else ()
    return (*told[:NAMED], *rest)


def _twice(kind: Kind, live: Live) -> Iterator[str]:
    for name, shape in kind.shapes:
        if isinstance(shape, TagsShape):
            held = live_tags(live.fields.get(name)) or ()
            tags = {tag.strip() for tag in held if isinstance(tag, str) and not tag.isascii()}
            if len(set(map(name_of, tags))) < len(tags):
                yield name
