"""Encoded bodies over a real socket: what is read, what is refused, and how much memory it takes."""

from __future__ import annotations

import gzip
import tracemalloc
import zlib
from typing import TYPE_CHECKING, Final

import pytest

from reconciler.errors import AnswerLost
from reconciler.net.client import Call, Client
from reconciler.net.wire import BODY_LIMIT_BYTES
from tests.support import scripted_server as says

if TYPE_CHECKING:
    from tests.support.fake_time import FakeTime
    from tests.support.scripted_server import ScriptedServer, Telling

GET: Final = Call("GET", "/v1.0/security/incidents")
PLAIN: Final = b'{"value": []}' * 100
ZIPPED: Final = gzip.compress(PLAIN)
MIB: Final = 1024 * 1024


def asked(server: ScriptedServer, time: FakeTime, *tellings: Telling) -> bytes:
    server.tell(*tellings)
    client = Client(server.root, stop=time, clock=time, deadline_seconds=20.0)
    return client.exchange(GET, token="canary-token").body


def encoded(body: bytes, *lines: str) -> Telling:
    """One header line for each of the lines."""
    names = ("Content-Encoding", "content-encoding", "CONTENT-ENCODING")
    return says.reply(200, body, dict(zip(names, lines, strict=False)))


def chunked(body: bytes, size: int) -> Telling:
    pieces = [body[start : start + size] for start in range(0, len(body), size)]
    lines = b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in (*pieces, b""))
    headers = {"Content-Encoding": "gzip", "Transfer-Encoding": "chunked"}
    return says.raw(says.head(200, headers) + lines)


@pytest.mark.parametrize(
    ("telling", "body"),
    [
        (encoded(PLAIN), PLAIN),
        (encoded(PLAIN, "identity"), PLAIN),
        (encoded(PLAIN, ""), PLAIN),
        (encoded(ZIPPED, "gzip"), PLAIN),
        (encoded(ZIPPED, "GZip"), PLAIN),
        (encoded(ZIPPED, "x-gzip"), PLAIN),
        (encoded(ZIPPED, "identity, gzip"), PLAIN),
        (encoded(ZIPPED, "identity", "gzip"), PLAIN),
        (encoded(ZIPPED + ZIPPED, "gzip"), PLAIN + PLAIN),
        (encoded(b"", "gzip"), b""),
        (chunked(ZIPPED, 1), PLAIN),
        (chunked(ZIPPED + gzip.compress(b"") + ZIPPED, 7), PLAIN + PLAIN),
    ],
)
def test_one_encoding_is_undone_and_none_needs_none(
    server: ScriptedServer, time: FakeTime, telling: Telling, body: bytes
) -> None:
    assert asked(server, time, telling) == body
    assert server.asked[0].headers["accept-encoding"] == "gzip"


TWICE: Final = gzip.compress(ZIPPED)


@pytest.mark.parametrize(
    "telling",
    [
        encoded(TWICE, "gzip, gzip"),
        encoded(TWICE, "gzip", "gzip"),
        encoded(TWICE, "Gzip,,GZIP"),
        encoded(zlib.compress(PLAIN), "deflate"),
        encoded(PLAIN, "br"),
        encoded(PLAIN, "zstd"),
        encoded(PLAIN, "compress"),
        encoded(PLAIN, "aws-chunked"),
        encoded(PLAIN, "gzip"),
        encoded(ZIPPED[:-1], "gzip"),
        encoded(ZIPPED[:-8] + bytes(8), "gzip"),
        encoded(ZIPPED + b"rubbish", "gzip"),
        encoded(ZIPPED + ZIPPED[:5], "gzip"),
        chunked(ZIPPED[:-4], 3),
    ],
)
def test_whatever_else_it_is_encoded_in_is_no_answer(
    server: ScriptedServer, time: FakeTime, telling: Telling
) -> None:
    with pytest.raises(AnswerLost, match=r"Content-Encoding|gzip"):
        asked(server, time, telling)


def bomb(size: int) -> bytes:
    return gzip.compress(bytes(size), 1)


@pytest.mark.parametrize(
    "telling",
    [
        encoded(bomb(256 * MIB), "gzip"),
        encoded(bomb(8 * MIB) * 9, "gzip"),
        chunked(bomb(256 * MIB), 9_999),
        encoded(gzip.compress(bomb(256 * MIB)), "gzip, gzip"),
        encoded(gzip.compress(b"") * 20_000 + bomb(65 * MIB), "gzip"),
    ],
    ids=["one member", "many members", "in chunks", "twice", "behind empty members"],
)
def test_a_few_bytes_that_stand_for_many_never_fill_the_memory(
    server: ScriptedServer, time: FakeTime, telling: Telling
) -> None:
    tracemalloc.start()
    try:
        with pytest.raises(AnswerLost, match=r"larger than 64 MiB|nobody asked for"):
            asked(server, time, telling)
        most = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert most < 3 * BODY_LIMIT_BYTES


@pytest.mark.parametrize("value", ["x" * 200_000, "x" * 60_000])
def test_headers_without_end_are_no_answer_or_read(
    server: ScriptedServer, time: FakeTime, value: str
) -> None:
    try:
        assert asked(server, time, says.reply(200, PLAIN, {"X-Long": value})) == PLAIN
        assert len(value) < 100_000
    except AnswerLost:
        assert len(value) > 100_000
