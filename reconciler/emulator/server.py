"""HTTP/1.1 on a loopback socket: bytes in, bytes out; what they mean is the service's."""

from __future__ import annotations

import logging
import re
import socket
import threading
from contextlib import suppress
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, Final

from reconciler import __version__
from reconciler.emulator import delivery
from reconciler.emulator.messages import Refusal, Request, Response, Trace
from reconciler.emulator.tenant import open_tenant
from reconciler.errors import Failure, unexpected

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reconciler.emulator import Settings
    from reconciler.emulator.faults import Fault
    from reconciler.emulator.history import Entry, Note
    from reconciler.emulator.tenant import Tenant
    from reconciler.ports import Clock

_log = logging.getLogger(__name__)

HOST: Final = "127.0.0.1"
LARGEST_BODY: Final = 4 * 1024 * 1024  # concept/best-practices-concept: a request holds 4 MB
_CLOSE_SECONDS: Final = 5.0


def serve(settings: Settings, *, clock: Clock) -> Server:
    tenant = open_tenant(settings, clock)
    try:
        return Server(settings, tenant)
    except OSError as problem:
        tenant.close()
        raise Failure(
            f"the emulator cannot listen on {HOST}:{settings.port}: {problem.strerror}",
            remedy="choose another --port, or none for any free one",
        ) from problem


