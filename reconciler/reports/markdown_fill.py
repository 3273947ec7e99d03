"""A report within a budget of bytes: whole blocks and rows are left out and counted, least risky first.

Every transition comes before every member of one: a group of thousands shows its head and a few rows
first, and takes more only of what the others leave.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Final

from reconciler.review import words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

_NOTE_BYTES: Final = 120
"""Held back for a section's line about rows left out."""
_SHARE: Final = 10
"""A tenth of the room is kept for each section that is still to come."""


@dataclass(frozen=True, slots=True)
class Block:
    """Rows under a head of their own. ``least``: as many of them come before any other block's rest."""

    head: str
    rows: Iterator[str]
    least: int | None = None
    """None: all of them."""


@dataclass(frozen=True, slots=True)
class Section:
    """Blocks in the order of review. ``size``: how many rows they have."""

    title: str
    blocks: Iterable[Block]
    size: int


@dataclass(frozen=True, slots=True)
class Frame:
    """What stands around the sections. A line that does not fit is left out, and counted."""

    heading: str
    """Always there, as is ``closing``."""
    lines: Sequence[Sequence[str]]
    """Each in its forms, the fullest first: the first that fits is taken."""
    foot: Sequence[Sequence[str]]
    closing: str


@dataclass(slots=True)
class _Room:
    """How many bytes are left."""

    size: int

    def take(self, text: str) -> bool:
        """Whether it fits; if so, it is taken."""
        needed = len(text.encode())
        if needed > self.size:
            return False
        self.size -= needed
        return True


@dataclass(slots=True)
class _Kept:
    """A block as far as it is shown."""

    head: str
    rest: Iterator[str]
    rows: list[str] = field(default_factory=list)


def fill(frame: Frame, sections: Sequence[Section], budget_bytes: int) -> str:
    """At most ``budget_bytes`` of UTF-8, where heading and closing alone are not more than that."""
    shown = [section for section in sections if section.size]
    certain = "".join((frame.heading, *map(_title, shown), frame.closing))
    size = budget_bytes - len(certain.encode()) - _NOTE_BYTES * (1 + len(shown))
    around = _Room(size // 2 if shown else size)
    lines, foot = _fitting(frame.lines, around), _fitting(frame.foot, around)
    left = len(frame.lines) + len(frame.foot) - len(lines) - len(foot)
    room = _Room(size - sum(len(text.encode()) for text in (*lines, *foot)))
    texts = []
    for place, section in enumerate(shown):
        kept_back = room.size // _SHARE * (len(shown) - place - 1)
        own = _Room(room.size - kept_back)
        texts.append(_section(section, own))
        room = _Room(own.size + kept_back)
    note = f"\n{words.number(left, 'remark')} left out for size.\n" if left else ""
    return "".join((frame.heading, *lines, *texts, *foot, note, frame.closing))


def _title(section: Section) -> str:
    return f"\n#### {section.title}\n"


def _fitting(lines: Iterable[Sequence[str]], room: _Room) -> list[str]:
    found = (next(filter(room.take, forms), None) for forms in lines)
    return [text for text in found if text is not None]


def _section(section: Section, room: _Room) -> str:
    """As many whole blocks and rows as fit, in their order, and how many rows were left out."""
    kept = _first_rows(section.blocks, room)
    _more_rows(kept, room)
    left = section.size - sum(len(block.rows) for block in kept)
    note = f"\n{words.number(left, 'row')} left out for size; the plan file has them all.\n"
    texts = ["".join((block.head, *block.rows)) for block in kept]
    return "".join((_title(section), *texts, note if left else ""))


def _first_rows(blocks: Iterable[Block], room: _Room) -> list[_Kept]:
    kept: list[_Kept] = []
    for block in blocks:
        shown = _Kept(block.head, block.rows)
        first = next(block.rows, "")
        if not room.take(block.head + first):
            break
        shown.rows.append(first)
        kept.append(shown)
        least = None if block.least is None else block.least - 1
        if not _add(shown, islice(block.rows, least), room):
            break
    return kept


def _more_rows(kept: Iterable[_Kept], room: _Room) -> None:
    for shown in kept:
        if not _add(shown, shown.rest, room):
            break


def _add(shown: _Kept, rows: Iterable[str], room: _Room) -> bool:
    """Whether all of them fit. The first that does not is the last that is looked at."""
    for row in rows:
        if not room.take(row):
            shown.rest = iter(())
            return False
        shown.rows.append(row)
    return True
