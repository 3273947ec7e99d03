"""One object of a plan or a closing report, as lines of a terminal."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final, assert_never

from reconciler.reports.page import say
from reconciler.review import words
from reconciler.review.escape import terminal
from reconciler.review.steps import Move, Paired, Parts

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from reconciler.model.words import Foreign
    from reconciler.reports.page import Page, Span, Style
    from reconciler.review.entry import Entry
    from reconciler.review.steps import Step

_BARE: Final = re.compile(r"[\w@./+=-][\w@.:/+=-]*")
"""A value that reads as one word; others are quoted, so that blanks and words of ours stand apart."""

_VALUE_LIMIT: Final = 600
_NAME_COLUMN: Final = 16
"""As wide as the longest field name, resolvingComment: fields stand in one column down the page."""


def block(page: Page, sign: str, style: Style, entry: Entry) -> str:
    """Heading, title, where it comes from, fields, notes; a blank line before."""
    return "".join(("\n", *_lines(page, sign, style, entry)))


def brief(page: Page, sign: str, style: Style, entry: Entry) -> str:
    """One line: the object, the fields and the title as far as there is room."""
    names = ", ".join(step.name for step in entry.steps)
    pieces = (f"{entry.ref}", entry.verdict, names, terminal(entry.title) if entry.title else "")
    text = "  ".join(piece for piece in pieces if piece)
    return page.cut(f"{sign} {text}", style=style)


def _lines(page: Page, sign: str, style: Style, entry: Entry) -> Iterator[str]:
    yield page.row(f"{sign} ", _heading(style, entry))
    if entry.title is not None:
        yield page.cut(terminal(entry.title), indent=2, style="strong")
    yield parts(page, [*map(say, entry.origin), *([entry.link] if entry.link else [])])
    yield from decision(page, entry)


def parts(page: Page, texts: Sequence[str]) -> str:
    """Side by side: where it is declared, for whom."""
    first, *others = texts
    return page.row("  ", [("faint", first), *[("faint", f" · {other}") for other in others]])


def decision(page: Page, entry: Entry) -> Iterator[str]:
    """Fields and notes."""
    for step in entry.steps:
        yield _field(page, step)
    for note in entry.notes:
        yield page.flow(say(note), indent=4)


def _heading(style: Style, entry: Entry) -> list[Span]:
    spans: list[Span] = [(style, str(entry.ref))]
    if entry.severity:
        spans.append(("", f"  {terminal(entry.severity)}"))
    if entry.age:
        spans.append(("faint", f"  {entry.age} old"))
    return [*spans, *judgement(entry)]


def judgement(entry: Entry) -> Iterator[Span]:
    """What is said of it at the end of its heading."""
    if entry.risks:
        yield ("bad", f"  ! {', '.join(entry.risks)}")
    if entry.verdict:
        yield ("", f"  {entry.verdict}")


@lru_cache(maxsize=1024)
def _field(page: Page, step: Step) -> str:
    """Remembered: a plan of thousands is a few transitions over and over."""
    return page.row(f"    {step.name:<{_NAME_COLUMN}}  ", _spans(step))


def _spans(step: Step) -> Sequence[Span]:
    """A line that is too long breaks before a span, so an arrow leads its value."""
    match step:
        case Move():
            return _move(step)
        case Paired():
            return (("", _word(step.value)), ("faint", "  (unchanged, sent with its pair)"))
        case Parts():
            return _parts(step)
        case _:
            assert_never(step)


def _move(step: Move) -> list[Span]:
    is_write = step.mark in {"", words.OVERWRITES}
    style: Style = "bad" if step.lead else "good" if is_write else "change"
    told: list[tuple[Style, str, str]] = [
        ("faint", step.lead, _word(step.before)),
        (style, step.joint, _word(step.after)),
    ]
    if step.beside is not None:
        joint, value = step.beside
        told.append(("bad", joint, _word(value)))
    return [*_commas_first(told), *_mark(step.mark)]


def _commas_first(told: Sequence[tuple[Style, str, str]]) -> Iterator[Span]:
    """A comma ends the line before a break, it does not begin the one behind it."""
    joints = [joint for _, joint, _ in told[1:]]
    for (style, joint, text), following in zip(told, (*joints, ""), strict=True):
        comma = "," if following.startswith(",") else ""
        yield (style, f"{joint.removeprefix(',')}{text}{comma}")


def _mark(mark: str) -> Iterator[Span]:
    if mark:
        yield ("bad" if mark in words.ALARMING else "faint", f"  ({mark})")


def _parts(step: Parts) -> list[Span]:
    told: list[Span] = [("good", f"+{_word(item)}") for item in step.added]
    told += [("bad", f"-{_word(item)}") for item in step.removed]
    told += [
        ("change", f"{_word(key)}: {_word(old)} → {_word(new)}") for key, old, new in step.changed
    ]
    spans = [(style, f"  {text}" if place else text) for place, (style, text) in enumerate(told)]
    return [*spans, *_mark(step.mark)]


def _word(item: Foreign | None) -> str:
    if item is None:
        return words.UNSET
    text = terminal(words.shorten(item, _VALUE_LIMIT))
    if _BARE.fullmatch(text):
        return text
    quoted = text.replace('"', '\\"')
    return f'"{quoted}"'
