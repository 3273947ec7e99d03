"""A loopback proxy before the emulator: where a test steps in between two requests of a command."""

from __future__ import annotations

import http.client
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


OWN: Final = frozenset({"content-length", "connection", "transfer-encoding"})
"""Headers of one connection, not of the answer."""


def nobody(_body: bytes) -> None:
    """Steps in by doing nothing."""


def as_it_is(_path: str, _asked: bytes, told: bytes) -> bytes:
    """Leaves an answer alone."""
    return told


class Between:
    """``step_in``: called with each batch of a command before it goes on to the emulator.

    ``reshape``: makes what a command is told of a path, what it asked and what the emulator said.
    """

    def __init__(self, upstream: str) -> None:
        self.upstream = upstream
        self.url = ""
        self.step_in: Callable[[bytes], None] = nobody
        self.reshape: Callable[[str, bytes, bytes], bytes] = as_it_is
        self.requests = 0
        self.refuses: int | None = None
        """A status with which every request is answered, in place of the emulator."""
        self._under_way = 0
        self._change = threading.Condition()

    @contextmanager
    def passing(self) -> Iterator[None]:
        """One request is under way."""
        with self._change:
            self.requests += 1
            self._under_way += 1
        try:
            yield
        finally:
            with self._change:
                self._under_way -= 1
                self._change.notify_all()

    def settle(self) -> None:
        """Until nothing is under way: who asked may be gone, the emulator goes on."""
        with self._change:
            self._change.wait_for(lambda: not self._under_way, timeout=30)


@contextmanager
def between(upstream: str) -> Iterator[Between]:
    proxy = Between(upstream)
    server = _Server(("127.0.0.1", 0), _handler(proxy))
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    proxy.url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield proxy
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """Commands are killed here: a connection that breaks is what was asked for."""


def _handler(proxy: Between) -> type[BaseHTTPRequestHandler]:
    host, port = urlsplit(proxy.upstream).hostname, urlsplit(proxy.upstream).port

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = 65536

        def setup(self) -> None:
            super().setup()
            self.upstream = http.client.HTTPConnection(str(host), port)

        def finish(self) -> None:
            self.upstream.close()
            super().finish()

        def log_message(self, *_: object) -> None:
            """Silent: a test's output is its figures."""

        def _pass_on(self) -> None:
            with proxy.passing():
                self._pass_on_one()

        def _pass_on_one(self) -> None:
            content = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            if proxy.refuses is not None:
                self._answer(proxy.refuses, [], b"")
                return
            if self.path.endswith("/$batch"):
                proxy.step_in(content)
            self.upstream.request(self.command, self.path, content or None, dict(self.headers))
            answer = self.upstream.getresponse()
            told = proxy.reshape(self.path, content, answer.read())
            headers = [one for one in answer.getheaders() if one[0].lower() not in OWN]
            self._answer(answer.status, headers, told)

        def _answer(self, status: int, headers: list[tuple[str, str]], told: bytes) -> None:
            self.send_response_only(status)
            for name, value in headers:
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(told)))
            self.end_headers()
            self.wfile.write(told)

        do_GET = do_POST = do_PATCH = _pass_on  # noqa: N815 — the names http.server looks for

    return Handler
