"""Pages of a list: asked for, one or several at a time, again if need be, and what came of it.

Only documented parameters. nextLink is opaque: it is followed as it is, to the same origin only.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from reconciler.errors import AnswerLost, NetworkFailure, NotSent
from reconciler.graph.retries import Again, Retries, broken, refusal, whole
from reconciler.model.live import Unreadable

if TYPE_CHECKING:
    from reconciler.graph.said import Said
    from reconciler.graph.session import Session
    from reconciler.kinds.kind import Kind
    from reconciler.model.words import Json

_PARTIAL: Final = 206
_BAD_REQUEST: Final = 400
_CORRECT: Final = "Graph does not take the filter as it is: correct --filter"


@dataclass(frozen=True, slots=True)
class Page:
    items: Sequence[Json]
    next: str | None
    count: int
    """How many objects the whole list has; 0 if the server does not say."""
    is_partial: bool = False
    """Graph says that it could not ask everybody who knows (API notes 4.4)."""


@dataclass(frozen=True, slots=True)
class NotTaken(Unreadable):
    """Graph answered 400: it does not take the question, or not so far down the list."""


def one_page(session: Session, kind: Kind, target: str) -> Page | Unreadable:
    """``target`` is a query's, or a nextLink."""
    return pages(session, kind, [target])[target]


def pages(session: Session, kind: Kind, targets: Sequence[str]) -> Mapping[str, Page | Unreadable]:
    """At the same time, as many as there are lanes; each is asked for up to four times."""
    retries = Retries[str](session)
    told: dict[str, Page | Unreadable] = {}
    waiting = list(targets)
    while waiting:
        answers = zip(waiting, session.get_all(waiting), strict=True)
        judged = {target: _judged(session, kind, answer) for target, answer in answers}
        postponed = {target: item for target, item in judged.items() if isinstance(item, Again)}
        told.update((key, item) for key, item in judged.items() if not isinstance(item, Again))
        again, over = retries.sort(postponed)
        waiting = list(again)
        told.update(over)
    return told


def _judged(
    session: Session, kind: Kind, answer: Said | NetworkFailure
) -> Page | Unreadable | Again:
    if isinstance(answer, NotSent | AnswerLost):
        return broken(answer)
    if isinstance(answer, NetworkFailure):  # a link elsewhere, a redirect, too long a pause
        return Unreadable(answer.message, detail=answer.detail)
    request = f"GET /{kind.version}{kind.collection}"
    if answer.is_ok:
        said = f"{answer.describe(request)}, but not with a list"
        return _parsed(answer) or Unreadable(said)
    judged = whole(refusal(session, answer, request, kind.read_permission))
    if answer.status == _BAD_REQUEST and isinstance(judged, Unreadable):
        return NotTaken(judged.problem, judged.detail)
    return judged


def filter_not_taken(problem: Unreadable) -> Unreadable:
    """In the words of whoever wrote the filter."""
    if not isinstance(problem, NotTaken):
        return problem
    return replace(problem, problem=f"{problem.problem}; {_CORRECT}")


def _parsed(said: Said) -> Page | None:
    items, following = said.object.get("value"), said.object.get("@odata.nextLink")
    count = said.object.get("@odata.count")
    if not isinstance(items, Sequence) or isinstance(items, str):
        return None
    return Page(
        items,
        following if isinstance(following, str) and following else None,
        count if isinstance(count, int) and count > 0 else 0,
        is_partial=said.status == _PARTIAL,
    )
