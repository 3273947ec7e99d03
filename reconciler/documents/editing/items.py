"""Items of one list or mapping that go, and items that come: in block style and in brackets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.documents.editing.page import Splice

if TYPE_CHECKING:
    from collections.abc import Collection as Some, Iterator, Sequence

    from reconciler.documents.editing.layout import Collection, Item
    from reconciler.documents.editing.page import Page


def lines_gone(page: Page, item: Item) -> Splice:
    """With the line break before them: so the file's last line may be one of them."""
    return Splice(page.line_before(item.start), page.line_end(item.end))


def lines_after(page: Page, item: Item, lines: Sequence[str]) -> Splice:
    """``lines``: of one new item, which stands as deep as this one."""
    start = page.line_start(item.start)
    indent = page.text[start : item.start]
    here = page.line_end(item.end)
    return Splice(here, here, page.below(lines, indent))


def dash(page: Page, item: Item) -> str:
    """An element's dash and the blanks behind it, if its value stands beside it."""
    text = page.text[item.start : item.value.start]
    return text if page.is_plain_gap(item.start, item.value.start) else "- "


def in_brackets(
    page: Page, collection: Collection, gone: Some[int], new: Sequence[str]
) -> Iterator[Splice]:
    """``gone``: positions of items, of which there is one; ``new`` comes behind the last that stays."""
    items = collection.items
    kept = [index for index in range(len(items)) if index not in gone]
    if not kept:
        yield Splice(items[0].start, items[-1].end, ", ".join(new))
    else:
        yield from _Brackets(page, collection, kept[-1]).splices(gone, new)


class _Brackets:
    """``last``: the position of the last item that stays."""

    def __init__(self, page: Page, collection: Collection, last: int) -> None:
        self._page = page
        self._items = collection.items
        self._last = last
        self._is_closed_by_comma = self._comma(collection.items[-1]) is not None

    def splices(self, gone: Some[int], new: Sequence[str]) -> Iterator[Splice]:
        last, tail = self._items[self._last], self._items[self._last + 1 :]
        if tail and self._page.is_plain_gap(last.end, tail[-1].end):
            yield Splice(last.end, tail[-1].end)
            gone = [index for index in gone if index < self._last]
            tail = ()
        yield from map(self._gone, sorted(gone))
        if new and self._stands_alone(last):
            yield from self._new_lines(last, new)
            return
        if tail and not self._is_closed_by_comma:
            yield self._comma_gone(last)
        yield Splice(last.end, last.end, "".join(f", {text}" for text in new))

    def _gone(self, index: int) -> Splice:
        item = self._items[index]
        stop = self._stop(item)
        if self._stands_alone(item):
            return Splice(self._page.line_before(item.start), self._page.line_end(stop))
        following = self._items[index + 1 : index + 2]
        if following and self._page.is_plain_gap(stop, following[0].start):
            return Splice(item.start, following[0].start)
        return Splice(item.start, stop)

    def _new_lines(self, last: Item, new: Sequence[str]) -> Iterator[Splice]:
        page = self._page
        if self._comma(last) is None:
            yield Splice(last.end, last.end, ",")
        indent = page.text[page.line_start(last.start) : last.start]
        ends = [*("," for _ in new[1:]), "," if self._is_closed_by_comma else ""]
        lines = [text + end for text, end in zip(new, ends, strict=True)]
        here = page.line_end(self._stop(last))
        yield Splice(here, here, page.below(lines, indent))

    def _comma_gone(self, item: Item) -> Splice:
        stop = self._stop(item)
        return Splice(stop - 1, stop)

    def _comma(self, item: Item) -> int | None:
        found = self._page.beyond(item.end)
        return found if self._page.text[found] == "," else None

    def _stop(self, item: Item) -> int:
        """Behind the item's comma, if it has one."""
        comma = self._comma(item)
        return item.end if comma is None else comma + 1

    def _stands_alone(self, item: Item) -> bool:
        return self._page.is_first(item.start) and self._page.is_last(self._stop(item))
