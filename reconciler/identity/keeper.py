"""One token, kept until it nears its end, and the patience to wait for the next one."""

from __future__ import annotations

from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING, Final, Protocol

from reconciler.errors import IdentityFailure, Interrupted
from reconciler.net.lane import Lane, Patience, Stopped, TimeIsUp

if TYPE_CHECKING:
    from reconciler.ports import Clock, Stop

MARGIN_SECONDS: Final = 300.0
"""A token this close to its end is asked for anew, so that none expires on its way to Graph."""


@dataclass(frozen=True, slots=True)
class Token:
    text: str
    expires_at: float
    """Seconds since 1970."""


@dataclass(frozen=True, slots=True)
class Wish:
    """``is_fresh``: one that nobody has seen yet. ``claims``: JSON that it has to meet, or empty."""

    is_fresh: bool = False
    claims: str = ""


class Asks(Protocol):
    """Gets one token; may take long. Runs on a thread of its own, one call at a time."""

    @property
    def patience_seconds(self) -> float: ...

    def __call__(self, wish: Wish, /) -> Token: ...

    def late(self) -> IdentityFailure:
        """What is to be said when patience has run out."""
        ...


class Keeper:
    """Called from several read lanes: one asks at a time, the others take what it got."""

    def __init__(self, asks: Asks, *, clock: Clock, stop: Stop) -> None:
        self._asks = asks
        self._clock = clock
        self._stop = stop
        self._lock = Lock()
        self._held: Token | None = None

    def __call__(self, fresh: bool, /) -> str:
        with self._lock:
            held = self._held
            if held is None or fresh or self._is_old(held):
                return self._renewed(Wish(is_fresh=fresh))
            return held.text

    def challenged(self, claims: str, /) -> str:
        with self._lock:
            return self._renewed(Wish(is_fresh=True, claims=claims))

    def _is_old(self, token: Token) -> bool:
        return token.expires_at - self._clock.now().timestamp() < MARGIN_SECONDS

    def _renewed(self, wish: Wish) -> str:
        """On a daemon thread: whoever stops the run does not wait for a library's retries."""
        if self._stop.is_set():
            raise Interrupted("stopped before a token was asked for")
        lane = Lane(self._asks, _nothing, name="reconciler-identity")
        lane.ask(wish)
        try:
            self._held = lane.await_answer(Patience(self._asks.patience_seconds), self._stop)
        except Stopped as stopped:
            raise Interrupted("stopped while waiting for a token") from stopped
        except TimeIsUp as late:
            raise self._asks.late() from late
        finally:
            lane.end()
        return self._held.text


def _nothing() -> None:
    """A lane of one question has nothing to close."""
