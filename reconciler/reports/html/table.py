"""Tables of objects, one a section, and the controls that filter all of them.

Without the script every row is there to read, and the controls stay hidden. Table parts are laid
out as grids, so that a browser skips the rows that nobody looks at; the roles keep them a table.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Final, NamedTuple

from reconciler.kinds import KINDS
from reconciler.kinds.enums import SEVERITY
from reconciler.reports.html import cells
from reconciler.review import words
from reconciler.review.escape import html

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from reconciler.review.entry import Entry


class Column(NamedTuple):
    """Its heading, the cell of an object, and which way it is sorted first."""

    title: str
    cell: Callable[[Entry], str]
    is_highest_first: bool = False


OBJECT: Final = Column("Object", cells.target)
SEVERITY_OF: Final = Column("Severity", cells.severity, is_highest_first=True)
AGE: Final = Column("Age", cells.age, is_highest_first=True)
RISKS: Final = Column("Risks", cells.risks, is_highest_first=True)
ORIGIN: Final = Column("Declared in", cells.origin)

_MANY: Final = 200
"""Rows from which on laying all of them out at once would be felt."""
_CHUNK: Final = 100
"""Rows that a browser skips at once: with as many bodies, a large page opens in half the time."""


@dataclass(frozen=True, slots=True)
class Section:
    """``name``: its anchor, and the class of its table. ``size``: how many rows there are."""

    name: str
    title: str
    note: str
    columns: tuple[Column, ...]
    entries: Iterable[Entry]
    size: int


def tables(
    sections: Sequence[Section], *, parted_by: str, facets: Sequence[str] = ()
) -> Iterator[str]:
    """``parted_by``: what a section stands for. ``facets``: severity and risk, if there are any."""
    shown = [section for section in sections if section.size]
    if not shown:
        return
    yield '<section id="objects" aria-labelledby="objects-title" tabindex="-1">\n'
    yield '<h2 id="objects-title">Objects</h2>\n'
    yield from _controls(shown, parted_by, facets)
    for section in shown:
        yield from _table(section)
    yield '<p class="nothing" hidden>Nothing here matches.</p>\n</section>\n'


def _table(section: Section) -> Iterator[str]:
    title = f"{section.name}-title"
    columns = section.columns
    head = "".join(map(_head, columns))
    yield (
        f'<section class="group" id="{section.name}" aria-labelledby="{title}">'
        f'<h3 id="{title}">{section.title} <span>{section.size:,}</span></h3>'
        f"<p>{html(section.note)}</p>\n"
        f'<table class="objects {_layout(section)}" aria-labelledby="{title}">'
        f"<thead><tr>{head}</tr></thead>\n"
    )
    entries = iter(section.entries)
    while chunk := list(islice(entries, _CHUNK)):
        yield f"<tbody>\n{''.join([_row(entry, columns) for entry in chunk])}</tbody>"
    yield "</table></section>\n"


def _head(column: Column) -> str:
    first = ' data-first="descending"' if column.is_highest_first else ""
    return f'<th scope="col"{first}>{column.title}</th>'


def _layout(section: Section) -> str:
    """The style sheet has a grid for each number of columns; of many rows it skips those unseen."""
    return f"columns-{len(section.columns)}{' many' if section.size > _MANY else ''}"


def _row(item: Entry, columns: Sequence[Column]) -> str:
    severity = html(item.severity) or "unrated"
    risks = f' data-risk="{" ".join(item.risks)}"' if item.risks else ""
    told = "".join([column.cell(item) for column in columns])
    return f'<tr data-kind="{html(item.ref.kind)}" data-severity="{severity}"{risks}>{told}</tr>\n'


def _controls(sections: Sequence[Section], parted_by: str, facets: Sequence[str]) -> Iterator[str]:
    yield '<div class="controls" role="search" aria-label="Filter the objects" hidden>\n'
    yield (
        '<div class="field"><label for="query">Search</label>'
        '<input type="search" id="query" autocomplete="off" spellcheck="false"'
        ' placeholder="title, id, tag, owner, file…"></div>\n'
    )
    yield _choice("section", parted_by, [(one.name, one.title) for one in sections])
    if "severity" in facets:
        names = (*reversed(SEVERITY.names), "unrated")
        yield _choice("severity", "Severity", [(name, name) for name in names])
    if "risk" in facets:
        yield _choice("risk", "Risk", [(name, name) for name in words.RISKS])
    yield _choice("kind", "Kind", [(name, name) for name in KINDS])
    yield '<button type="button" id="reset">Show all</button>\n'
    yield '<output id="shown" aria-live="polite"></output>\n</div>\n'


def _choice(name: str, label: str, options: Sequence[tuple[str, str]]) -> str:
    """The script takes out what no row has."""
    told = "".join(f'<option value="{value}">{html(text)}</option>' for value, text in options)
    return (
        f'<div class="field"><label for="{name}">{label}</label>'
        f'<select id="{name}"><option value="">all</option>{told}</select></div>\n'
    )
