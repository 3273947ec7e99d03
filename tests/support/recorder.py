"""A loopback proxy that remembers every request on its way to a server: what was really sent."""

from __future__ import annotations

import http.client
import json
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


@dataclass(frozen=True)
class Sent:
    """One request, or one part of a batch; names of headers in lower case."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: Any = None


@dataclass
class Recorder:
    url: str = ""
    envelopes: list[Sent] = field(default_factory=list)

    @property
    def requests(self) -> list[Sent]:
        """Every single request; a batch stands as its parts."""
        found: list[Sent] = []
        for sent in self.envelopes:
            found.extend(_parts(sent) if sent.target.endswith("/$batch") else [sent])
        return found

    @property
    def patches(self) -> dict[str, list[Any]]:
        """By versioned path: the bodies that were sent to it."""
        found: dict[str, list[Any]] = {}
        for sent in self.requests:
            if sent.method == "PATCH":
                found.setdefault(sent.target, []).append(sent.body)
        return found


def _parts(sent: Sent) -> Iterator[Sent]:
    version = sent.target.split("/")[1]
    for part in sent.body["requests"]:
        headers = {name.lower(): value for name, value in part.get("headers", {}).items()}
        yield Sent(part["method"], f"/{version}{part['url']}", headers, part.get("body"))


@contextmanager
def recording(upstream: str) -> Iterator[Recorder]:
    """While the block runs, requests to ``url`` go on to ``upstream`` and are remembered."""
    recorder = Recorder()
    host, port = urlsplit(upstream).hostname, urlsplit(upstream).port

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = 65536

        def log_message(self, *_: object) -> None:
            pass

        def _pass_on(self) -> None:
            length = int(self.headers.get("Content-Length", 0))
            raw = self.rfile.read(length)
            headers = {name.lower(): value for name, value in self.headers.items()}
            body = json.loads(raw) if raw else None
            recorder.envelopes.append(Sent(self.command, self.path, headers, body))
            connection = http.client.HTTPConnection(str(host), port)
            try:
                connection.request(self.command, self.path, raw or None, dict(self.headers))
                answer = connection.getresponse()
                content = answer.read()
            finally:
                connection.close()
            self.send_response_only(answer.status)
            for name, value in answer.getheaders():
                if name.lower() not in {"content-length", "connection", "transfer-encoding"}:
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_PATCH = _pass_on  # noqa: N815 — the names http.server looks for

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    recorder.url = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield recorder
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
