"""One object as the cells of a table's row: what is from outside is text, and code marks it as such.

Optional attributes and classes are few on purpose: a row is repeated ten thousand times, and each
element of it is parsed before the page is there.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final, assert_never

from reconciler.kinds.enums import SEVERITY
from reconciler.model.words import Foreign
from reconciler.review import words
from reconciler.review.escape import html
from reconciler.review.steps import Move, Paired, Parts

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from reconciler.review.entry import Entry
    from reconciler.review.steps import Step
    from reconciler.review.words import Phrase

_BARE: Final = re.compile(r"[\w@./+=-][\w@.:/+=-]*", re.ASCII)
VALUE_LIMIT: Final = 2_000
"""Characters of a value that are shown; the plan file has them all."""
_PARTS: Final = 100
"""Elements of a collection that are shown before the rest is counted."""
_RANKS: Final = {name: rank for rank, name in enumerate(SEVERITY.names)}
_UNIT_MINUTES: Final = {"min": 1, "h": 60, "d": 24 * 60}
"""Of an age in words; it sorts by what it says."""
_RISK_RANKS: Final = {risk: len(words.RISKS) - rank for rank, risk in enumerate(words.RISKS)}


def say(item: Phrase) -> str:
    """What is quoted within a sentence is code; a whole line from outside reads as a line."""
    match item:
        case (Foreign() as line,):
            return html(words.shorten(line, VALUE_LIMIT))
        case _:
            told = (code(piece) if isinstance(piece, Foreign) else html(piece) for piece in item)
            return "".join(told)


def plain(item: Phrase) -> str:
    """In one piece, not escaped yet: for what is no more than a line of names."""
    return "".join(piece if isinstance(piece, str) else piece.raw for piece in item)


def code(text: Foreign | None) -> str:
    if text is None:
        return words.UNSET
    return f"<code>{html(words.shorten(text, VALUE_LIMIT))}</code>"


def value(text: Foreign | None) -> str:
    """Of a field: a word as it is, and code where words of ours could be mistaken for a part of it."""
    if text is not None and _BARE.fullmatch(text.raw):
        return html(text)
    return code(text)


def target(item: Entry) -> str:
    """The object, as a link where Microsoft's portal has a page of it, and its title."""
    name = html(str(item.ref))
    if item.link:
        named = f'<a href="{html(item.link)}" rel="noreferrer noopener">{name}</a>'
    else:
        named = f"<b>{name}</b>"
    title = html(words.shorten(item.title, VALUE_LIMIT)) if item.title else ""
    return f'<th scope="row">{named}{title}</th>'


def severity(item: Entry) -> str:
    known = item.severity if item.severity in _RANKS else ""
    name = html(item.severity) or "unrated"
    return f'<td class="{known or "unrated"}" data-rank="{_RANKS.get(known, "")}">{name}</td>'


def age(item: Entry) -> str:
    """When the plan was made."""
    if item.age is None:
        return "<td></td>"
    count, unit = item.age.split(" ")
    rank = int(count.replace(",", "")) * _UNIT_MINUTES[unit]
    return f'<td data-rank="{rank}">{html(item.age)}</td>'


def steps(item: Entry) -> str:
    """What is written, or what became of it."""
    return f"<td>{_steps(item)}</td>"


def reasoned(item: Entry) -> str:
    """Why it is left alone, or how its write ended, before what it is about."""
    verdict = f"<strong>{html(item.verdict)}</strong>\n" if item.verdict else ""
    return f"<td>{verdict}{_steps(item)}</td>"


def risks(item: Entry) -> str:
    """One below the other."""
    rank = max((_RISK_RANKS[risk] for risk in item.risks), default="")
    told = "\n".join(map(html, item.risks))
    return f'<td data-rank="{rank}">{told}</td>'


def origin(item: Entry) -> str:
    """Where it is declared and for whom, and who changed it last."""
    told = "\n".join(map(_part, item.origin))
    ago = f"\n{item.moved.ago} before this was read" if item.moved and item.moved.ago else ""
    return f"<td>{told}{ago}</td>"


def _part(item: Phrase) -> str:
    return "".join(value(piece) if isinstance(piece, Foreign) else html(piece) for piece in item)


def _steps(item: Entry) -> str:
    """A line each; the style sheet keeps the line ends."""
    notes = "".join(f"<p>{say(note)}</p>" for note in item.notes)
    return "\n".join(map(_step, item.steps)) + notes


@lru_cache(maxsize=1024)
def _step(step: Step) -> str:
    """Remembered: a plan of thousands is a few transitions over and over."""
    match step:
        case Move():
            told = f"{_move(step)}{_mark(step.mark)}"
        case Paired():
            told = f"{value(step.value)} (unchanged, sent with its pair)"
        case Parts():
            told = f"{', '.join(_parts(step))}{_mark(step.mark)}"
        case _:
            assert_never(step)
    return f"<b>{html(step.name)}</b> {told}"


def _move(step: Move) -> str:
    joint, other = step.beside or ("", None)
    beside = f"{html(joint)}{value(other)}" if joint else ""
    return f"{html(step.lead)}{value(step.before)}{html(step.joint)}{value(step.after)}{beside}"


def _parts(step: Parts) -> Iterator[str]:
    yield from _some("added ", step.added)
    yield from _some("removed ", step.removed)
    for key, old, new in step.changed[:_PARTS]:
        yield f"{value(key)}: {value(old)} → {value(new)}"
    yield from _more(len(step.changed))


def _some(word: str, items: Sequence[Foreign]) -> Iterator[str]:
    yield from (f"{word}{value(item)}" for item in items[:_PARTS])
    yield from _more(len(items))


def _more(count: int) -> Iterator[str]:
    if count > _PARTS:
        yield f"and {count - _PARTS:,} more"


def _mark(mark: str) -> str:
    if not mark:
        return ""
    return f" <strong>{html(mark)}</strong>" if mark in words.ALARMING else f" ({html(mark)})"
