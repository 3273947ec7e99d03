"""One connection of httpx that can be cut from another thread, even in the middle of a read."""

from __future__ import annotations

import logging
import socket
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from reconciler.errors import AnswerLost
from reconciler.net.decoding import ACCEPTED, Undecodable, decoded
from reconciler.net.failures import translated, unusable_proxy

if TYPE_CHECKING:
    import ssl
    from collections.abc import Mapping

    import httpx

    from reconciler.net.origin import Origin

BODY_LIMIT_BYTES: Final = 64 * 1024 * 1024
CONNECT_SECONDS: Final = 10.0
_CONNECTED: Final = ("connect_tcp.complete", "start_tls.complete")


@dataclass(frozen=True, slots=True)
class Reply:
    """What the server answered, read to the end. Header names are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Wire:
    """``exchange`` and ``close`` belong to the lane's thread, ``cut`` to the caller's."""

    def __init__(self, origin: Origin, *, deadline_seconds: float, trust: ssl.SSLContext) -> None:
        for name in ("httpx", "httpcore"):  # they log whole URLs and headers from outside
            logging.getLogger(name).setLevel(logging.CRITICAL)
        self._origin = origin
        self._socket: socket.socket | None = None
        self._is_cut = False
        self._client = self._opened(trust, deadline_seconds)

    def _opened(self, trust: ssl.SSLContext, deadline_seconds: float) -> httpx.Client:
        import httpx

        from reconciler.net.cookies import NoCookies

        try:
            return httpx.Client(
                cookies=NoCookies(),
                headers={"Accept-Encoding": ACCEPTED},
                verify=trust,
                trust_env=not self._origin.is_loopback,
                follow_redirects=False,  # a 307 would carry token and body to wherever it says
                timeout=httpx.Timeout(  # the deadline is the caller's; for a lane beyond reach
                    2 * deadline_seconds, connect=min(CONNECT_SECONDS, deadline_seconds)
                ),
                limits=httpx.Limits(max_connections=1),
            )
        except (httpx.InvalidURL, ValueError, ImportError) as problem:
            raise unusable_proxy() from problem

    def request(
        self, method: str, url: httpx.URL, *, headers: Mapping[str, str], body: bytes | None
    ) -> httpx.Request:
        return self._client.build_request(
            method, url, headers=headers, content=body, extensions={"trace": self._watch}
        )

    def exchange(self, request: httpx.Request) -> Reply:
        """Send and read to the end. Raises NotSent or AnswerLost."""
        import httpx

        try:
            response = self._client.send(request, stream=True, auth=None)
            try:
                named = response.headers.get("content-encoding", "")
                body = decoded(response.iter_raw(), named, BODY_LIMIT_BYTES)
            finally:
                response.close()
        except (httpx.HTTPError, httpx.StreamError) as error:
            raise translated(error, self._origin) from error
        except Undecodable as error:
            raise AnswerLost(f"the answer of {self._origin} {error}") from error
        except (ValueError, RuntimeError, MemoryError) as error:  # what the library lets through
            raise AnswerLost(f"the answer of {self._origin} cannot be understood") from error
        return Reply(response.status_code, dict(response.headers.items()), body)

    def cut(self) -> None:
        """End whatever is under way, and whatever has not begun yet."""
        self._is_cut = True
        self._shut()

    def close(self) -> None:
        self._client.close()

    def _watch(self, event: str, info: Mapping[str, Any]) -> None:
        """Called by httpcore on the lane's thread, at each step of an exchange."""
        if event.endswith(_CONNECTED):
            self._socket = info["return_value"].get_extra_info("socket")
            if self._is_cut:  # cut while connecting: what was given up must not be sent later
                self._shut()

    def _shut(self) -> None:
        """Closing a descriptor does not wake a thread that reads from it; shutting it down does.

        The plain socket's method: SSLSocket's own would first take the encryption off, with a
        writer perhaps in the middle of a header.
        """
        if self._socket is not None:
            with suppress(OSError):
                socket.socket.shutdown(self._socket, socket.SHUT_RDWR)
