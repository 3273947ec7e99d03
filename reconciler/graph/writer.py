"""Writing: each patch is sent at most once; whether to send it again is for whoever reads first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from reconciler.errors import NetworkFailure, NotSent
from reconciler.graph.batch import Part
from reconciler.graph.session import Session
from reconciler.kinds.observe import observe
from reconciler.model.outcome import Accepted, Lost, Postponed, Rejected
from reconciler.net.pacing import TooLongAWait

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from reconciler.graph import Connection
    from reconciler.graph.said import Said
    from reconciler.model.live import Cost
    from reconciler.model.outcome import Answer, Patch
    from reconciler.model.words import Ref

_UNAUTHORIZED: Final = 401
_IN_DOUBT: Final = frozenset({408, 423, 424})
"""Refusals in form that do not prove that nothing was applied: a gateway, a batch may say them."""
_THROTTLED: Final = 429


class Writer:
    """Implements ports.GraphWriter."""

    def __init__(self, connection: Connection) -> None:
        self._session = Session(connection)
        self._postponed_in_a_row = 0
        self._is_unauthorized = False
        self._claims = ""
        self._has_renewed = False
        """The last answer to a write was that its token is no good, and a fresh one was asked for."""

    @property
    def cost(self) -> Cost:
        return self._session.cost

    def ready(self) -> None:
        self._session.hold_token()

    def write(self, patches: Sequence[Patch]) -> Mapping[Ref, Answer]:
        """One batch. Total; raises IdentityFailure and Interrupted, both before anything is sent.

        Raises ValueError for what the caller has to see to: too many patches, two of one object,
        several API versions.
        """
        parts = [Part(patch.ref, patch.body) for patch in patches]
        _check(parts, self._session.batch_size)
        if not parts:
            return {}
        told = self._sent(parts)
        self._renew_token_once()
        pauses = [one.wait_seconds for one in told.values() if isinstance(one, Postponed | Lost)]
        self._postponed_in_a_row = self._postponed_in_a_row + 1 if pauses else 0
        self._session.pause(max(pauses, default=0.0))
        return told

    def _renew_token_once(self) -> None:
        """A fresh token is worth one more try; if that one is no good either, it is refused."""
        if self._is_unauthorized and not self._has_renewed:
            self._session.renew_token(self._claims)
        self._has_renewed, self._is_unauthorized = self._is_unauthorized, False
        self._claims = ""

    def _sent(self, parts: Sequence[Part]) -> dict[Ref, Answer]:
        refs = [part.ref for part in parts]
        try:
            outer, answers = self._session.batch(parts[0].kind.version, parts)
        except TooLongAWait as error:
            return dict.fromkeys(refs, Postponed(error.message, error.seconds))
        except NotSent as error:
            return dict.fromkeys(refs, Postponed(error.message, self._backoff()))
        except NetworkFailure as error:
            return dict.fromkeys(refs, Lost(error.message, self._backoff()))
        return {
            part.ref: self._enveloped(part, outer) if answer is None else self._told(part, answer)
            for part, answer in zip(parts, answers, strict=True)
        }

    def _enveloped(self, part: Part, outer: Said) -> Answer:
        """The envelope failed and speaks for its parts, or was fine but holds no answer to this."""
        if not outer.is_ok:
            return self._told(part, outer)
        problem = f"the answer to the batch holds none to {part}"
        return Lost(problem, request_id=outer.request_id)

    def _told(self, part: Part, answer: Said) -> Answer:
        status, request_id = answer.status, answer.request_id
        if answer.is_ok:
            live = observe(part.kind, answer.object)
            return Accepted(live if live and live.ref == part.ref else None, request_id)
        problem = answer.describe(str(part))
        if status == _UNAUTHORIZED:
            self._is_unauthorized = True
            self._claims = self._claims or answer.claims
            if not self._has_renewed:
                return Postponed(problem, 0.0, request_id)
        if status == _THROTTLED:
            return Postponed(problem, self._wait(answer), request_id)
        if answer.is_refusal and status not in _IN_DOUBT:
            return Rejected(status, answer.code, answer.message, request_id)
        return Lost(problem, self._wait(answer), request_id)

    def _wait(self, answer: Said) -> float:
        asked = self._session.wait_asked(answer)
        return self._backoff() if asked is None else asked

    def _backoff(self) -> float:
        return self._session.backoff(self._postponed_in_a_row + 1)


def _check(parts: Sequence[Part], most: int) -> None:
    if len(parts) > most:
        raise ValueError(f"{len(parts)} patches; expected at most {most}")
    if len({part.ref for part in parts}) < len(parts):
        raise ValueError("two patches of one object")
    if len({part.kind.version for part in parts}) > 1:
        raise ValueError("patches of several API versions")
