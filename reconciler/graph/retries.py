"""What is asked again, after how long, and when that ends (API notes 5.2, 6.2). Reads only."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Generic, TypeVar

from reconciler.errors import AnswerLost
from reconciler.model.live import Unreadable
from reconciler.net.failures import Untrusted
from reconciler.net.pacing import LONGEST_WAIT_SECONDS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from reconciler.errors import NetworkFailure
    from reconciler.graph.said import Said
    from reconciler.graph.session import Session

TRIES: Final = 4
_UNAUTHORIZED: Final = 401
_FORBIDDEN: Final = 403
_THROTTLED: Final = 429
_PASSING: Final = frozenset({408, 423, 424, 429, 500, 502, 503, 504, 509})

Key = TypeVar("Key")


@dataclass(frozen=True, slots=True)
class Again:
    """No answer yet. ``wait_seconds`` None: the server did not say, back off."""

    problem: Unreadable
    wait_seconds: float | None = None
    holds_up_others: bool = False
    """Not this one alone has to wait: Graph said how long, or throttles, or a whole request failed."""
    needs_token: bool = False
    claims: str = ""
    """What the token has to say, if the server told."""
    remedy: str = ""
    """What to do if it comes to nothing."""
    is_final: bool = False
    """It will: nothing that asking again could change."""


def refusal(session: Session, said: Said, request: str, permission: str) -> Unreadable | Again:
    """What anything but a success means to a read: give up, or try again."""
    problem = Unreadable(said.describe(request), detail=said.message if said.message.raw else None)
    if said.status == _UNAUTHORIZED:
        return Again(problem, 0.0, needs_token=True, claims=said.claims)
    if said.status in _PASSING:
        is_throttled, wait = said.status == _THROTTLED, session.wait_asked(said)
        less = replace(problem, less_may_help=not is_throttled)
        return Again(less, wait, holds_up_others=is_throttled or wait is not None)
    if said.status == _FORBIDDEN:
        return replace(problem, problem=f"{problem.problem}: the identity lacks {permission}")
    return problem


def asked_claims(told: Iterable[Again]) -> str:
    """Of the first that names any; parts of one batch carry the same token."""
    return next((again.claims for again in told if again.claims), "")


def broken(error: NetworkFailure) -> Again:
    """A read that was lost on the way; reading twice does no harm."""
    problem = Unreadable(error.message, error.detail, less_may_help=isinstance(error, AnswerLost))
    is_final = isinstance(error, Untrusted)
    return Again(problem, holds_up_others=True, remedy=error.remedy or "", is_final=is_final)


def whole(judged: Unreadable | Again) -> Unreadable | Again:
    """Of a request that failed as one, not of a part of it."""
    return replace(judged, holds_up_others=True) if isinstance(judged, Again) else judged


def ended(again: Again, why: str = "") -> Unreadable:
    """How what is not asked again stands: the problem, why no more, and what to do."""
    said = "; ".join(part for part in (again.problem.problem, why, again.remedy) if part)
    return replace(again.problem, problem=said)


class Retries(Generic[Key]):
    """For one run of requests: four tries for each key, one fresh token for all of them."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._tries: Counter[Key] = Counter()
        self._has_renewed = False

    def sort(self, told: Mapping[Key, Again]) -> tuple[dict[Key, float], dict[Key, Unreadable]]:
        """Which keys to ask again after how many seconds, and how the others ended.

        What holds up others sets the pause that all have to keep.
        """
        self._tries.update(told.keys())
        final = {key: ended(again) for key, again in told.items() if again.is_final}
        told = {key: again for key, again in told.items() if not again.is_final}
        waits = {key: self._wait(key, again) for key, again in told.items()}
        over = {
            key: self._last_word(key, again, waits[key])
            for key, again in told.items()
            if self._is_over(key, again, waits[key])
        }
        if any(again.needs_token for again in told.values()) and not self._has_renewed:
            self._has_renewed = True
            self._session.renew_token(asked_claims(told.values()))
        held_up = [waits[key] for key, again in told.items() if again.holds_up_others]
        self._session.pause(max(held_up, default=0.0))
        return {key: waits[key] for key in told if key not in over}, over | final

    def has_failed(self, key: Key) -> bool:
        """It was asked for before, in vain."""
        return self._tries[key] > 0

    def _wait(self, key: Key, again: Again) -> float:
        if again.wait_seconds is None:
            return self._session.backoff(self._tries[key])
        return again.wait_seconds

    def _is_over(self, key: Key, again: Again, wait: float) -> bool:
        refused_twice = again.needs_token and self._has_renewed
        return self._tries[key] >= TRIES or refused_twice or wait > LONGEST_WAIT_SECONDS

    def _last_word(self, key: Key, again: Again, wait: float) -> Unreadable:
        if wait > LONGEST_WAIT_SECONDS:
            why = f"it asks to wait {wait:.0f} s, longer than this run does"
        elif again.needs_token:
            why = self._session.refused
        else:
            why = f"after {self._tries[key]} tries"
        return ended(again, why)
