"""One value becomes another one, where it stands and as it was written."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from reconciler.documents.editing.layout import Collection, Scalar, header_end
from reconciler.documents.editing.page import Splice
from reconciler.documents.editing.writing import Style, is_time, written

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from reconciler.documents.editing.layout import Item, Node
    from reconciler.documents.editing.page import Page
    from reconciler.model.words import Json


def quoted_as(old: Node, style: Style) -> Style:
    """The style of a value that was written so."""
    if not isinstance(old, Scalar):
        return style
    if old.is_block:
        return replace(style, block=old.style)
    return replace(style, quote=old.style, takes_times=is_time(old.text))


@dataclass(frozen=True, slots=True)
class Exchange:
    """``item``: whose value it is; ``is_flow``: it stands in brackets."""

    page: Page
    item: Item
    is_flow: bool
    step: int

    def splices(self, asked: Json) -> Iterator[Splice]:
        match self.item.value:
            case Collection(is_flow=False) as old:
                return self._lines(old, asked)
            case Scalar(is_block=True) as old:
                return self._block(old, asked)
            case old:
                return self._word(old, asked)

    def _word(self, old: Node, asked: Json) -> Iterator[Splice]:
        """Or what stands in brackets. Further lines begin below the comment beside it."""
        text = written(asked, quoted_as(old, self._style))
        yield Splice(old.start, old.end, text.head)
        here = self.page.line_end(old.end)
        yield Splice(here, here, self._below(text.body))

    def _block(self, old: Scalar, asked: Json) -> Iterator[Splice]:
        header = header_end(self.page, old.start)
        style = quoted_as(old, self._style)
        has_mark = any(map(str.isdigit, self.page.text[old.start : header]))
        if not has_mark:
            style = replace(style, step=self._depth(old))
        text = written(asked, style)
        yield Splice(old.start, header, text.head)
        yield Splice(self.page.line_end(old.start), old.end, self._below(text.body))

    def _lines(self, old: Collection, asked: Json) -> Iterator[Splice]:
        """Comments above the first line of the list or mapping stay, those inside go with it."""
        text = written(asked, replace(self._style, lines="many"))
        if text.head and self.item.key:
            colon = self.page.beyond(self.item.key.end) + 1
            yield Splice(colon, colon, f" {text.head}")
        start = self.page.line_before(old.start)
        yield Splice(start, self.page.line_end(old.end), self._below(text.body))

    @property
    def _style(self) -> Style:
        return Style(is_flow=self.is_flow, lines="one", step=self.step)

    def _depth(self, old: Scalar) -> int:
        """By how much the first line of a block stands deeper than its key."""
        first = self.page.next_line(old.start)
        return self.page.past_blanks(first) - first - self.page.column(self.item.start)

    def _below(self, lines: Sequence[str]) -> str:
        return self.page.below(lines, " " * self.page.column(self.item.start))
