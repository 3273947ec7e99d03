"""The library's transport, with a bound on what is believed of a token authority's answer.

Imported when the first credential is opened, for what it stands on is heavy.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from azure.core.exceptions import ClientAuthenticationError
from azure.core.pipeline.transport import RequestsTransport
from requests import PreparedRequest, Response, Session
from requests.exceptions import ConnectionError as Broken
from urllib3.exceptions import HTTPError

from reconciler.net.decoding import ACCEPTED, Undecodable, decoded

if TYPE_CHECKING:
    from collections.abc import Callable

BODY_LIMIT_BYTES: Final = 1024 * 1024
_PIECE_BYTES: Final = 64 * 1024


class _Bounded(Session):
    """The library reads an answer to its end and undoes what it says it is encoded in."""

    def __init__(self, hear: Callable[[bytes], None]) -> None:
        super().__init__()
        self._hear = hear

    def send(self, request: PreparedRequest, **kwargs: Any) -> Response:
        """Raises what the library takes for a broken answer."""
        response = super().send(request, **{**kwargs, "stream": True})
        with response:
            pieces = response.raw.stream(_PIECE_BYTES, decode_content=False)
            named = response.headers.get("content-encoding", "")
            try:
                body = decoded(pieces, named, BODY_LIMIT_BYTES)
            except Undecodable as problem:
                # Of all that it knows, the one after which the library does not ask again.
                raise ClientAuthenticationError(f"the answer {problem}") from problem
            except HTTPError as problem:
                raise Broken(problem) from problem
        # It has no setter. The library looks at both to tell whether there is more to read.
        response._content, response._content_consumed = body, True  # noqa: SLF001
        self._hear(body)
        return response


def bounded(
    hear: Callable[[bytes], None], *, has_proxies: bool, **options: Any
) -> RequestsTransport:
    """``has_proxies``: whether those that the environment names are on the way."""
    session = _Bounded(hear)
    session.trust_env = has_proxies
    session.headers["Accept-Encoding"] = ACCEPTED
    return RequestsTransport(session=session, **options)
