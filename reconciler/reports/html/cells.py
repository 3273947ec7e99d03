"""One object as the cells of a table's row: what is from outside is text, and code marks it as such.

Optional attributes and classes are few on purpose: a row is repeated ten thousand times, and each
element of it is parsed before the page is there.
"""

from __future__ import annotations

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

VALUE_LIMIT: Final = 2_000
"""Characters of a value that are shown; the plan file has them all."""
_PARTS: Final = 100
"""Elements of a collection that are shown before the rest is counted."""
_RANKS: Final = {name: rank for rank, name in enumerate(SEVERITY.names)}
_RISK_RANKS: Final = {risk: len(words.RISKS) - rank for rank, risk in enumerate(words.RISKS)}


def say(item: Phrase) -> str:
    return "".join(code(piece) if isinstance(piece, Foreign) else html(piece) for piece in item)


def code(text: Foreign | None) -> str:
    if text is None:
        return words.UNSET
    return f"<code>{html(words.shorten(text, VALUE_LIMIT))}</code>"


def target(item: Entry) -> str:
    """The object, as a link where Microsoft's portal has a page of it, and its title."""
    name = html(str(item.ref))
    if item.link:
        name = f'<a href="{html(item.link)}" rel="noreferrer noopener">{name}</a>'
    title = f"<p>{html(words.shorten(item.title, VALUE_LIMIT))}</p>" if item.title else ""
    return f'<th scope="row" role="rowheader">{name}{title}</th>'


def severity(item: Entry) -> str:
    known = item.severity if item.severity in _RANKS else ""
    name = html(item.severity) or "unrated"
    return f'<td role="cell" class="{known or "unrated"}" data-rank="{_RANKS.get(known, "")}">{name}</td>'


def steps(item: Entry) -> str:
    """What is written, or what became of it."""
    return f'<td role="cell">{"".join(_steps(item))}</td>'


def reasoned(item: Entry) -> str:
    """Why it is left alone, or how its write ended, before what it is about."""
    verdict = f"<strong>{html(item.verdict)}</strong>" if item.verdict else ""
    return f'<td role="cell">{verdict}{"".join(_steps(item))}</td>'


def risks(item: Entry) -> str:
    rank = max((_RISK_RANKS[risk] for risk in item.risks), default="")
    told = "".join(f"<li>{html(risk)}</li>" for risk in item.risks)
    listed = f"<ul>{told}</ul>" if told else ""
    return f'<td role="cell" data-rank="{rank}">{listed}</td>'


def origin(item: Entry) -> str:
    """Where it is declared and for whom, and who changed it last."""
    return f'<td role="cell">{"<br>".join(map(say, item.origin))}</td>'


def _steps(item: Entry) -> Iterator[str]:
    if item.steps:
        yield f"<ul>{''.join(map(_step, item.steps))}</ul>"
    for note in item.notes:
        yield f"<p>{say(note)}</p>"


@lru_cache(maxsize=1024)
def _step(step: Step) -> str:
    """Remembered: a plan of thousands is a few transitions over and over."""
    match step:
        case Move():
            told = f"{_move(step)}{_mark(step.mark)}"
        case Paired():
            told = f"{code(step.value)} (unchanged, sent with its pair)"
        case Parts():
            told = f"{', '.join(_parts(step))}{_mark(step.mark)}"
        case _:
            assert_never(step)
    return f"<li><b>{html(step.name)}</b> {told}</li>"


def _move(step: Move) -> str:
    joint, value = step.beside or ("", None)
    beside = f"{html(joint)}{code(value)}" if joint else ""
    return f"{html(step.lead)}{code(step.before)}{html(step.joint)}{code(step.after)}{beside}"


def _parts(step: Parts) -> Iterator[str]:
    yield from _some("added ", step.added)
    yield from _some("removed ", step.removed)
    for key, old, new in step.changed[:_PARTS]:
        yield f"{code(key)}: {code(old)} → {code(new)}"
    yield from _more(len(step.changed))


def _some(word: str, items: Sequence[Foreign]) -> Iterator[str]:
    yield from (f"{word}{code(item)}" for item in items[:_PARTS])
    yield from _more(len(items))


def _more(count: int) -> Iterator[str]:
    if count > _PARTS:
        yield f"and {count - _PARTS:,} more"


def _mark(mark: str) -> str:
    if not mark:
        return ""
    return f" <strong>{html(mark)}</strong>" if mark in words.ALARMING else f" ({html(mark)})"
