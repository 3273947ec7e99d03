"""A loopback server that does what a test tells it, down to the bytes; it records what it got."""

from __future__ import annotations

import json
import socket
import struct
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    import ssl


@dataclass(frozen=True, slots=True)
class Asked:
    """One request as it arrived. Header names are in lower case."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> dict[str, object]:
        value = json.loads(self.body)
        assert isinstance(value, dict)
        return value


class Line(BaseHTTPRequestHandler):
    """The server's end of a connection: what a Telling speaks on."""

    protocol_version = "HTTP/1.1"
    wbufsize = -1  # one packet an answer
    server: _Server

    def setup(self) -> None:
        super().setup()
        self.server.open_sockets.append(self.connection)

    def say(self, data: bytes) -> None:
        self.wfile.write(data)
        self.wfile.flush()

    def hang_up(self) -> None:
        self.close_connection = True

    def reset(self) -> None:
        """RST in place of an orderly end."""
        self.close_connection = True
        _reset(self.connection)

    def wait(self, seconds: float | None = None) -> None:
        """Until the test is over, or so long."""
        self.server.is_over.wait(seconds)

    @property
    def is_over(self) -> bool:
        return self.server.is_over.is_set()

    def answer(self) -> None:
        size = int(self.headers.get("content-length") or 0)
        headers = {name.lower(): value for name, value in self.headers.items()}
        asked = Asked(self.command, self.path, headers, self.rfile.read(size))
        self.server.asked.append(asked)
        try:
            self.server.script(asked)(self)
        except OSError:  # the client has hung up, as some tests want
            self.close_connection = True

    do_GET = do_POST = do_PATCH = do_DELETE = do_CONNECT = answer  # noqa: N815 - the names that http.server looks for

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name there
        pass


Telling: TypeAlias = Callable[[Line], None]
Script: TypeAlias = Callable[[Asked], Telling]


class _Server(ThreadingHTTPServer):
    script: Script
    is_open = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Line)
        self.asked: list[Asked] = []
        self.connections = 0
        self.open_sockets: list[socket.socket] = []
        self.is_over = Event()

    def process_request(self, request: object, client_address: object) -> None:
        assert isinstance(request, socket.socket)
        self.connections += 1
        if self.is_open:
            super().process_request(request, client_address)
        else:
            _reset(request)

    def shutdown_request(self, request: object) -> None:
        assert isinstance(request, socket.socket)
        if request.fileno() >= 0:
            super().shutdown_request(request)

    def handle_error(self, request: object, client_address: object) -> None:
        pass  # connections that break are what these tests are about


@dataclass(frozen=True, slots=True)
class ScriptedServer:
    root: str
    _server: _Server = field(repr=False)

    @property
    def asked(self) -> list[Asked]:
        return self._server.asked

    @property
    def connections(self) -> int:
        return self._server.connections

    def follow(self, script: Script) -> None:
        self._server.script = script

    def tell(self, *tellings: Telling) -> None:
        """One after another, whatever is asked; the last one stays."""
        left = list(tellings)
        self.follow(lambda _asked: left.pop(0) if len(left) > 1 else left[0])

    def reset_on_accept(self) -> None:
        self._server.is_open = False


@contextmanager
def serving(tls: ssl.SSLContext | None = None) -> Iterator[ScriptedServer]:
    server = _Server()
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    server.script = lambda _asked: reply(500)
    thread = Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield ScriptedServer(
            f"http{'s' if tls else ''}://127.0.0.1:{server.server_address[1]}", server
        )
    finally:
        server.is_over.set()
        server.shutdown()
        server.server_close()
        for connection in server.open_sockets:
            _hang_up(connection)
        thread.join()


def _hang_up(connection: socket.socket) -> None:
    with suppress(OSError):  # it is over already
        connection.shutdown(socket.SHUT_RDWR)


def _reset(connection: socket.socket) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def reply(
    status: int = 200, body: object = None, headers: Mapping[str, str] | None = None
) -> Telling:
    """A whole answer; bytes go as they are, anything else as JSON, None as nothing."""
    data = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
    return raw(head(status, {"Content-Length": str(len(data)), **(headers or {})}) + data)


def head(status: int, headers: Mapping[str, str]) -> bytes:
    lines = [
        f"HTTP/1.1 {status} Whatever",
        *(f"{name}: {value}" for name, value in headers.items()),
    ]
    return "\r\n".join([*lines, "", ""]).encode("latin-1")


def raw(data: bytes, *, hang_up: bool = False, reset: bool = False) -> Telling:
    """Exactly these bytes, then on with the connection, or its end."""

    def tell(line: Line) -> None:
        line.say(data)
        if reset:
            line.reset()
        if hang_up:
            line.hang_up()

    return tell


def hang(line: Line) -> None:
    """No answer while the test lasts."""
    line.wait()
    line.hang_up()


def drip(line: Line) -> None:
    """An answer that comes, a byte at a time, and never ends."""
    line.say(head(200, {"Content-Length": "1000000"}))
    while not line.is_over:
        line.say(b" ")
        line.wait(0.01)
