"""A group of identical transitions for a terminal: what becomes of all, then a row each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from reconciler.reports.page import say
from reconciler.reports.text_entries import block, decision, judgement, parts
from reconciler.review.entry import portal
from reconciler.review.escape import columns, fit, terminal
from reconciler.review.groups import Group

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from reconciler.reports.page import Page, Span, Style
    from reconciler.review.entry import Moved
    from reconciler.review.groups import Row
    from reconciler.review.items import Item

_HEADS: Final = ("id", "severity", "age", "declared in", "last changed", "for")
_MARGIN: Final = 4
_GAP: Final = "  "
_BETWEEN: Final = " · "
_MOVED_LIMIT: Final = 40
_TITLE_ROOM: Final = 24
"""Columns that a title needs to stand in its row; else it has a line of its own."""


class _Line(NamedTuple):
    cells: Sequence[str]
    title: str


class _Table(NamedTuple):
    """Which cells are columns, how wide, which stand below, and the room that is left in a row."""

    columns: Sequence[int]
    widths: Sequence[int]
    below: Sequence[int]
    room: int


def item_block(page: Page, sign: str, style: Style, item: Item) -> str:
    """One alone in full, those that are alike together."""
    if isinstance(item, Group):
        return "".join(_group(page, sign, style, item))
    return block(page, sign, style, item)


def _group(page: Page, sign: str, style: Style, group: Group) -> Iterator[str]:
    """Heading, what the members share, fields, notes, members; a blank line before."""
    yield "\n"
    yield page.row(f"{sign} ", [*_heading(style, group), *judgement(group.first)])
    if group.shared:
        yield parts(page, [say(part) for part in group.shared])
    yield from decision(page, group.first)
    where = portal(group.first.ref.kind, group.tenant)
    if where:
        yield page.row("    ", [("faint", f"each at {where}")])
    yield from _members(page, [_line(row) for row in group.rows])


def _heading(style: Style, group: Group) -> Iterator[Span]:
    """``12 incidents: active → resolved, …``; lines break behind a comma."""
    brief = say(group.brief)
    yield (style, f"{group.count}:" if brief else group.count)
    if brief:
        yield from (("", f" {piece}") for piece in brief.replace(", ", ",\n").split("\n"))


def _line(row: Row) -> _Line:
    moved = _moved(row.moved) if row.moved else ""
    own = ", ".join([say(part) for part in row.own]) if row.own else ""
    title = terminal(row.title) if row.title else ""
    severity = terminal(row.severity)
    return _Line(
        (row.ref.id, severity, row.age or "", terminal(row.place), moved, own),
        title,
    )


def _moved(moved: Moved) -> str:
    """``20 min ago, kai@contoso.com``."""
    ago = f"{moved.ago} ago" if moved.ago else terminal(moved.at or "")
    by = terminal(moved.by) if moved.by else ""
    return fit(", ".join(filter(None, (ago, by))), _MOVED_LIMIT)


def _members(page: Page, lines: Sequence[_Line]) -> Iterator[str]:
    """As many columns as fit; what does not stands below each member, the title last."""
    table = _table(page, lines)
    if table.columns:
        heads = _joined([_HEADS[place] for place in table.columns], table.widths).rstrip()
        yield page.cut(heads, indent=_MARGIN, style="faint")
    for line in lines:
        yield _member(page, table, line)


def _table(page: Page, lines: Sequence[_Line]) -> _Table:
    found = [*map(_width, zip(*[line.cells for line in lines], strict=True))]
    filled = [place for place, width in enumerate(found) if width]
    widths = [max(found[place], len(_HEADS[place])) for place in filled]
    room, size = page.width - _MARGIN, 0
    for width in widths:
        if width > room:
            break
        room, size = room - width - len(_GAP), size + 1
    return _Table(filled[:size], widths[:size], filled[size:], room)


def _member(page: Page, table: _Table, line: _Line) -> str:
    text = _joined([line.cells[place] for place in table.columns], table.widths)
    if not table.below and table.room >= _TITLE_ROOM and line.title:
        return f"    {text}  {page.paint('strong', fit(line.title, table.room))}\n"
    row = f"    {text.rstrip()}\n" if table.columns else ""
    return f"{row}{_below(page, table, line)}"


def _below(page: Page, table: _Table, line: _Line) -> str:
    spans: list[Span] = [("", cell) for place in table.below if (cell := line.cells[place])]
    if line.title:
        spans.append(("strong", fit(line.title, page.width - _MARGIN - 2 - len(_BETWEEN))))
    if not spans:
        return ""
    first, *others = spans
    return page.row("      ", [first, *[(style, f"{_BETWEEN}{text}") for style, text in others]])


def _joined(cells: Sequence[str], wide: Sequence[int]) -> str:
    padded = [cell.ljust(width) for cell, width in zip(cells, wide, strict=True)]
    text = _GAP.join(padded)
    if text.isascii():
        return text
    return _GAP.join(
        [f"{cell}{' ' * (width - columns(cell))}" for cell, width in zip(cells, wide, strict=True)]
    )


def _width(cells: Sequence[str]) -> int:
    is_ascii = "".join(cells).isascii()
    return max(map(len if is_ascii else columns, cells))
