"""The socket: what reaches the service, what leaves it, and that nothing is left open."""

from __future__ import annotations

import http.client
import json
import socket
import threading
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from reconciler.emulator import Settings, start
from reconciler.emulator.server import serve
from reconciler.errors import Failure, InvalidInput

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from reconciler.emulator import Running

TOKEN = {"Authorization": "Bearer t0ken"}


@contextmanager
def _running(tmp_path: Path, **more: Any) -> Iterator[Running]:
    seed = tmp_path / "seed.json"
    seed.write_text('{"incidents": [{"id": "1"}, {"id": "2"}]}')
    settings: dict[str, Any] = {"store": tmp_path / "store.db", "seed": seed, **more}
    running = start(Settings(**settings))
    try:
        yield running
    finally:
        running.close()


@pytest.fixture
def emulator(tmp_path: Path) -> Iterator[Running]:
    with _running(tmp_path) as running:
        yield running


def _connect(emulator: Running) -> http.client.HTTPConnection:
    return http.client.HTTPConnection(emulator.url.removeprefix("http://"), timeout=10)


def _port(emulator: Running) -> int:
    return int(emulator.url.rpartition(":")[2])


def _ask(
    emulator: Running, method: str, path: str, body: object = None, **headers: str
) -> tuple[http.client.HTTPResponse, Any]:
    sent = TOKEN | {name.replace("_", "-"): value for name, value in headers.items()}
    with closing(_connect(emulator)) as connection:
        content = None if body is None else json.dumps(body)
        connection.request(method, path, content, sent)
        answer = connection.getresponse()
        text = answer.read()
    return answer, json.loads(text) if text else None


def _raw(emulator: Running, request: bytes) -> bytes:
    with closing(socket.create_connection(("127.0.0.1", _port(emulator)), timeout=10)) as client:
        client.sendall(request)
        pieces = iter(lambda: client.recv(65536), b"")
        return b"".join(pieces)


def test_the_emulator_answers_over_a_real_socket(emulator: Running) -> None:
    answer, body = _ask(emulator, "GET", "/v1.0/security/incidents/1")
    assert (answer.status, body["id"]) == (200, "1")
    assert answer.headers["Content-Type"].startswith("application/json;")
    assert answer.headers["Date"].endswith("GMT")
    assert answer.headers["request-id"]
    assert answer.headers["Server"] == "reconciler-emulator/0.1.0"


def test_a_connection_is_used_again_after_every_kind_of_answer(emulator: Running) -> None:
    with closing(_connect(emulator)) as connection:
        for method, path, status in (
            ("GET", "/v1.0/security/incidents/1", 200),
            ("GET", "/v1.0/security/incidents/9", 404),
            ("DELETE", "/v1.0/security/incidents/1", 405),
            ("HEAD", "/v1.0/security/incidents/1", 405),
            ("PUT", "/v1.0/security/incidents/1", 405),
            ("OPTIONS", "/v1.0/security/incidents/1", 405),
            ("GET", "/v1.0/security/incidents", 200),
        ):
            connection.request(method, path, headers=TOKEN)
            answer = connection.getresponse()
            answer.read()
            assert answer.status == status


def test_links_lead_to_the_host_that_was_asked(emulator: Running) -> None:
    for host in (f"localhost:{_port(emulator)}", "[::1]:99", "proxy.example"):
        _, body = _ask(emulator, "GET", "/v1.0/security/incidents?$top=1", Host=host)
        assert body["@odata.nextLink"].startswith(f"http://{host}/v1.0/security/incidents?")


def test_a_host_that_is_none_is_not_repeated(emulator: Running) -> None:
    _, body = _ask(emulator, "GET", "/v1.0/security/incidents?$top=1", Host='evil"<x>')
    assert body["@odata.nextLink"].startswith(f"{emulator.url}/")


def test_it_listens_on_the_loopback_address_alone(emulator: Running) -> None:
    assert emulator.url.startswith("http://127.0.0.1:")


@pytest.mark.parametrize(
    ("head", "status"),
    [
        (b"Content-Length: 4194305", b"413"),
        (b"Content-Length: " + b"9" * 400, b"413"),
        (b"Content-Length: -1", b"400"),
        (b"Content-Length: x", b"400"),
        (b"Transfer-Encoding: chunked", b"411"),
        (b"A" * 70_000 + b": 1", b"431"),
    ],
)
def test_a_body_that_cannot_be_taken_ends_the_connection(
    emulator: Running, head: bytes, status: bytes
) -> None:
    answer = _raw(emulator, b"PATCH /v1.0/security/incidents/1 HTTP/1.1\r\n" + head + b"\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 " + status)
    assert b'{"error": {"code": "' in answer
    assert b"Connection: close" in answer


