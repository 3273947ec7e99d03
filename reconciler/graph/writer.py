"""Writing: each patch is sent at most once; whether to send it again is for whoever reads first."""

from __future__ import annotations

from collections import Counter
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
        self._held_up: list[float | None] = []
        """Waits of the batch at hand that are everybody's; None: Graph did not say how long."""
        self._held_up_in_a_row = 0
        self._tries: Counter[Ref] = Counter()
        """How often a write of an object was not taken, others were."""
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
        self._hold_up_others()
        return told

    def _hold_up_others(self) -> None:
        """Where Graph throttles, says how long to wait, or did not answer the batch as a whole."""
        waits, self._held_up = self._held_up, []
        self._held_up_in_a_row = self._held_up_in_a_row + 1 if waits else 0
        backoff = self._session.backoff(self._held_up_in_a_row)
        self._session.pause(max((backoff if wait is None else wait for wait in waits), default=0.0))

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
            return dict.fromkeys(refs, Postponed(error.message))
        except NetworkFailure as error:
            self._held_up.append(None)
            is_sent = not isinstance(error, NotSent)
            return dict.fromkeys(refs, (Lost if is_sent else Postponed)(error.message))
        return {
            part.ref: self._enveloped(part, outer) if answer is None else self._told(part, answer)
            for part, answer in zip(parts, answers, strict=True)
        }

    def _enveloped(self, part: Part, outer: Said) -> Answer:
        """The envelope failed and speaks for its parts, or was fine but holds no answer to this."""
        if not outer.is_ok:
            return self._told(part, outer, is_whole=True)
        problem = f"the answer to the batch holds none to {part}, or more than one"
        return Lost(problem, request_id=outer.request_id)  # a pause mends nothing here

    def _told(self, part: Part, answer: Said, *, is_whole: bool = False) -> Answer:
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
            return Postponed(problem, self._wait(part, answer, is_everybodys=True), request_id)
        if answer.is_refusal and status not in _IN_DOUBT:
            return Rejected(status, answer.code, answer.message, request_id)
        return Lost(problem, self._wait(part, answer, is_everybodys=is_whole), request_id)

    def _wait(self, part: Part, answer: Said, *, is_everybodys: bool) -> float:
        asked = self._session.wait_asked(answer)
        if asked is None and not is_everybodys:
            return self._own_wait(part.ref)
        self._held_up.append(asked)
        return 0.0

    def _own_wait(self, ref: Ref) -> float:
        self._tries[ref] += 1
        return self._session.backoff(self._tries[ref])


def _check(parts: Sequence[Part], most: int) -> None:
    if len(parts) > most:
        raise ValueError(f"{len(parts)} patches; expected at most {most}")
    if len({part.ref for part in parts}) < len(parts):
        raise ValueError("two patches of one object")
    if len({part.kind.version for part in parts}) > 1:
        raise ValueError("patches of several API versions")
