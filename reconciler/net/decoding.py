"""A body out of what came over the wire: at most one encoding, and never more than a limit."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

ACCEPTED: Final = "gzip"
"""What every request asks for. Whoever answers in another encoding is not understood."""
_GZIP: Final = frozenset({"gzip", "x-gzip"})
_WITH_GZIP_HEADER: Final = 16 + zlib.MAX_WBITS
_MIB: Final = 1024 * 1024


class Undecodable(ValueError):
    """The rest of a sentence about an answer, in our words."""


def decoded(pieces: Iterable[bytes], encodings: str, limit_bytes: int) -> bytes:
    """The whole body; ``encodings`` is the Content-Encoding of all header lines.

    Each piece is decoded against what is left of the limit: a few bytes may stand for gigabytes.
    Raises Undecodable.
    """
    named = [name for part in encodings.split(",") if (name := part.strip().lower())]
    applied = [name for name in named if name != "identity"]
    if not applied:
        return b"".join(_within(pieces, limit_bytes))
    if len(applied) > 1 or applied[0] not in _GZIP:
        raise Undecodable("has a Content-Encoding that nobody asked for")
    try:
        return _unzipped(_within(pieces, limit_bytes), limit_bytes)
    except zlib.error as problem:
        raise Undecodable("is not the gzip that its Content-Encoding says") from problem


def _within(pieces: Iterable[bytes], limit_bytes: int) -> Iterator[bytes]:
    came = 0
    for piece in pieces:
        came += len(piece)
        if came > limit_bytes:
            raise _too_large(limit_bytes)
        yield piece


def _unzipped(pieces: Iterable[bytes], limit_bytes: int) -> bytes:
    """One member after another (RFC 1952); a body without a byte is none."""
    body = bytearray()
    member = None
    for piece in pieces:
        left = piece
        while left:
            if member is None or member.eof:
                member = zlib.decompressobj(_WITH_GZIP_HEADER)
            body += member.decompress(left, limit_bytes + 1 - len(body))
            if len(body) > limit_bytes:
                raise _too_large(limit_bytes)
            left = member.unused_data
    if member is not None and not member.eof:
        raise Undecodable("ends in the middle of its gzip")
    return bytes(body)


def _too_large(limit_bytes: int) -> Undecodable:
    return Undecodable(f"is larger than {limit_bytes // _MIB} MiB")
