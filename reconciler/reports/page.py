"""Lines of a terminal: cut or wrapped to its width, foreign text escaped, colour as an extra only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from reconciler.codec.runners import not_at_start
from reconciler.model.words import Foreign
from reconciler.review.escape import columns, fit, terminal, wrap

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from reconciler.review.words import Phrase

Style: TypeAlias = Literal["", "strong", "faint", "good", "change", "bad"]
Span: TypeAlias = tuple[Style, str]

MIN_WIDTH: Final = 40

_SGR: Final = {"strong": "1", "faint": "2", "good": "32", "change": "33", "bad": "31"}
"""The terminal's own palette, so that every theme stays readable."""


@dataclass(frozen=True, slots=True)
class Page:
    """All methods answer whole lines with their newline; no line is wider than ``width``."""

    width: int
    colour: bool

    def paint(self, style: Style, text: str) -> str:
        if not (self.colour and style and text):
            return text
        return f"\x1b[{_SGR[style]}m{text}\x1b[0m"

    def cut(self, text: str, *, indent: int = 0, style: Style = "") -> str:
        """One line; what is too long ends in ``…``."""
        room = self.width - indent
        shown = fit(text, room)
        return f"{' ' * indent}{self.paint(style, shown)}\n"

    def flow(self, text: str, *, indent: int = 0, style: Style = "") -> str:
        """As many lines as it takes."""
        margin = " " * indent
        lines = wrap(text, self.width - indent)
        return "".join([f"{margin}{self.paint(style, line)}\n" for line in lines])

    def listing(self, lead: str, text: str, *, style: Style = "") -> str:
        """Like row, for words of ours with commas: lines break after one."""
        parts = text.replace(", ", ",\n ").split("\n")
        return self.row(lead, [(style, part) for part in parts])

    def row(self, lead: str, spans: Sequence[Span]) -> str:
        """``lead`` and the spans; where they do not fit, lines break before a span if they can."""
        room = self.width - len(lead)
        text = "".join([part for _, part in spans])
        if 2 * len(text) <= room or columns(text) <= room:  # no sign is wider than two cells
            if self.colour:
                text = "".join([self.paint(style, part) for style, part in spans])
            return f"{lead}{text}\n"
        lines = self._stacked(spans, room)
        margin = " " * len(lead)
        text = "".join(f"{margin if number else lead}{line}\n" for number, line in enumerate(lines))
        return not_at_start(text)

    def _stacked(self, spans: Sequence[Span], room: int) -> Iterator[str]:
        """Spans side by side as far as there is room; one that has none for itself is wrapped."""
        line, used = "", 0
        for style, part in spans:
            if used + columns(part) <= room:
                line, used = line + self.paint(style, part), used + columns(part)
                continue
            if line:
                yield line
            *whole, last = wrap(part.lstrip(" "), room)
            yield from (self.paint(style, piece) for piece in whole)
            line, used = self.paint(style, last), columns(last)
        yield line


def say(phrase: Phrase) -> str:
    """A phrase with what is not ours escaped."""
    return "".join([terminal(piece) if isinstance(piece, Foreign) else piece for piece in phrase])
