"""Rows of a Markdown table: everything from outside is code that is text only.

A row is cut harder until it fits: a change must not leave a review because somebody made it large.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, assert_never

from reconciler.model.words import Foreign
from reconciler.review import words
from reconciler.review.entry import link
from reconciler.review.escape import markdown
from reconciler.review.steps import Move, Paired, Parts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from reconciler.model.plan import PlanTenant
    from reconciler.review.entry import Entry, Moved
    from reconciler.review.groups import Group, Row
    from reconciler.review.steps import Step
    from reconciler.review.words import Phrase

ROW_BYTES: Final = 8_000
_LIMITS: Final = (120, 30, 8)
"""Characters of a value that are shown, from the first try to the last."""
_SENTENCE_LIMITS: Final = (600, 120)
_SENTENCE_BYTES: Final = 3_000
"""What a sentence of ours may quote is not ours: escaped, it may take ten times its length."""
MEMBER_COLUMNS: Final = ("Object", "Severity", "Age", "Last changed", "Declared in")
_PARTS: Final = 8
"""Elements of a collection that are shown before the rest is counted."""


def update_row(item: Entry) -> str:
    def build(cells: _Cells) -> str:
        return _row(
            cells.target(item),
            cells.severity(item),
            cells.changes(item),
            "<br>".join(item.risks),
            cells.origin(item),
        )

    return _within(build)


def judged_row(item: Entry) -> str:
    def build(cells: _Cells) -> str:
        why = "<br>".join(filter(None, (item.verdict, cells.changes(item))))
        return _row(cells.target(item), cells.severity(item), why, cells.origin(item))

    return _within(build)


def outcome_row(item: Entry) -> str:
    def build(cells: _Cells) -> str:
        return _row(cells.target(item), item.verdict, cells.changes(item), cells.origin(item))

    return _within(build)


def member_row(item: Row, tenant: PlanTenant) -> str:
    def build(cells: _Cells) -> str:
        name = markdown(str(item.ref))
        where = "<br>".join((cells.code(item.place), *map(cells.say, item.own)))
        return _row(
            cells.named(name, link(item.ref, tenant), item.title),
            markdown(item.severity),
            item.age or "",
            cells.moved(item.moved) if item.moved else "",
            where,
        )

    return _within(build)


def group_head(item: Group) -> str:
    """What becomes of all members, and the columns of their rows."""

    def build(cells: _Cells) -> str:
        first = item.first
        brief = f": {cells.say(item.brief)}" if item.brief else ""
        judged = " · ".join(filter(None, (", ".join(first.risks), first.verdict)))
        shared = " · ".join(map(cells.say, item.shared))
        lines = (f"**{item.count}{brief}**", judged, shared, cells.changes(first))
        told = "<br>".join(filter(None, lines))
        return f"\n{told}\n\n{head(MEMBER_COLUMNS)}"

    return _within(build)


def head(columns: Sequence[str]) -> str:
    rule = "|".join(" --- " for _ in columns)
    return f"| {' | '.join(columns)} |\n|{rule}|\n"


def phrase(item: Phrase) -> str:
    return _Cells(_LIMITS[0]).say(item)


def sentence(text: str) -> str:
    """One of ours, whose end matters: cut late, and early only if what it quotes is too much."""
    whole, short = (_Cells(limit).code(Foreign(text)) for limit in _SENTENCE_LIMITS)
    return whole if len(whole.encode()) <= _SENTENCE_BYTES else short


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |\n"


def _within(build: Callable[[_Cells], str]) -> str:
    *tries, last = _LIMITS
    for limit in tries:
        row = build(_Cells(limit))
        if len(row.encode()) <= ROW_BYTES:
            return row
    return build(_Cells(last))


@dataclass(frozen=True, slots=True)
class _Cells:
    """``limit``: characters of each value that are shown."""

    limit: int

    def code(self, text: Foreign | None) -> str:
        return words.UNSET if text is None else markdown(words.shorten(text, self.limit))

    def say(self, item: Phrase) -> str:
        return "".join(self.code(piece) if isinstance(piece, Foreign) else piece for piece in item)

    def target(self, item: Entry) -> str:
        name = markdown(str(item.ref))
        return self.named(name, item.link, item.title)

    def named(self, name: str, where: str | None, title: Foreign | None) -> str:
        linked = f"[{name}]({where})" if where else name
        return f"{linked}<br>{self.code(title)}" if title else linked

    def severity(self, item: Entry) -> str:
        told = (markdown(item.severity), f"{item.age} old" if item.age else "")
        return "<br>".join(filter(None, told))

    def moved(self, item: Moved) -> str:
        """``20 min ago``, and by whom."""
        ago = f"{item.ago} ago" if item.ago else self.code(Foreign(item.at or ""))
        return "<br>".join(filter(None, (ago, self.code(item.by) if item.by else "")))

    def origin(self, item: Entry) -> str:
        return "<br>".join(map(self.say, item.origin))

    def changes(self, item: Entry) -> str:
        return "<br>".join((*map(self._step, item.steps), *map(self.say, item.notes)))

    def _step(self, step: Step) -> str:
        match step:
            case Move():
                return f"{step.name}: {self._move(step)}{_mark(step.mark)}"
            case Paired():
                return f"{step.name}: {self.code(step.value)} (unchanged, sent with its pair)"
            case Parts():
                return f"{step.name}: {', '.join(self._parts(step))}{_mark(step.mark)}"
            case _:
                assert_never(step)

    def _move(self, step: Move) -> str:
        joint, value = step.beside or ("", None)
        beside = f"{joint}{self.code(value)}" if joint else ""
        return f"{step.lead}{self.code(step.before)}{step.joint}{self.code(step.after)}{beside}"

    def _parts(self, step: Parts) -> Iterator[str]:
        yield from self._some("added ", step.added)
        yield from self._some("removed ", step.removed)
        moved = [
            f"{self.code(key)}: {self.code(old)} → {self.code(new)}"
            for key, old, new in step.changed[:_PARTS]
        ]
        yield from moved
        yield from _more(len(step.changed))

    def _some(self, word: str, items: Sequence[Foreign]) -> Iterator[str]:
        yield from (f"{word}{self.code(item)}" for item in items[:_PARTS])
        yield from _more(len(items))


def _mark(mark: str) -> str:
    if not mark:
        return ""
    return f" (**{mark}**)" if mark in words.ALARMING else f" ({mark})"


def _more(count: int) -> Iterator[str]:
    if count > _PARTS:
        yield f"and {count - _PARTS:,} more"
