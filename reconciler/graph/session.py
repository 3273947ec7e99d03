"""Requests to one tenant's Graph: their token, their quota and what they cost."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING, Final

from reconciler.errors import NetworkFailure
from reconciler.graph import batch, said
from reconciler.model.live import Cost
from reconciler.net.client import Call, Client
from reconciler.net.lane import Patience
from reconciler.net.retry_after import retry_after

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reconciler.graph import Connection
    from reconciler.graph.batch import Part
    from reconciler.graph.said import Said

_LONGEST_BACKOFF_SECONDS: Final = 60.0
_THROTTLED: Final = 429


class Session:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._clients = [self._opened()]
        self._part_ids = count(1)
        self._needs_fresh_token = False
        self._claims = ""
        self._held_token: str | None = None
        self.cost = Cost()
        self.batch_size = max(1, min(connection.batch_size, batch.LARGEST))
        self.lanes = max(1, connection.lanes)

    @property
    def refused(self) -> str:
        return self._connection.refused

    def batch(self, version: str, parts: Sequence[Part]) -> tuple[Said, Sequence[Said | None]]:
        """The answer to the envelope, and to each part in the order asked; None: no answer to it.

        Part ids are never used twice, so a late answer cannot pass for that of another batch.
        Raises what net raises; Interrupted only before anything was sent.
        """
        asked = {str(next(self._part_ids)): part for part in parts}
        target = f"/{version}/$batch"
        call = Call("POST", target, batch.envelope_headers(), batch.envelope(asked))
        outer = self._send(call, len(parts))
        told = batch.answers(outer)
        self._heard(*told.values())
        return outer, [told.get(part_id) for part_id in asked]

    def get(self, target: str) -> Said:
        """One page. Raises what net raises."""
        return self._send(Call("GET", target, batch.page_headers()), 1)

    def get_all(self, targets: Sequence[str]) -> Sequence[Said | NetworkFailure]:
        """Pages at the same time, each in a lane of its own, all within one deadline.

        One thread sends and takes what the lanes bring, so a run has one order of events. Raises
        Interrupted and IdentityFailure; then nothing of it is waited for.
        """
        while len(self._clients) < len(targets):
            self._clients.append(self._opened())
        lanes = list(zip(self._clients, targets, strict=False))
        patience = Patience(self._connection.deadline_seconds)
        try:
            token = self._token()
            refused = [self._begun(client, target, token) for client, target in lanes]
            return [
                failed or self._told(client, patience)
                for (client, _), failed in zip(lanes, refused, strict=True)
            ]
        except BaseException:
            for client, _ in lanes:
                client.drop()
            raise

    def renew_token(self, claims: str = "") -> None:
        """The next request is sent with a fresh token, one that meets these claims if there are."""
        self._needs_fresh_token = True
        self._claims = claims or self._claims

    def wait_asked(self, answer: Said) -> float | None:
        return retry_after(answer.headers, self._connection.clock.now())

    def backoff(self, tries: int) -> float:
        """1, 2, 4 … seconds, each between a half and the whole."""
        whole = min(_LONGEST_BACKOFF_SECONDS, 2.0 ** max(0, tries - 1))
        return whole * (0.5 + self._connection.chance() / 2)

    def now(self) -> float:
        """Monotonic, for waits."""
        return self._connection.clock.monotonic()

    def pause(self, seconds: float) -> None:
        """Nobody sends before this has passed; if that is too long to wait, sending fails."""
        if seconds > 0:
            self._connection.pacer.pause(seconds)

    def hold_token(self) -> None:
        """The next request is sent with a token that was got now, however long that took."""
        claims, challenged = self._claims, self._connection.challenged
        if claims and challenged is not None:
            self._held_token = challenged(claims)
        else:
            self._held_token = self._connection.token(self._needs_fresh_token)
        self._needs_fresh_token, self._claims = False, ""

    def _send(self, call: Call, units: int) -> Said:
        token = self._token()
        self._connection.pacer.spend(units)
        self.cost += Cost(units, 1)
        answer = said.of_reply(self._clients[0].exchange(call, token=token))
        self._heard(answer)
        return answer

    def _begun(self, client: Client, target: str, token: str) -> NetworkFailure | None:
        try:
            self._connection.pacer.spend(1)
            self.cost += Cost(1, 1)
            client.send(Call("GET", target, batch.page_headers()), token=token)
        except NetworkFailure as problem:
            return problem
        return None

    def _told(self, client: Client, patience: Patience) -> Said | NetworkFailure:
        try:
            answer = said.of_reply(client.receive(patience))
        except NetworkFailure as problem:
            return problem
        self._heard(answer)
        return answer

    def _token(self) -> str:
        if self._held_token is None:
            self.hold_token()
        token, self._held_token = self._held_token or "", None
        return token

    def _heard(self, *answers: Said) -> None:
        """Whoever was throttled has been so for all that this run still has to send."""
        if any(answer.status == _THROTTLED for answer in answers):
            self._connection.pacer.throttled()

    def _opened(self) -> Client:
        connection = self._connection
        return Client(
            connection.root,
            stop=connection.stop,
            clock=connection.clock,
            deadline_seconds=connection.deadline_seconds,
            ca_bundle=connection.ca_bundle,
        )
