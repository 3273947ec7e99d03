"""A mapping of a document becomes another one: only what differs is touched, element by element."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from reconciler.documents.editing.items import dash, in_brackets, lines_after, lines_gone
from reconciler.documents.editing.layout import Collection, Scalar
from reconciler.documents.editing.values import Exchange
from reconciler.documents.editing.writing import Style, entries, flow
from reconciler.kinds.shapes import tag_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from reconciler.documents.editing.layout import Item
    from reconciler.documents.editing.page import Page, Splice
    from reconciler.model.words import Json


@dataclass(frozen=True, slots=True)
class Pen:
    """Where it writes. ``step``: the document's own indentation."""

    page: Page
    step: int = 2

    def mapping(
        self, node: Collection, asked: Mapping[str, Json], *, order: Sequence[str] = ()
    ) -> Iterator[Splice]:
        """``order``: of names; a new entry comes behind the next one before it, else at the end."""
        held = node.by_name
        for name in (name for name in held if name in asked):
            yield from self._entry(held[name], asked[name], is_flow=node.is_flow)
        gone = {index for index, item in enumerate(node.items) if item.name not in asked}
        new = {name: value for name, value in asked.items() if name not in held}
        if node.is_flow:
            pairs = [self._pair(node, name, value) for name, value in new.items()]
            yield from in_brackets(self.page, node, gone, pairs)
            return
        yield from (lines_gone(self.page, node.items[index]) for index in gone)
        for name, value in new.items():
            lines = tuple(entries({name: value}, self._style(node)))
            yield lines_after(self.page, _anchor(node, name, asked, order), lines)

    def elements(self, node: Collection, asked: Sequence[Json]) -> Iterator[Splice]:
        names = [tag_name(item.name) for item in node.items]
        wanted = {tag_name(str(value)): value for value in asked}
        gone = {index for index, name in enumerate(names) if name not in wanted}
        style = self._element_style(node)
        new = [flow(value, style) for name, value in wanted.items() if name not in names]
        if node.is_flow:
            yield from in_brackets(self.page, node, gone, new)
            return
        yield from (lines_gone(self.page, node.items[index]) for index in gone)
        last = node.items[-1]
        for text in new:
            yield lines_after(self.page, last, [dash(self.page, last) + text])

    def _entry(self, item: Item, asked: Json, *, is_flow: bool) -> Iterator[Splice]:
        match item.value, asked:
            case Collection(is_mapping=True, items=(_, *_)) as node, Mapping() if asked:
                return self.mapping(node, asked)
            case Collection(is_mapping=False, items=(_, *_)) as node, [_, *_]:
                return self.elements(node, asked)
            case node, _ if node.data == asked:
                return iter(())
            case _:
                return Exchange(self.page, item, is_flow, self.step).splices(asked)

    def _pair(self, node: Collection, name: str, value: Json) -> str:
        return flow({name: value}, self._style(node))[1:-1]

    def _style(self, node: Collection) -> Style:
        """Of a new entry: quoted as all its neighbours are, tall if one of them is."""
        values = [item.value for item in node.items]
        keys = _common(item.key.style for item in node.items if item.key)
        texts = _common(value.style for value in values if isinstance(value, Scalar))
        is_tall = any(isinstance(value, Collection) and not value.is_flow for value in values)
        return Style(keys or texts, keys, lines="many" if is_tall else "fitting", step=self.step)

    def _element_style(self, node: Collection) -> Style:
        quote = _common(item.value.style for item in node.items if isinstance(item.value, Scalar))
        return Style(quote, is_flow=node.is_flow)


def _common(styles: Iterable[str]) -> str:
    """The quote that all of them have."""
    found = set(styles)
    return found.pop() if len(found) == 1 and found <= {"'", '"'} else ""


def _anchor(node: Collection, name: str, asked: Mapping[str, Json], order: Sequence[str]) -> Item:
    before = order[: order.index(name)] if name in order else ()
    held = node.by_name
    near = [held[other] for other in before if other in held and other in asked]
    return near[-1] if near else node.items[-1]
