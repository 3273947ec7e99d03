"""A document that passed → what it declares: one Declared for its object, or for each member."""

from __future__ import annotations

from functools import lru_cache
from sys import intern
from typing import TYPE_CHECKING, Final, NamedTuple

from reconciler.contract.modes import MODES
from reconciler.kinds.shapes import DetailsShape, TagsShape, tag_name
from reconciler.model.desired import NO_WORD, Declared, Elements, Entries, Exactly
from reconciler.model.words import Ref

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from reconciler.documents.tree import Data, Document
    from reconciler.kinds.kind import Kind
    from reconciler.kinds.shapes import Shape
    from reconciler.model.desired import Declaration, Mode, Spec
    from reconciler.model.words import Place

    Mapped = dict[str, Data]


def objects(document: Document, data: Mapped, kind: Kind) -> list[tuple[Ref, Place]]:
    """Which objects the document names, and where; what is no id of the kind is left out.

    Total, so that an object declared twice is also found in documents with other errors.
    """
    members = data.get("members")
    if isinstance(members, list):
        return [
            (Ref(kind.name, member), document.place(("members", index)))
            for index, member in enumerate(members)
            if isinstance(member, str) and kind.accepts(member)
        ]
    metadata = data.get("metadata")
    object_id = metadata.get("id") if isinstance(metadata, dict) else None
    if isinstance(object_id, str) and kind.accepts(object_id):
        return [(Ref(kind.name, object_id), document.key_place(("kind",)))]
    return []


class Wanted(NamedTuple):
    """What a document says of its objects, and who owns it; equal documents may share one."""

    spec: Spec
    management: Mapping[str, Mode]


def wanted(kind: Kind, spec: Mapped, modes: Mapped) -> Wanted:
    """``modes``: the document's ``management``. Both have passed."""
    said = {name: _declaration(shape, spec[name]) for name, shape in kind.shapes if name in spec}
    owned = {name: mode for name, mode in modes.items() if mode in MODES} if modes else NO_WORD
    return Wanted(said, owned)


def declared(
    named: Iterable[tuple[Ref, Place]], metadata: Mapped, said: Wanted
) -> dict[Ref, Declared]:
    name, reason, ticket, owner, expires = [
        _note(metadata[key]) if key in metadata else None for key in _NOTES
    ]
    spec, management = said
    return {
        ref: Declared(ref, source, spec, name, reason, ticket, owner, expires, management)
        for ref, source in named
    }


_NOTES: Final = ("name", "reason", "ticket", "owner", "expires")


def _note(value: Data) -> str | None:
    """Equal notes are one string: a folder of thousands has a few owners and reasons."""
    return intern(value.strip()) if isinstance(value, str) else None


def _declaration(shape: Shape, value: Data) -> Declaration:
    if isinstance(value, str):
        return _text(value)
    match shape, value:
        case TagsShape(), dict():
            return _elements(_tags(value.get("present")), _tags(value.get("absent")))
        case TagsShape(), list():
            return Exactly(list(_tags(value)))
        case DetailsShape(), dict():
            return Entries({key: str(text) for key, text in value.items()})
        case _:
            return Exactly(value)


_text: Final[Callable[[str], Exactly]] = lru_cache(maxsize=1024)(Exactly)
"""One value for equal texts: they are frozen, and thousands of documents say the same few."""
_elements: Final[Callable[[tuple[str, ...], tuple[str, ...]], Elements]] = lru_cache(maxsize=1024)(
    Elements
)


def _tags(value: Data) -> tuple[str, ...]:
    return tuple([tag_name(str(tag)) for tag in value]) if isinstance(value, list) else ()
