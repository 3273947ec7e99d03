"""What was sent as a secret is taken out of what comes back, before anybody reads it.

A server or a gateway may quote the request in its answer, Authorization header and all; from there
it would get into plans, snapshots, journals and reports.
"""

from __future__ import annotations

import json
import re
from base64 import b64encode
from dataclasses import replace
from sys import byteorder
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from reconciler.model.words import Foreign

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reconciler.errors import NetworkFailure
    from reconciler.net.wire import Reply

MASK: Final = "***"
_SHORTEST: Final = 9
"""Shorter ones are the emulator's and rehearsals', often words: masked only after 'Bearer'."""
_ESCAPED: Final = re.compile(rb"\\(?:u00([2-7][0-9a-fA-F])|/|\\)")
"""An escaped backslash is passed over, so that it escapes nothing after it."""
_KEPT: Final = frozenset(b'"\\')
_RUN: Final = re.compile(rb"[0-9A-Za-z._~+/%=-]{8,}")
"""Where a piece of a token may stand."""
_PIECE: Final = 8
_STEP: Final = 4
"""Each so many bytes of a run a piece is looked up: eleven that are the token's are always found."""
_FEWEST: Final = 16
"""Fewer in a row may be something else's, as the start of any JSON in base64 is."""
_LEAST_TO_CUT: Final = 12
"""Of a shorter token no part is told from a word."""


class Masking:
    """The tokens that one client has sent, and their spellings."""

    def __init__(self) -> None:
        self._spellings: dict[bytes, None] = {}
        self._pieces: dict[bytes, list[tuple[bytes, int]]] = {}
        """Each piece, in which spellings it stands, and where."""
        self._words: set[int] = set()
        self._noted: set[str] = set()

    def note(self, token: str) -> None:
        """From now on it is masked; so are those before it."""
        if token in self._noted:
            return
        self._noted.add(token)
        secret = token if len(token) >= _SHORTEST else f"Bearer {token}"
        percent = quote(secret, safe="")
        plain = (secret, json.dumps(secret)[1:-1], percent, _lower_percent(percent))
        spellings = [spelling.encode() for spelling in plain]
        if len(token) >= _LEAST_TO_CUT:
            spellings += _in_base64(token.encode())
            spellings += _in_hex(token.encode())
            for spelling in dict.fromkeys(spellings):
                for piece, at in _pieces(spelling):
                    self._pieces.setdefault(piece, []).append((spelling, at))
                    self._words.add(int.from_bytes(piece, byteorder))
        self._spellings.update(dict.fromkeys(spellings))

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
        return self._masked(text.encode("utf-8", "surrogatepass")).decode("utf-8", "surrogatepass")

    def _body(self, body: bytes) -> bytes:
        r"""Escapes such as ``\u002b`` and ``\/`` are undone only if a token hides behind them."""
        has_escapes = b"\\" in body  # one byte is found far sooner than two
        if has_escapes and (b"\\u00" in body or b"\\/" in body):
            plain = _ESCAPED.sub(_unescaped, body)
            masked = self._masked(plain)
            if masked != plain:
                return masked
        return self._masked(body)

    def _masked(self, body: bytes) -> bytes:
        """Whole first; then what was quoted without its first or last characters."""
        for spelling in self._spellings:
            if spelling in body:
                body = body.replace(spelling, MASK.encode())
        return _RUN.sub(self._without_pieces, body) if self._may_hold_pieces(body) else body

    def _may_hold_pieces(self, body: bytes) -> bool:
        """Looked up as numbers of eight bytes, which takes a page of a list no time to speak of."""
        for start in range(0, _PIECE, _STEP):
            end = start + (len(body) - start) // _PIECE * _PIECE
            if end > start and not self._words.isdisjoint(memoryview(body)[start:end].cast("Q")):
                return True
        return False

    def _without_pieces(self, run: re.Match[bytes]) -> bytes:
        found, at = run[0], 0
        while at <= len(found) - _PIECE:
            known = self._pieces.get(found[at : at + _PIECE], ())
            extents = [_extent(found, at, spelling, where) for spelling, where in known]
            start, end = max(extents, key=lambda ends: ends[1] - ends[0], default=(at, at))
            if end > start:
                found = found[:start] + MASK.encode() + found[end:]
                at = start + len(MASK)
            else:
                at += _STEP
        return found


def _pieces(spelling: bytes) -> Iterator[tuple[bytes, int]]:
    """A JWT's head, up to its first dot, is everybody's: no piece of it alone is secret."""
    begin = spelling.find(b".") + 1 if spelling.startswith(b"eyJ") else 0
    last = len(spelling) - _PIECE + 1
    yield from ((spelling[at : at + _PIECE], at) for at in range(begin, last))


def _extent(found: bytes, at: int, spelling: bytes, where: int) -> tuple[int, int]:
    """From where to where ``found`` goes on as the spelling does; empty if that is too little."""
    before = after = 0
    while before < min(at, where) and found[at - before - 1] == spelling[where - before - 1]:
        before += 1
    most = min(len(found) - at, len(spelling) - where)
    while after < most and found[at + after] == spelling[where + after]:
        after += 1
    is_enough = before + after >= min(_FEWEST, max(_PIECE, len(spelling) // 2))
    return (at - before, at + after) if is_enough else (at, at)


def _in_base64(secret: bytes) -> list[bytes]:
    """In both alphabets, at each offset in what was encoded: only signs that are all the secret's."""
    found: list[bytes] = []
    for offset in range(3):
        text = b64encode(bytes(offset) + secret)
        begin, end = -(-8 * offset // 6), 8 * (offset + len(secret)) // 6
        standard = text[begin:end]
        found += [standard, standard.replace(b"+", b"-").replace(b"/", b"_")]
        found += [quote(standard, safe="").encode()]
    return found


def _in_hex(secret: bytes) -> list[bytes]:
    """Byte by byte, as dumps have it and as a URL does; both in either case."""
    plain, percent = secret.hex(), "".join(f"%{one:02x}" for one in secret)
    return [text.encode() for text in (plain, plain.upper(), percent, percent.upper())]


def _unescaped(found: re.Match[bytes]) -> bytes:
    """JSON before and after: quotes and backslashes stay as they are escaped."""
    if found[0] == b"\\\\":
        return found[0]
    code = int(found[1], 16) if found[1] else ord("/")
    return found[0] if code in _KEPT else bytes((code,))


def _lower_percent(text: str) -> str:
    return re.sub("%[0-9A-F]{2}", lambda found: found[0].lower(), text)
