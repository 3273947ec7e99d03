"""One exchange over a real socket: what leaves, how long it may take, and how it can fail."""

from __future__ import annotations

import gzip
import logging
import threading
import time as real
from contextlib import closing
from socket import create_server
from typing import TYPE_CHECKING

import pytest

from reconciler.errors import AnswerLost, Failure, Interrupted, NetworkFailure, NotSent
from reconciler.net.client import Call, Client
from tests.support import scripted_server as says
from tests.support.scripted_server import serving

if TYPE_CHECKING:
    from tests.support.fake_time import FakeTime
    from tests.support.scripted_server import ScriptedServer, Telling

GET = Call("GET", "/v1.0/security/incidents")
CANARY = "canary-token"


def client(root: str, time: FakeTime, deadline_seconds: float = 5.0) -> Client:
    return Client(root, stop=time, clock=time, deadline_seconds=deadline_seconds)


def lanes() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "reconciler-net"]


def test_an_exchange_carries_token_agent_and_body(server: ScriptedServer, time: FakeTime) -> None:
    server.tell(says.reply(200, {"ok": True}, {"request-id": "abc"}))
    call = Call("POST", "/v1.0/$batch", {"Prefer": "x"}, b"{}")
    reply = client(server.root, time).exchange(call, token=CANARY)
    assert (reply.status, reply.body, reply.headers["request-id"]) == (200, b'{"ok": true}', "abc")
    (asked,) = server.asked
    assert (asked.method, asked.path, asked.body) == ("POST", "/v1.0/$batch", b"{}")
    assert asked.headers["authorization"] == f"Bearer {CANARY}"
    assert asked.headers["prefer"] == "x"
    assert asked.headers["user-agent"].startswith("reconciler/")


def test_one_connection_serves_all_and_keeps_no_cookie(
    server: ScriptedServer, time: FakeTime
) -> None:
    server.tell(says.reply(200, {}, {"Set-Cookie": "who=me"}))
    mine = client(server.root, time)
    for _ in range(3):
        mine.exchange(GET, token=CANARY)
    assert server.connections == 1
    assert all("cookie" not in asked.headers for asked in server.asked)


def test_after_503_the_next_request_takes_a_new_connection(
    server: ScriptedServer, time: FakeTime
) -> None:
    server.tell(says.reply(503), says.reply(200))
    mine = client(server.root, time)
    assert mine.exchange(GET, token=CANARY).status == 503
    assert mine.exchange(GET, token=CANARY).status == 200
    assert server.connections == 2


def test_a_link_to_another_origin_gets_nothing(server: ScriptedServer, time: FakeTime) -> None:
    with serving() as other, pytest.raises(NetworkFailure, match="does not lead to"):
        client(server.root, time).exchange(Call("GET", f"{other.root}/x"), token=CANARY)
    assert (server.connections, other.connections) == (0, 0)


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_is_quoted_and_never_followed(
    server: ScriptedServer, time: FakeTime, status: int
) -> None:
    with serving() as other:
        location = f"{other.root}/::add-mask::"
        server.tell(says.reply(status, None, {"Location": location}))
        with pytest.raises(NetworkFailure, match=f"answered {status}, a redirect") as caught:
            client(server.root, time).exchange(Call("PATCH", "/x", {}, b"{}"), token=CANARY)
        assert other.connections == 0
    assert type(caught.value) is NetworkFailure
    assert caught.value.detail is not None
    assert caught.value.detail.raw == location


def test_a_refused_connection_was_surely_not_sent(time: FakeTime) -> None:
    with closing(create_server(("127.0.0.1", 0))) as unused:
        port = unused.getsockname()[1]
    with pytest.raises(NotSent, match="no connection to"):
        client(f"http://127.0.0.1:{port}", time).exchange(GET, token=CANARY)


