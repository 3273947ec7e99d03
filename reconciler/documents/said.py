"""A live value → what a document would say of it, or why none can.

What the loader refuses is left out here, with a reason: an imported document has to load.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from reconciler.documents.characters import HIDDEN, name_of, visible
from reconciler.documents.quoting import plain, quoted
from reconciler.kinds.sendable import as_sent, why_not
from reconciler.kinds.shapes import (
    DetailsShape,
    PhrasesShape,
    TagsShape,
    is_unset,
    tag_name,
    takes_lines,
)
from reconciler.model.desired import Elements, Entries, Exactly

if TYPE_CHECKING:
    from reconciler.kinds.kind import Field
    from reconciler.model.desired import Declaration
    from reconciler.model.live import Live
    from reconciler.model.words import Json

NOT_TOLD = "Graph's answer does not tell it, or names a value that this version does not know"


@dataclass(frozen=True, slots=True)
class Sayable:
    """``declaration`` None: nothing of it can be declared. ``text``: as a document says it.

    ``lost``: each part of the live value that no document can say, with the reason.
    """

    declaration: Declaration | None
    text: str = ""
    is_unset: bool = False
    lost: tuple[str, ...] = ()


def sayable(item: Field, live: Live) -> Sayable:
    if item.name not in live.fields:
        return Sayable(None, lost=(NOT_TOLD,))
    value = as_sent(item, live.fields[item.name])
    match item.shape, value:
        case TagsShape(), list() | tuple():
            return _tags(value)
        case PhrasesShape(), list() | tuple():
            return _phrases(item, value)
        case DetailsShape(), Mapping() if value:
            return _details(value)
        case _:
            return _whole(item, value)


def _whole(item: Field, value: Json) -> Sayable:
    nothing = is_unset(item.shape, value)
    if nothing and item.nullable:
        return Sayable(Exactly(None), "null", is_unset=True)
    why = why_not(item, value)
    if why is None and isinstance(value, str):
        why = hidden(value, in_lines=takes_lines(item.shape))
    if why is not None:
        return Sayable(None, is_unset=nothing, lost=() if nothing else (why,))
    return Sayable(Exactly(value), plain(str(value)), is_unset=nothing)


def _tags(value: Sequence[Json]) -> Sayable:
    """Trimmed, each once, in the order of the alphabet: Graph promises no order."""
    tags = {tag_name(tag) if isinstance(tag, str) else repr(tag): tag for tag in value}
    faults = {name: _fault(tag) for name, tag in tags.items() if name}
    good = tuple(sorted(name for name, fault in faults.items() if fault is None))
    lost = tuple(f"the tag {visible(name)} {fault}" for name, fault in faults.items() if fault)
    if not good:
        return Sayable(None, "" if lost else "[]", is_unset=not lost, lost=lost)
    return Sayable(Elements(good), f"{{present: [{', '.join(map(plain, good))}]}}", lost=lost)


def _fault(tag: Json) -> str | None:
    return hidden(tag.strip()) if isinstance(tag, str) else "is no text"


def _phrases(item: Field, value: Sequence[Json]) -> Sayable:
    """Those that may be added; what else people wrote stays and is managed by nobody."""
    texts = dict.fromkeys(one for one in value if isinstance(one, str))
    phrases: list[Json] = [one for one in texts if why_not(item, [one]) is None]
    lost = tuple(
        f"{visible(one)} is a person's, which none declares" for one in texts if one not in phrases
    )
    if not phrases:
        return Sayable(None, is_unset=not value, lost=lost)
    return Sayable(Exactly(phrases), f"[{', '.join(map(quoted, map(str, phrases)))}]", lost=lost)


def _details(value: Mapping[str, Json]) -> Sayable:
    """Key by key; a key with ``@`` is OData's own and nobody's loss."""
    faults = {name: _entry_fault(name, text) for name, text in value.items() if "@" not in name}
    good = {name: str(value[name]) for name, fault in faults.items() if fault is None}
    lost = tuple(f"{visible(name)} {fault}" for name, fault in faults.items() if fault)
    if not good:
        return Sayable(None, lost=lost)
    pairs = ", ".join(f"{quoted(name)}: {quoted(text)}" for name, text in good.items())
    return Sayable(Entries(good), f"{{{pairs}}}", lost=lost)


def _entry_fault(name: str, text: Json) -> str | None:
    if not isinstance(text, str):
        return "holds no text"
    if not name.strip() or not text.strip():
        return "is blank"
    return hidden(name) or hidden(text)


def hidden(text: str, *, in_lines: bool = False) -> str | None:
    """Why no document may hold this text, if so. ``in_lines``: line ends and tabs may stand in it."""
    found = HIDDEN.search(text)
    if found:
        return f"holds the control or bidi character {name_of(found[0])}"
    if not in_lines and ("\n" in text or "\t" in text):
        return "holds a line end or a tab"
    return None
