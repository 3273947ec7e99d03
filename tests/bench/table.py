"""Rows as a table: for a terminal, and for the page between its two markers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from tests.bench.row import Row

HEADS: Final = ("work", "figure", "measured", "limit", "")
BEGIN: Final = "<!-- table: written by tests.bench --write -->"
END: Final = "<!-- end of table -->"


def text(parts: Mapping[str, Sequence[Row]]) -> str:
    """A block a part; what a row repeats of the row above is left blank."""
    rows = [cells for rows in parts.values() for cells in _cells(rows)]
    widths = [max(map(len, column)) for column in zip(HEADS, *rows, strict=True)]
    lines = []
    for name, part in parts.items():
        lines += [name, *(_line(cells, widths) for cells in (HEADS, *_cells(part))), ""]
    return "\n".join((*lines, summary(parts), ""))


def markdown(parts: Mapping[str, Sequence[Row]]) -> str:
    lines = []
    for name, part in parts.items():
        lines += [f"**{name}**", "", _bar(HEADS), _bar(("---", "---", "---:", "---:", "---"))]
        lines += [*map(_bar, _cells(part)), ""]
    return "\n".join((*lines, summary(parts)))


def summary(parts: Mapping[str, Sequence[Row]]) -> str:
    judged = [row for rows in parts.values() for row in rows if row.verdict in {"held", "OVER"}]
    over: dict[str, list[str]] = {}
    for row in judged:
        if row.is_over:
            over.setdefault(row.work, []).append(row.figure)
    named = "; ".join(f"{work} ({', '.join(figures)})" for work, figures in over.items())
    held = sum(not row.is_over for row in judged)
    return f"{held} of {len(judged)} limits held{named and f'; over: {named}'}"


def into_page(page: str, table: str) -> str:
    """The page with this table in place of the one it has. ValueError without both markers."""
    before, _, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not end:
        raise ValueError(f"the page needs {BEGIN} and {END}")
    return f"{before}{BEGIN}\n{table}\n{END}{after}"


def _cells(rows: Sequence[Row]) -> Iterator[tuple[str, ...]]:
    above = ""
    for row in rows:
        work = "" if row.work == above else row.work
        yield work, row.figure, row.measured, row.allowed, row.verdict
        above = row.work


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    work, figure, measured, limit, verdict = (
        cell.ljust(width) if at in {0, 1, 4} else cell.rjust(width)
        for at, (cell, width) in enumerate(zip(cells, widths, strict=True))
    )
    return f"  {work}  {figure}  {measured}  {limit}  {verdict}".rstrip()


def _bar(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"
