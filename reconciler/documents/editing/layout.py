"""A file that the loader passed → where every key, value and document of it begins and ends."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from reconciler.documents.scalars import typed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reconciler.documents.editing.page import Page
    from reconciler.model.words import Json

_HEADER: Final = re.compile(r"[|>][0-9+-]*")


@dataclass(frozen=True, slots=True)
class Scalar:
    """``style``: the quote, ``|``, ``>`` or nothing.

    A block scalar ends with its last line that is not blank; with ``+`` blank ones are of it too.
    """

    start: int
    end: int
    style: str
    text: str

    @property
    def is_block(self) -> bool:
        return self.style in ("|", ">")

    @property
    def data(self) -> Json:
        return self.text if self.style else typed(self.text)


@dataclass(frozen=True, slots=True)
class Item:
    """An element of a list or an entry of a mapping. ``start``: of its dash, ``?`` or key."""

    start: int
    key: Scalar | None
    value: Node

    @property
    def end(self) -> int:
        return self.value.end

    @property
    def name(self) -> str:
        """An entry is found by its key, an element by itself: blanks around a tag do not count."""
        if self.key:
            return self.key.text
        return self.value.text.strip() if isinstance(self.value, Scalar) else ""


@dataclass(frozen=True, slots=True)
class Collection:
    """A list or a mapping; in block style it ends with its last item."""

    start: int
    end: int
    is_flow: bool
    is_mapping: bool
    items: tuple[Item, ...]

    @property
    def by_name(self) -> dict[str, Item]:
        return {item.name: item for item in self.items}

    @property
    def entries(self) -> dict[str, Json]:
        return {item.name: item.value.data for item in self.items}

    @property
    def data(self) -> Json:
        return self.entries if self.is_mapping else [item.value.data for item in self.items]


Node: TypeAlias = Scalar | Collection


@dataclass(frozen=True, slots=True)
class Sheet:
    """One document of the file, from its marker to the next one's. ``root``: None in an empty one.

    Comments above a marker are of the document before it, unless that ends with ``...``.
    """

    start: int
    end: int
    root: Node | None


def lay_out(page: Page) -> list[Sheet]:
    """Only for what the loader passed: it bounds the depth and refuses aliases and tags."""
    import yaml

    loader = yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader
    events: Iterator[Any] = yaml.parse(page.text, Loader=loader)
    starts: list[int] = []
    roots: list[Node | None] = []
    after_end: int | None = 0
    for event in events:
        mark = event.start_mark.index
        if type(event) is yaml.DocumentStartEvent:
            starts.append(page.line_start(mark) if after_end is None else after_end)
            first = next(events)
            is_empty = type(first) is yaml.ScalarEvent and not first.value
            roots.append(None if is_empty else _node(page, events, first))
            done: Any = next(events)
            after_end = page.next_line(done.end_mark.index) if done.explicit else None
    ends = (*starts[1:], len(page.text))
    return [Sheet(*found) for found in zip(starts, ends, roots, strict=False)]


def _node(page: Page, events: Iterator[Any], event: Any) -> Node:
    import yaml

    if type(event) is yaml.ScalarEvent:
        return _scalar(page, event)
    is_flow = bool(event.flow_style)
    is_mapping = type(event) is yaml.MappingStartEvent
    start: int = event.start_mark.index
    items: list[Item] = []
    here = start + is_flow
    while type(inner := next(events)) not in (yaml.MappingEndEvent, yaml.SequenceEndEvent):
        key = _scalar(page, inner) if is_mapping else None
        value = _node(page, events, next(events) if is_mapping else inner)
        items.append(Item(_item_start(page, here), key, value))
        here = value.end
    end = inner.end_mark.index if is_flow else here
    return Collection(start, end, is_flow, is_mapping, tuple(items))


def _item_start(page: Page, offset: int) -> int:
    """From the end of the item before it; in flow style a comma may stand between."""
    found = page.beyond(offset)
    return page.beyond(found + 1) if page.text[found] == "," else found


def _scalar(page: Page, event: Any) -> Scalar:
    start: int = event.start_mark.index
    end: int = event.end_mark.index
    style = event.style or ""
    if style in ("|", ">"):
        end = _block_end(page, start, end)
    return Scalar(start, end, style, event.value)


def header_end(page: Page, start: int) -> int:
    """After the ``|`` or ``>`` of a block scalar that begins there, and what belongs to it."""
    found = _HEADER.match(page.text, start)
    return found.end() if found else start


def _block_end(page: Page, start: int, end: int) -> int:
    """YAML's own mark stands after the blank lines, perhaps within the next line's indentation."""
    body = page.text[start:end].rstrip(" ")
    keeps = "+" in page.text[start : header_end(page, start)]
    if keeps and body.endswith("\n"):
        return page.line_end(page.line_start(start + len(body) - 1))
    return page.line_end(start + len(body.rstrip()))
