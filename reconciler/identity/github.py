"""A job's own token from GitHub: asked for anew each time, because it lives five minutes.

Source: docs.github.com, actions/reference/security/oidc, read 2026-11-21.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import quote, urlsplit

from reconciler.errors import (
    AnswerLost,
    Failure,
    IdentityFailure,
    Interrupted,
    NetworkFailure,
    NotSent,
)
from reconciler.identity.needs import GITHUB_TOKEN, GITHUB_URL
from reconciler.net.client import Call, Client
from reconciler.net.failures import Untrusted

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reconciler.net.trust import Bundle
    from reconciler.net.wire import Reply
    from reconciler.ports import Clock, Stop

DEADLINE_SECONDS: Final = 20.0
PAUSES_SECONDS: Final = (1.0, 2.0)
_OK: Final = 200
_PASSING: Final = frozenset({408, 429, 500, 502, 503, 504})


@dataclass(frozen=True, slots=True)
class GitHub:
    """Whoever holds the job's request token may ask for its identity: it goes to that origin only."""

    env: Mapping[str, str]
    audience: str
    clock: Clock
    stop: Stop
    ca_bundle: Bundle | None

    def assertion(self) -> str:
        """Raises IdentityFailure, Interrupted."""
        reply = self._asked(self._client())
        value = _value(reply)
        if reply.status != _OK or value is None:
            raise IdentityFailure(
                f"GitHub answered {reply.status} to the request for the job's token, without one",
                remedy="check 'permissions: {id-token: write}' of the job; a pull request from a"
                " fork cannot have it",
            )
        return value

    def _client(self) -> Client:
        url = self.env[GITHUB_URL]
        try:
            parts = urlsplit(url)
            return Client(
                f"{parts.scheme}://{parts.netloc}",
                stop=self.stop,
                clock=self.clock,
                deadline_seconds=DEADLINE_SECONDS,
                ca_bundle=self.ca_bundle,
            )
        except (Failure, ValueError) as problem:
            raise IdentityFailure(
                f"{GITHUB_URL} cannot be asked for a token: it is no https address of a server",
                remedy="it is GitHub that sets this variable: do not set it yourself",
            ) from problem

    def _asked(self, client: Client) -> Reply:
        """Asking twice does no harm, so what may pass is waited out; the last word counts."""
        url = self.env[GITHUB_URL]
        joint = "&" if urlsplit(url).query else "?"
        call = Call("GET", f"{url}{joint}audience={quote(self.audience, safe='')}")
        token = self.env[GITHUB_TOKEN]
        try:
            for pause_seconds in PAUSES_SECONDS:
                reply = _once(client, call, token)
                if reply is not None and reply.status not in _PASSING:
                    return reply
                if self.stop.wait(pause_seconds):
                    raise Interrupted("stopped while waiting for GitHub's token")
            return client.exchange(call, token=token)
        except NetworkFailure as problem:
            raise _unreached(problem) from problem


def _once(client: Client, call: Call, token: str) -> Reply | None:
    """None: lost on the way, which may pass."""
    try:
        return client.exchange(call, token=token)
    except Untrusted:
        raise
    except (NotSent, AnswerLost):
        return None


def _unreached(problem: NetworkFailure) -> IdentityFailure:
    return IdentityFailure(
        f"no token of the job from GitHub: {problem.message}",
        remedy=problem.remedy if isinstance(problem, NotSent) else "run the job again",
        detail=problem.detail,
    )


def _value(reply: Reply) -> str | None:
    try:
        said = json.loads(reply.body)
    except (ValueError, RecursionError):
        return None
    value = said.get("value") if isinstance(said, dict) else None
    return value if isinstance(value, str) and value else None
