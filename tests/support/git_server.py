"""A forge's git on loopback: git's own http-backend, behind tokens that may read or also write."""

from __future__ import annotations

import os
import subprocess
from base64 import b64decode
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

USER: Final = "x-access-token"


@dataclass
class GitServer:
    """``rights``: what each token may do: read, write. ``asked``: (service, token) of each request, in order."""

    url: str
    root: Path
    rights: dict[str, str] = field(default_factory=dict)
    asked: list[tuple[str, str | None]] = field(default_factory=list)
    echo: bool = False
    """Whether a refusal quotes what was sent, as badly built servers do."""
    elsewhere: str = ""
    """Where every request is redirected to, as to a repository that was renamed."""

    def remote(self, name: str) -> str:
        return f"{self.url}/{name}"


@contextmanager
def git_server(root: Path) -> Iterator[GitServer]:
    """Serves every repository below ``root``."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)
    rig = GitServer(f"http://127.0.0.1:{server.server_address[1]}", root)
    server.RequestHandlerClass = _handler(rig)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield rig
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _handler(rig: GitServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            """Silent: a test's output is its assertion."""

        def do_GET(self) -> None:
            self._serve(b"")

        def do_POST(self) -> None:
            self._serve(self.rfile.read(int(self.headers.get("Content-Length", 0))))

        def _serve(self, body: bytes) -> None:
            service = "write" if "git-receive-pack" in self.path else "read"
            header = self.headers.get("Authorization")
            token = _token(header)
            rig.asked.append((service, token))
            if token and not rig.elsewhere and rig.rights.get(token) in {service, "write"}:
                self._answer(_backend(rig.root, self, body))
            else:
                said = f"not allowed: {header}" if rig.echo else "not allowed"
                self._refuse(302 if rig.elsewhere else 403 if token else 401, said)

        def _refuse(self, status: int, text: str) -> None:
            self.send_response(status)
            if status == 401:
                self.send_header("WWW-Authenticate", 'Basic realm="git"')
            self.send_header("Location", f"{rig.elsewhere}{self.path}")
            self.send_header("Content-Type", "text/plain")
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text.encode())

        def _answer(self, answer: bytes) -> None:
            head, _, content = answer.partition(b"\r\n\r\n")
            headers = dict(_pairs(head.decode()))
            self.send_response(int(headers.pop("Status", "200 OK").split()[0]))
            for key, value in {**headers, "Content-Length": str(len(content))}.items():
                self.send_header(key, value)
            self.end_headers()
            self.wfile.write(content)

    return Handler


def _pairs(head: str) -> Iterator[tuple[str, str]]:
    for line in head.split("\r\n"):
        key, _, value = line.partition(": ")
        yield key, value


def _token(header: str | None) -> str | None:
    kind, _, encoded = (header or "").partition(" ")
    with suppress(ValueError):
        user, _, token = b64decode(encoded).decode().partition(":")
        if (kind, user) == ("Basic", USER):
            return token
    return None


def _backend(root: Path, request: BaseHTTPRequestHandler, body: bytes) -> bytes:
    parts = urlsplit(request.path)
    env = {
        "PATH": os.environ["PATH"],
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_PROJECT_ROOT": os.fspath(root),
        "GIT_HTTP_EXPORT_ALL": "1",
        "GIT_PROTOCOL": request.headers.get("Git-Protocol", ""),
        "HTTP_CONTENT_ENCODING": request.headers.get("Content-Encoding", ""),
        "CONTENT_TYPE": request.headers.get("Content-Type", ""),
        "CONTENT_LENGTH": str(len(body)),
        "PATH_INFO": parts.path,
        "QUERY_STRING": parts.query,
        "REQUEST_METHOD": request.command,
        "REMOTE_USER": USER,
        "REMOTE_ADDR": "127.0.0.1",
    }
    return subprocess.run(
        ["git", "http-backend"], env=env, input=body, capture_output=True, check=True
    ).stdout