BROKEN: list[tuple[str, Telling]] = [
    ("reset after the request", lambda line: line.reset()),
    ("end without an answer", lambda line: line.hang_up()),
    ("half a status line", says.raw(b"HTTP/1.", hang_up=True)),
    ("half the headers", says.raw(b"HTTP/1.1 200 OK\r\nContent-Le", hang_up=True)),
    ("half a body", says.raw(says.head(200, {"Content-Length": "9"}) + b"{", hang_up=True)),
    (
        "half a body and a reset",
        says.raw(says.head(200, {"Content-Length": "9"}) + b"{", reset=True),
    ),
    ("no HTTP", says.raw(b"220 smtp.example ESMTP\r\n", hang_up=True)),
    (
        "two lengths",
        says.raw(b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n{}"),
    ),
    ("a negative length", says.raw(says.head(200, {"Content-Length": "-2"}))),
    (
        "half a chunk",
        says.raw(says.head(200, {"Transfer-Encoding": "chunked"}) + b"ff\r\n{", hang_up=True),
    ),
    ("no gzip", says.reply(200, b"{}", {"Content-Encoding": "gzip"})),
]


@pytest.mark.parametrize("telling", [telling for _, telling in BROKEN], ids=[n for n, _ in BROKEN])
def test_of_a_broken_answer_nobody_can_tell(
    server: ScriptedServer, time: FakeTime, telling: Telling
) -> None:
    server.tell(telling, says.reply(200))
    mine = client(server.root, time)
    with pytest.raises(AnswerLost) as caught:
        mine.exchange(GET, token=CANARY)
    assert CANARY not in str(caught.value)
    assert mine.exchange(GET, token=CANARY).status == 200


def test_a_reset_before_the_request_is_a_failure_of_the_network(
    server: ScriptedServer, time: FakeTime
) -> None:
    server.reset_on_accept()
    with pytest.raises((NotSent, AnswerLost)):  # it may come while connecting or just after
        client(server.root, time).exchange(GET, token=CANARY)
    assert server.asked == []


def test_an_answer_larger_than_the_limit_is_given_up(
    server: ScriptedServer, time: FakeTime
) -> None:
    bomb = gzip.compress(bytes(65 * 1024 * 1024), 1)
    server.tell(says.reply(200, bomb, {"Content-Encoding": "gzip"}))
    with pytest.raises(AnswerLost, match="larger than 64 MiB"):
        client(server.root, time).exchange(GET, token=CANARY)


@pytest.mark.parametrize("telling", [says.drip, says.hang], ids=["drip", "hang"])
def test_the_deadline_holds_whatever_comes(
    server: ScriptedServer, time: FakeTime, telling: Telling
) -> None:
    server.tell(telling)
    others = lanes()
    began = real.perf_counter()
    with pytest.raises(AnswerLost, match="before the deadline"):
        client(server.root, time, 0.2).exchange(GET, token=CANARY)
    mine = [thread for thread in lanes() if thread not in others]
    for thread in mine:  # the connection was cut, so its thread is not left behind
        thread.join(0.5)
    assert not any(thread.is_alive() for thread in mine)
    assert all(thread.daemon for thread in mine)  # nor joined at exit
    assert real.perf_counter() - began < 1.0


def test_after_a_deadline_the_next_request_is_answered(
    server: ScriptedServer, time: FakeTime
) -> None:
    server.tell(says.hang, says.reply(200))
    mine = client(server.root, time, 0.2)
    with pytest.raises(AnswerLost):
        mine.exchange(GET, token=CANARY)
    assert mine.exchange(GET, token=CANARY).status == 200


def test_what_was_given_up_while_connecting_is_not_sent_later(
    server: ScriptedServer, time: FakeTime
) -> None:
    mine = client(server.root, time)
    wire, lane = mine._connection()
    request = wire.request("PATCH", mine._origin.url("/x"), headers={}, body=b"{}")
    wire.cut()
    lane.ask(request)
    with pytest.raises(NetworkFailure):
        lane.answer(5.0)
    assert server.asked == []


def test_once_stopped_nothing_is_sent(server: ScriptedServer, time: FakeTime) -> None:
    time.is_stopped = lambda: True
    with pytest.raises(Interrupted):
        client(server.root, time).exchange(GET, token=CANARY)
    assert server.connections == 0


def test_a_stop_ends_the_waiting_at_once_and_nobody_knows_what_became_of_it(
    server: ScriptedServer, time: FakeTime
) -> None:
    server.tell(says.hang)
    time.is_stopped = lambda: bool(server.asked)
    with pytest.raises(AnswerLost, match="stopped while waiting"):
        client(server.root, time).exchange(GET, token=CANARY)


@pytest.mark.parametrize("token", ["", "two words", "line\nbreak", "žeton"])
def test_a_malformed_token_is_refused_without_being_quoted(
    server: ScriptedServer, time: FakeTime, token: str
) -> None:
    with pytest.raises(Failure) as caught:
        client(server.root, time).exchange(GET, token=token)
    assert not token or token not in str(caught.value)
    assert server.connections == 0


def test_a_loopback_origin_is_reached_past_any_proxy(
    server: ScriptedServer, time: FakeTime, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serving() as proxy:
        for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.root)
        server.tell(says.reply(200))
        assert client(server.root, time).exchange(GET, token=CANARY).status == 200
        assert proxy.connections == 0


def test_a_proxy_that_refuses_got_no_token(
    time: FakeTime, monkeypatch: pytest.MonkeyPatch, server: ScriptedServer
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", server.root)
    monkeypatch.setenv("NO_PROXY", "")
    server.tell(says.reply(407))
    with pytest.raises(NotSent):
        client("https://graph.invalid", time).exchange(GET, token=CANARY)
    (asked,) = server.asked
    assert asked.method == "CONNECT"
    assert "authorization" not in asked.headers


def test_the_log_has_one_line_a_request_and_nothing_that_is_secret(
    server: ScriptedServer, time: FakeTime, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    server.tell(
        says.reply(200, {"secret": "body"}, {"request-id": "1f0c"}),
        says.reply(200, None, {"request-id": "::error::"}),
    )
    mine = client(server.root, time)
    mine.exchange(Call("GET", "/v1.0/x?$skiptoken=secret&$top=5"), token=CANARY)
    mine.exchange(Call("GET", f"{server.root}/::set-env::"), token=CANARY)
    assert [record.getMessage() for record in caplog.records] == [
        "GET /v1.0/x?$skiptoken&$top 200 0.000 s request-id 1f0c",
        "GET /~~set-env~~ 200 0.000 s request-id none",
    ]


def test_a_line_that_is_no_http_is_not_quoted_with_the_token_in_it(
    server: ScriptedServer, time: FakeTime
) -> None:
    server.tell(says.raw(f"HTTP/1.1 200 OK\r\n{CANARY}\r\n\r\n".encode(), hang_up=True))
    with pytest.raises(AnswerLost) as caught:
        client(server.root, time).exchange(GET, token=CANARY)
    assert caught.value.detail is not None
    assert CANARY not in caught.value.detail.raw
    assert "***" in caught.value.detail.raw
