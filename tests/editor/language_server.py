"""One session with the real YAML language server, as an editor has it: JSON-RPC over stdio."""

from __future__ import annotations

import json
import shutil
import subprocess
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from types import TracebackType

HERE = Path(__file__).parent
SERVER = HERE / "node_modules/yaml-language-server/bin/yaml-language-server"
CURSOR = "¦"
"""Marks in a text where the cursor stands; it is not part of the text."""

_DEADLINE_SECONDS = 60.0
_CAPABILITIES = {
    "workspace": {"configuration": True, "workspaceFolders": True, "didChangeConfiguration": {}},
    "textDocument": {
        "completion": {"completionItem": {"documentationFormat": ["markdown"]}},
        "hover": {"contentFormat": ["markdown"]},
        "publishDiagnostics": {},
    },
}


@dataclass(frozen=True, slots=True)
class Diagnostic:
    line: int
    """From 1, as people count."""
    message: str


class LanguageServer:
    """A path given to it holds ``{number}``: each text is a new file, so no answer is another's.

    ``schemas``: what the editor's ``yaml.schemas`` setting maps, file → globs.
    """

    def __init__(self, workspace: Path, schemas: Mapping[str, list[str]]) -> None:
        self._workspace = workspace
        self._settings = {
            "yaml": {
                "validate": True,
                "completion": True,
                "hover": True,
                "schemaStore": {"enable": False},
                "schemas": dict(schemas),
            }
        }
        self._number = 0

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            [_node(), _installed(), "--stdio"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        # A server that hangs ends, so that a read of its output ends too.
        self._watchdog = threading.Timer(_DEADLINE_SECONDS, self._process.kill)
        self._watchdog.daemon = True
        self._watchdog.start()
        self._shake_hands()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._watchdog.cancel()
        self._process.kill()
        self._process.communicate()

    def diagnostics(self, path: str, text: str) -> list[Diagnostic]:
        """What the editor would underline in ``text``."""
        uri = self._open(path, text)
        message = self._until(lambda item: _is_published(item, uri))
        return [
            Diagnostic(item["range"]["start"]["line"] + 1, item["message"])
            for item in message["params"]["diagnostics"]
        ]

    def completion(self, path: str, text: str) -> dict[str, str]:
        """What the editor would offer at the cursor: each label with its documentation."""
        answer = self._ask("textDocument/completion", path, text)
        items = answer["items"] if isinstance(answer, dict) else answer or []
        return {item["label"]: _plain(item.get("documentation")) for item in items}

    def hover(self, path: str, text: str) -> str:
        """What the editor would show beside what is under the cursor."""
        answer = self._ask("textDocument/hover", path, text)
        return _plain(answer["contents"]) if answer else ""

    def _ask(self, method: str, path: str, text: str) -> Any:
        line, character = _position(text)
        uri = self._open(path, text.replace(CURSOR, ""))
        position = {"line": line, "character": character}
        return self._request(method, {"textDocument": {"uri": uri}, "position": position})

    def _open(self, path: str, text: str) -> str:
        self._number += 1
        uri = (self._workspace / path.format(number=self._number)).as_uri()
        item = {"uri": uri, "languageId": "yaml", "version": 1, "text": text}
        self._notify("textDocument/didOpen", {"textDocument": item})
        return uri

    def _shake_hands(self) -> None:
        root = self._workspace.as_uri()
        folders = [{"uri": root, "name": "workspace"}]
        self._request(
            "initialize",
            {
                "processId": None,
                "rootUri": root,
                "workspaceFolders": folders,
                "capabilities": _CAPABILITIES,
            },
        )
        self._notify("initialized", {})
        self._notify("workspace/didChangeConfiguration", {"settings": self._settings})
        self._until(lambda item: item.get("method") == "workspace/configuration")

    def _request(self, method: str, params: Mapping[str, Any]) -> Any:
        self._number += 1
        number = self._number
        self._send({"id": number, "method": method, "params": params})
        return self._until(lambda item: item.get("id") == number and "method" not in item)["result"]

    def _notify(self, method: str, params: Mapping[str, Any]) -> None:
        self._send({"method": method, "params": params})

    def _send(self, message: Mapping[str, Any]) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        stream = _piped(self._process.stdin)
        stream.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
        stream.flush()

    def _until(self, wanted: Callable[[Mapping[str, Any]], bool]) -> dict[str, Any]:
        """The next message of this sort; the server's own questions are answered on the way."""
        while True:
            message = _read_message(_piped(self._process.stdout))
            if "method" in message and "id" in message:
                self._answer(message)
            if wanted(message):
                return message

    def _answer(self, question: Mapping[str, Any]) -> None:
        result: list[Any] | None = None
        if question["method"] == "workspace/configuration":
            wanted = [item.get("section", "") for item in question["params"]["items"]]
            result = [self._settings.get(section, {}) for section in wanted]
        self._send({"id": question["id"], "result": result})


def _is_published(message: Mapping[str, Any], uri: str) -> bool:
    is_verdict = message.get("method") == "textDocument/publishDiagnostics"
    return is_verdict and message["params"]["uri"] == uri


def _read_message(stream: IO[bytes]) -> dict[str, Any]:
    length = 0
    while line := stream.readline().strip():
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            length = int(value)
    if not length:
        problem = "the language server ended, or said nothing for too long"
        raise EOFError(problem)
    message: dict[str, Any] = json.loads(stream.read(length))
    return message


def _node() -> str:
    found = shutil.which("node")
    assert found is not None, "node is not installed; the editor tests need it"
    return found


def _installed() -> str:
    assert SERVER.is_file(), f"{SERVER} is missing; run 'npm ci' in {HERE}"
    return str(SERVER)


def _position(text: str) -> tuple[int, int]:
    """Line and character of the cursor, both from 0, as the protocol counts."""
    before = text[: text.index(CURSOR)]
    return before.count("\n"), len(before) - before.rfind("\n") - 1


def _plain(content: Any) -> str:
    return content["value"] if isinstance(content, dict) else content or ""


def _piped(stream: IO[bytes] | None) -> IO[bytes]:
    assert stream is not None
    return stream
