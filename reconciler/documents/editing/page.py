"""The text of one file, its lines, and how a few places of it are exchanged for others."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

_BETWEEN: Final = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_COMMENT: Final = re.compile(r"[ \t]*(?:#[^\n]*)?\r?(?:\n|\Z)")
_BLANKS: Final = re.compile(r"[ \t]*")


class Splice(NamedTuple):
    """``text`` stands where ``start`` to ``end`` stood."""

    start: int
    end: int
    text: str = ""


@dataclass(frozen=True)
class Page:
    """Offsets are those of ``text``; lines end with LF or CRLF, as the loader demands."""

    text: str

    @cached_property
    def line_break(self) -> str:
        first = self.text.find("\n")
        return "\r\n" if first > 0 and self.text[first - 1] == "\r" else "\n"

    def line_start(self, offset: int) -> int:
        return self.text.rfind("\n", 0, offset) + 1

    def line_end(self, offset: int) -> int:
        """Before the line's break; for the last line the end of the text."""
        end = self.text.find("\n", offset)
        if end < 0:
            return len(self.text)
        return end - 1 if self.text[offset:end].endswith("\r") else end

    def next_line(self, offset: int) -> int:
        end = self.text.find("\n", offset)
        return len(self.text) if end < 0 else end + 1

    def line_before(self, offset: int) -> int:
        """The end of the line before this one: to delete from there takes one line break along."""
        return self.line_end(self.line_start(self.line_start(offset) - 1))

    def column(self, offset: int) -> int:
        return offset - self.line_start(offset)

    def beyond(self, offset: int) -> int:
        """The first place from here that is neither white space nor comment."""
        found = _BETWEEN.match(self.text, offset)
        return found.end() if found else offset

    def past_blanks(self, offset: int) -> int:
        found = _BLANKS.match(self.text, offset)
        return found.end() if found else offset

    def is_first(self, offset: int) -> bool:
        """Nothing stands before it on its line."""
        return not self.text[self.line_start(offset) : offset].strip()

    def is_last(self, offset: int) -> bool:
        """Nothing but a comment stands from here to the end of the line."""
        return _COMMENT.match(self.text, offset) is not None

    def is_plain_gap(self, start: int, end: int) -> bool:
        """One line, no comment: nothing is lost with it."""
        return not re.search(r"[\n#]", self.text[start:end])

    def below(self, lines: Iterable[str], indent: str) -> str:
        """Lines as they stand after the end of another line; empty ones stay empty."""
        return "".join(self.line_break + (indent + line if line else "") for line in lines)

    def spliced(self, splices: Iterable[Splice]) -> str:
        """Deletions may overlap. What is put at one place stands there in the order given."""
        pieces = []
        done = 0
        for splice in sorted(splices, key=lambda splice: (splice.start, splice.end)):
            pieces += [self.text[done : splice.start], splice.text]
            done = max(done, splice.end)
        return "".join([*pieces, self.text[done:]])