class Server(ThreadingHTTPServer):
    """Serves from its making on; ``close`` ends every connection and thread."""

    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 128

    def __init__(self, settings: Settings, tenant: Tenant) -> None:
        super().__init__((HOST, settings.port), _Handler)
        self.tenant = tenant
        self.latency_seconds = settings.latency_ms / 1000
        self._connections: dict[socket.socket, threading.Thread] = {}
        self._guard = threading.Lock()
        self._accepting = threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True)
        self._accepting.start()

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.server_port}"

    @property
    def instance(self) -> str:
        return sha256(self.tenant.store.secret).hexdigest()[:16]

    def history(self) -> tuple[Entry, ...]:
        return self.tenant.history.entries()

    def calm(self) -> None:
        self.tenant.dice.calm()

    def close(self) -> None:
        self.tenant.stopped.set()
        self.shutdown()
        self._accepting.join(_CLOSE_SECONDS)
        self.server_close()
        with self._guard:
            open_now = dict(self._connections)
        for connection in open_now:
            _end(connection)
        for thread in open_now.values():
            thread.join(_CLOSE_SECONDS)
        self.tenant.close()

    def server_bind(self) -> None:
        """As the parent's, without its look-up of the host's name, which can take seconds."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind(self.server_address)
        self.server_name, self.server_port = self.socket.getsockname()[:2]
        self.server_address = (self.server_name, self.server_port)

    def process_request(self, request: Any, client_address: object) -> None:
        """A thread a connection, remembered so that ``close`` can end it."""
        thread = threading.Thread(
            target=self._serve_connection, args=(request, client_address), daemon=True
        )
        with self._guard:
            self._connections[request] = thread
        thread.start()

    def _serve_connection(self, connection: socket.socket, client_address: object) -> None:
        try:
            _Handler(connection, client_address, self)
        except ConnectionError:
            _log.debug("a client went away")
        except Exception as surprise:  # noqa: BLE001 — one bad request must not end the server
            problem = unexpected(surprise)
            _log.error("the emulator: %s; %s", problem.message, problem.remedy)
        finally:
            with self._guard:
                self._connections.pop(connection, None)
            self.shutdown_request(connection)


def _end(connection: socket.socket) -> None:
    with suppress(OSError):  # it may have ended by itself
        connection.shutdown(socket.SHUT_RDWR)


class _Handler(BaseHTTPRequestHandler):
    server: Server
    protocol_version = "HTTP/1.1"
    wbufsize = 64 * 1024  # unbuffered, header and body leave in two packets: 20 requests a second
    disable_nagle_algorithm = True

    def version_string(self) -> str:
        return f"reconciler-emulator/{__version__}"

    def answer_any(self) -> None:
        tenant, latency = self.server.tenant, self.server.latency_seconds
        if latency and tenant.stopped.wait(latency):
            self.close_connection = True
            return
        headers = {name.lower(): value for name, value in self.headers.items()}
        note = tenant.history.begin(self.command, self.path, headers, port=self.client_address[1])
        path = self.path.partition("?")[0]
        fault = tenant.dice.strike(self.command, path, is_part=False)
        response = self._response(headers, note, fault)
        note.end(None if response.fault else response.status, fault.do if fault else None)
        self._send(response)

    def _response(self, headers: Mapping[str, str], note: Note, fault: Fault | None) -> Response:
        if fault is not None and fault.do == "reset" and not fault.applied:
            return Response(0, fault=fault)  # not even read
        try:
            body = self._body()
        except Refusal as refusal:
            self.close_connection = True  # the body was not read, so the connection is out of step
            return self._refused(refusal)
        root = f"http://{self._host()}"
        request = Request(self.command, self.path, headers, body, root, note)
        return self.server.tenant.service.answer(request, fault)

    do_GET = do_PATCH = do_POST = do_PUT = do_DELETE = do_HEAD = do_OPTIONS = answer_any  # noqa: N815 - http.server looks these names up

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """What is not even HTTP is refused with Graph's error object too."""
        del explain
        self.close_connection = True
        self._send(self._refused(Refusal(code, "BadRequest", message or "Bad request.")))

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the parent's name
        """The parent prints each request to stderr; the service's callers log what they need."""

    def _refused(self, refusal: Refusal) -> Response:
        trace = Trace.of({}, self.server.tenant.clock.now())
        response = trace.refused(refusal)
        response.headers.update({**trace.headers, "Content-Type": "application/json"})
        return response

    def _body(self) -> bytes:
        if "transfer-encoding" in self.headers:
            raise Refusal(411, "BadRequest", "A request body needs a Content-Length.")
        text = self.headers.get("content-length", "0")
        if not (text.isascii() and text.isdigit()):
            raise Refusal(400, "BadRequest", "The Content-Length is not a number.")
        if len(text) > len(str(LARGEST_BODY)) or int(text) > LARGEST_BODY:
            raise Refusal(413, "RequestEntityTooLarge", "The request body is larger than 4 MB.")
        return self.rfile.read(int(text))

    def _host(self) -> str:
        host = self.headers.get("host", "")
        return host if _HOST_NAME.fullmatch(host) else f"{HOST}:{self.server.server_port}"

    def _send(self, response: Response) -> None:
        content = response.body.encode("ascii") if response.body is not None else b""
        if response.fault is not None:
            self._send_badly(response, response.fault, content)
            return
        self._send_head(response, len(content))
        if self.command != "HEAD":
            self.wfile.write(content)

    def _send_head(self, response: Response, length: int) -> None:
        self.send_response(response.status)
        for name, value in response.headers.items():
            self.send_header(name, value)
        if response.status != 204:  # noqa: PLR2004 - RFC 9110: no Content-Length with 204
            self.send_header("Content-Length", str(length))
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()

    def _send_badly(self, response: Response, fault: Fault, content: bytes) -> None:
        stopped = self.server.tenant.stopped
        if fault.do != "wrong-length" or fault.by > 0:
            self.close_connection = True
        match fault.do:
            case "reset":
                delivery.reset(self.connection)
            case "hang":
                delivery.hang(self.connection, stopped)
            case "half-answer":
                self._send_head(response, len(content))
                self.wfile.write(content[: len(content) // 2])
            case "wrong-length":
                self._send_head(response, max(0, len(content) + fault.by))
                self.wfile.write(content)
            case _:  # drip
                self._send_head(response, len(content))
                delivery.drip(self.wfile, content, fault.milliseconds, stopped)


_HOST_NAME: Final = re.compile(
    r"[0-9A-Za-z.-]{1,253}(?::[0-9]{1,5})?|\[[0-9A-Fa-f:]{2,45}\](?::[0-9]{1,5})?"
)