@pytest.mark.parametrize(
    "request_line", [b"GET", b"GET / HTTP/9.9", b"BREW / HTTP/1.1", b"\xff / x"]
)
def test_what_is_not_http_is_refused_as_graph_refuses(
    emulator: Running, request_line: bytes
) -> None:
    answer = _raw(emulator, request_line + b"\r\n\r\n")
    assert b'"error"' in answer


def test_four_megabytes_are_still_read(emulator: Running) -> None:
    body = {"summary": "x" * (4 * 1024 * 1024 - 15)}
    assert len(json.dumps(body)) == 4 * 1024 * 1024
    answer, found = _ask(
        emulator, "PATCH", "/v1.0/security/incidents/1", body, Content_Type="application/json"
    )
    assert (answer.status, found["summary"]) == (200, body["summary"])


def test_state_lasts_until_a_fresh_start(tmp_path: Path) -> None:
    path, kind = "/v1.0/security/incidents/1", {"Content_Type": "application/json"}
    with _running(tmp_path) as emulator:
        _ask(emulator, "PATCH", path, {"summary": "kept"}, **kind)
    with _running(tmp_path) as emulator:
        assert _ask(emulator, "GET", path)[1]["summary"] == "kept"
    with _running(tmp_path, fresh=True) as emulator:
        assert _ask(emulator, "GET", path)[1]["summary"] is None


def test_two_emulators_serve_one_store(tmp_path: Path) -> None:
    path, kind = "/v1.0/security/incidents/1", {"Content_Type": "application/json"}
    with _running(tmp_path) as left, _running(tmp_path) as right:
        _ask(left, "PATCH", path, {"summary": "seen by both"}, **kind)
        assert _ask(right, "GET", path)[1]["summary"] == "seen by both"


def test_settings_reach_the_service(tmp_path: Path) -> None:
    with _running(tmp_path, enum_case="pascal", requests_per_minute=1) as emulator:
        path = "/v1.0/security/incidents/1"
        assert _ask(emulator, "GET", path)[1]["status"] == "Active"
        answer, body = _ask(emulator, "GET", path)
        assert (answer.status, body["error"]["code"]) == (429, "TooManyRequests")


def test_the_seed_that_comes_with_the_tool_is_the_default(tmp_path: Path) -> None:
    with _running(tmp_path, seed=None) as emulator:
        assert _ask(emulator, "GET", "/v1.0/security/incidents/2972395")[0].status == 200


def test_latency_is_waited_and_ends_with_the_server(tmp_path: Path) -> None:
    with _running(tmp_path, latency_ms=1) as emulator:
        assert _ask(emulator, "GET", "/v1.0/security/incidents/1")[0].status == 200
    with (
        _running(tmp_path, latency_ms=3_600_000) as emulator,
        closing(_connect(emulator)) as connection,
    ):
        connection.request("GET", "/v1.0/security/incidents/1", headers=TOKEN)
        emulator.close()
        with pytest.raises(ConnectionError):
            connection.getresponse()


class BrokenClock:
    def now(self) -> datetime:
        return datetime(2026, 11, 20, tzinfo=UTC)

    def monotonic(self) -> float:
        raise RuntimeError("a defect")


def test_a_defect_ends_one_connection_and_is_logged(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    server = serve(Settings(tmp_path / "store.db"), clock=BrokenClock())
    with closing(server), pytest.raises(http.client.RemoteDisconnected):
        _ask(server, "GET", "/v1.0/security/incidents/1")
    assert "a defect" in caplog.text
    assert "t0ken" not in caplog.text


def test_closing_ends_idle_connections_and_threads(tmp_path: Path) -> None:
    before = threading.active_count()
    with _running(tmp_path) as emulator:
        connections = [_connect(emulator) for _ in range(4)]
        for connection in connections:
            connection.request("GET", "/v1.0/security/incidents/1", headers=TOKEN)
            connection.getresponse().read()
    assert threading.active_count() == before
    for connection in connections:
        connection.close()
    with pytest.raises(ConnectionError):
        socket.create_connection(("127.0.0.1", _port(emulator)), timeout=1)


def test_a_client_that_goes_away_harms_nobody(emulator: Running) -> None:
    client = socket.create_connection(("127.0.0.1", _port(emulator)))
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")
    client.sendall(b"GET /v1.0/security/incidents HTTP/1.1\r\nAuthor")
    client.close()
    assert _ask(emulator, "GET", "/v1.0/security/incidents/1")[0].status == 200


def test_a_port_that_is_taken_is_a_failure_with_a_remedy(emulator: Running, tmp_path: Path) -> None:
    with pytest.raises(Failure, match="cannot listen") as failed:
        start(Settings(tmp_path / "other.db", port=_port(emulator)))
    assert "--port" in (failed.value.remedy or "")


def test_a_bad_seed_starts_nothing(tmp_path: Path) -> None:
    seed = tmp_path / "bad.json"
    seed.write_text("[]")
    with pytest.raises(InvalidInput):
        start(Settings(tmp_path / "other.db", seed=seed))
