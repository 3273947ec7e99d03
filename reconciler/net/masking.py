"""What was sent as a secret is taken out of what comes back, before anybody reads it.

A server or a gateway may quote the request in its answer, Authorization header and all; from there
it would get into plans, snapshots, journals and reports.
"""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from reconciler.model.words import Foreign

if TYPE_CHECKING:
    from reconciler.errors import NetworkFailure
    from reconciler.net.wire import Reply

MASK: Final = "***"
_SHORTEST: Final = 9
"""Shorter ones are the emulator's and rehearsals', often words: masked only after 'Bearer'."""
_ESCAPED: Final = re.compile(rb"\\(?:u00([2-7][0-9a-fA-F])|/|\\)")
"""An escaped backslash is passed over, so that it escapes nothing after it."""
_KEPT: Final = frozenset(b'"\\')


class Masking:
    """The tokens that one client has sent, and their spellings."""

    def __init__(self) -> None:
        self._spellings: dict[bytes, None] = {}
        self._noted: set[str] = set()

    def note(self, token: str) -> None:
        """From now on it is masked; so are those before it."""
        if token in self._noted:
            return
        self._noted.add(token)
        secret = token if len(token) >= _SHORTEST else f"Bearer {token}"
        percent = quote(secret, safe="")
        spellings = (secret, json.dumps(secret)[1:-1], percent, _lower_percent(percent))
        self._spellings.update((spelling.encode(), None) for spelling in spellings)

    def reply(self, reply: Reply) -> Reply:
        headers = reply.headers
        told = "\n".join(text for pair in headers.items() for text in pair)
        if self.text(told) != told:
            headers = {self.text(name): self.text(value) for name, value in headers.items()}
        return replace(reply, headers=headers, body=self._body(reply.body))

    def failure(self, problem: NetworkFailure) -> NetworkFailure:
        """The same one: its detail may quote a line that was no HTTP."""
        if problem.detail is not None:
            problem.detail = Foreign(self.text(problem.detail.raw))
        return problem

    def text(self, text: str) -> str:
        for spelling in self._spellings:
            text = text.replace(spelling.decode(), MASK)
        return text

    def _body(self, body: bytes) -> bytes:
        r"""Escapes such as ``\u002b`` and ``\/`` are undone only if a token hides behind them."""
        has_escapes = b"\\" in body  # one byte is found far sooner than two
        if has_escapes and (b"\\u00" in body or b"\\/" in body):
            plain = _ESCAPED.sub(_unescaped, body)
            body = plain if self._is_in(plain) else body
        for spelling in self._spellings:
            if spelling in body:
                body = body.replace(spelling, MASK.encode())
        return body

    def _is_in(self, body: bytes) -> bool:
        return any(spelling in body for spelling in self._spellings)


def _unescaped(found: re.Match[bytes]) -> bytes:
    """JSON before and after: quotes and backslashes stay as they are escaped."""
    if found[0] == b"\\\\":
        return found[0]
    code = int(found[1], 16) if found[1] else ord("/")
    return found[0] if code in _KEPT else bytes((code,))


def _lower_percent(text: str) -> str:
    return re.sub("%[0-9A-F]{2}", lambda found: found[0].lower(), text)
