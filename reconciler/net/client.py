"""One client for one run and one origin: the token goes there and nowhere else."""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from reconciler import __version__
from reconciler.errors import AnswerLost, Failure, Interrupted, NetworkFailure
from reconciler.model.words import Foreign
from reconciler.net import origin as origins
from reconciler.net.lane import Lane, Patience, Stopped, TimeIsUp
from reconciler.net.masking import Masking
from reconciler.net.trust import context
from reconciler.net.wire import Reply, Wire

if TYPE_CHECKING:
    import ssl
    from collections.abc import Mapping

    import httpx

    from reconciler.net.trust import Bundle
    from reconciler.ports import Clock, Stop

logger = logging.getLogger(__name__)

_OVERLOADED: Final = 503
_TOKEN: Final = re.compile(r"[!-~]+")
_UNSHOWABLE: Final = re.compile(r"[^0-9A-Za-z/._$=&?,()'@%+-]")
_REQUEST_ID: Final = re.compile(r"[0-9A-Za-z._-]{1,128}")


@dataclass(frozen=True, slots=True)
class Call:
    """One request but for its token; ``target`` is a path, or an absolute URL of the origin."""

    method: str
    target: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None


class Client:
    def __init__(
        self,
        root: str,
        *,
        stop: Stop,
        clock: Clock,
        deadline_seconds: float,
        ca_bundle: Bundle | None = None,
    ) -> None:
        """Raises Failure if a token may not be sent to ``root``, or the bundle is none."""
        self._origin = origins.parse(root)
        self._stop = stop
        self._clock = clock
        self._deadline_seconds = deadline_seconds
        self._trust = _trust(self._origin, ca_bundle)
        self._masking = Masking()
        self._open: tuple[Wire, Lane[httpx.Request, Reply]] | None = None
        self._asked = Call("GET", ""), 0.0
        """What ``receive`` is to bring the answer to, and when it was sent."""

    def exchange(self, call: Call, *, token: str) -> Reply:
        """Send once, answer within the deadline. Raises what ``send`` and ``receive`` raise."""
        self.send(call, token=token)
        return self.receive(Patience(self._deadline_seconds))

    def send(self, call: Call, *, token: str) -> None:
        """Once; the answer is for ``receive``. Raises Interrupted if stopped before."""
        if self._stop.is_set():
            raise Interrupted("stopped before a request was sent")
        url = self._origin.url(call.target)
        headers = {
            **call.headers,
            "Authorization": f"Bearer {_checked(token)}",
            "User-Agent": f"reconciler/{__version__}",
        }
        self._masking.note(token)
        wire, lane = self._connection()
        self._asked = call, self._clock.monotonic()
        lane.ask(wire.request(call.method, url, headers=headers, body=call.body))

    def receive(self, patience: Patience) -> Reply:
        """The answer to what was sent last.

        Raises NotSent, AnswerLost (also when stopped while waiting), NetworkFailure for a redirect
        or a link elsewhere. No token that was sent is in any of it.
        """
        (call, began), (_, lane) = self._asked, self._connection()
        try:
            reply = self._masking.reply(self._await(lane, patience))
        except BaseException:  # an interrupt too: the lane may be in the middle of something
            self.drop()
            raise
        self._log(call, reply, self._clock.monotonic() - began)
        if reply.status == _OVERLOADED:  # best practice of Graph: try again on a new connection
            self.drop()
        return _no_redirect(call, reply)

    def drop(self) -> None:
        """Cut the connection: whoever is still to answer on it is not waited for."""
        if self._open is not None:
            (wire, lane), self._open = self._open, None
            wire.cut()
            lane.end()

    def _connection(self) -> tuple[Wire, Lane[httpx.Request, Reply]]:
        if self._open is None:
            wire = Wire(self._origin, deadline_seconds=self._deadline_seconds, trust=self._trust)
            self._open = wire, Lane(wire.exchange, wire.close)
        return self._open

    def _await(self, lane: Lane[httpx.Request, Reply], patience: Patience) -> Reply:
        try:
            return lane.await_answer(patience, self._stop)
        except Stopped as stopped:
            raise AnswerLost(f"stopped while waiting for the answer of {self._origin}") from stopped
        except TimeIsUp as late:
            raise AnswerLost(f"no whole answer from {self._origin} before the deadline") from late
        except NetworkFailure as problem:
            raise self._masking.failure(problem) from problem.__cause__

    def _log(self, call: Call, reply: Reply, seconds: float) -> None:
        if logger.isEnabledFor(logging.DEBUG):
            logger.debug(
                "%s %s %d %.3f s request-id %s",
                call.method,
                shown(call.target),
                reply.status,
                seconds,
                request_id(reply.headers) or "none",
            )


def shown(target: str) -> str:
    """Path and names of the query, fit to print: values may hold what nobody should see."""
    parts = urlsplit(target)
    names = "&".join(pair.partition("=")[0] for pair in parts.query.split("&") if pair)
    return _UNSHOWABLE.sub("~", f"{parts.path}?{names}" if names else parts.path)


def request_id(headers: Mapping[str, str]) -> str | None:
    """The server's id of the request, if it is one that is safe to print."""
    found = headers.get("request-id", "")
    return found if _REQUEST_ID.fullmatch(found) else None


def _checked(token: str) -> str:
    """The HTTP library would quote a malformed header, token and all, in its error."""
    if _TOKEN.fullmatch(token) is None:
        raise Failure(
            "the token is empty or holds blanks or control characters",
            remedy="check where it comes from (RECONCILER_TOKEN)",
        )
    return token


def _no_redirect(call: Call, reply: Reply) -> Reply:
    if reply.status not in range(300, 400):
        return reply
    raise NetworkFailure(
        f"the server answered {reply.status}, a redirect, to {call.method} {shown(call.target)};"
        " it was not followed",
        remedy="check graphUrl and the proxy: Graph itself does not redirect these requests",
        detail=Foreign(reply.headers.get("location", "")),
    )


def _trust(origin: origins.Origin, ca_bundle: Bundle | None) -> ssl.SSLContext:
    """The trusted roots, read once a run. Plain http needs none: one that trusts nobody."""
    import ssl

    if origin.scheme == "http":
        return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    return context(ca_bundle)
