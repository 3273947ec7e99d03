"""``$batch``: up to 20 requests in one envelope (concept/json-batching)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias
from zlib import crc32

from reconciler.emulator.messages import Request, Response, bad_request, quoted

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from reconciler.model.words import Json

    Answer: TypeAlias = Callable[[Request], Response]

LARGEST: Final = 20
_FAILED: Final = 400
"""Statuses from here on fail the parts that depend on it."""


@dataclass(frozen=True, slots=True)
class Part:
    id: str
    method: str
    url: str
    headers: Mapping[str, str]
    body: Json
    has_body: bool
    depends_on: tuple[str, ...]


def answer(request: Request, version: str, body: Json, one: Answer) -> Response:
    """200 whatever the parts say.

    They are answered in an order that is not that of the request, yet always the same: a client that
    relies on the order is found out.
    """
    parts = _parts(body)
    answers: dict[str, Response] = {}
    for part in _in_order(parts):
        failed = any(answers[name].status >= _FAILED for name in part.depends_on)
        answers[part.id] = (
            _dependency_failed() if failed else _answered(request, version, part, one)
        )
    shuffled = sorted(parts, key=lambda part: crc32(part.id.encode("utf-8", "replace")))
    texts = [
        _text(part.id, response)
        for part in shuffled
        for response in [answers[part.id]] * answers[part.id].copies
    ]
    return Response(200, f'{{"responses":[{",".join(texts)}]}}')


def _answered(request: Request, version: str, part: Part, one: Answer) -> Response:
    """The part as a request of its own: it has the envelope's token and none of its other headers."""
    headers = {**part.headers, "authorization": request.headers["authorization"]}
    headers.setdefault("user-agent", request.headers.get("user-agent", ""))
    body = json.dumps(part.body).encode() if part.has_body else b""
    path = part.url.lstrip("/")
    inner = Request(part.method, f"/{version}/{path}", headers, body, request.root)
    problem = _problem(part, path)
    if problem is not None:
        return _refused(problem)
    return one(inner)


def _problem(part: Part, path: str) -> str | None:
    if "://" in path.partition("?")[0] or not (path[:1].isalpha() or path[:1] == "$"):
        return "The url of a part is a path, relative to the version of the batch."
    if path.partition("?")[0].lower() == "$batch":
        return "A batch cannot hold a batch."
    if part.has_body and "content-type" not in part.headers:
        return "A part with a body needs a Content-Type header."
    return None


def _refused(message: str) -> Response:
    return Response(400, json.dumps({"error": {"code": "BadRequest", "message": message}}))


def _dependency_failed() -> Response:
    error = {"code": "FailedDependency", "message": "A request that this one depends on failed."}
    return Response(424, json.dumps({"error": error}))


def _text(part_id: str, response: Response) -> str:
    headers = dict(response.headers)
    if response.body is not None:
        headers.setdefault("Content-Type", "application/json")
    head = json.dumps({"id": part_id, "status": response.status, "headers": headers})
    return f"{head[:-1]}}}" if response.body is None else f'{head[:-1]},"body":{response.body}}}'


def _parts(body: Json) -> list[Part]:
    """Raises 400 for the whole batch: malformed, too many, ids missing or not unique."""
    requests = body.get("requests") if isinstance(body, dict) else None
    if not isinstance(requests, list) or not 0 < len(requests) <= LARGEST:
        raise bad_request(f"A batch holds 1 to {LARGEST} requests.")
    parts = [_part(item) for item in requests]
    if len({part.id.casefold() for part in parts}) != len(parts):
        raise bad_request("The ids of a batch have to be unique.")
    return parts


def _part(item: Json) -> Part:
    if not isinstance(item, dict):
        raise bad_request("Each request of a batch is an object.")
    headers = item.get("headers") or {}
    depends_on = item.get("dependsOn") or []
    if not isinstance(headers, dict) or not isinstance(depends_on, list):
        raise bad_request("headers is an object and dependsOn an array.")
    return Part(
        id=_required(item, "id"),
        method=_required(item, "method").upper(),
        url=_required(item, "url"),
        headers={name.lower(): str(value) for name, value in headers.items()},
        body=item.get("body"),
        has_body=item.get("body") is not None,
        depends_on=tuple(str(name).casefold() for name in depends_on),
    )


def _required(item: dict[str, Json], name: str) -> str:
    value = item.get(name)
    if not isinstance(value, str) or not value:
        raise bad_request(f"Each request of a batch needs {name}, a string.")
    return value


def _in_order(parts: list[Part]) -> list[Part]:
    """Predecessors first, else as sent. Raises 400 for an unknown predecessor and for a circle."""
    by_id = {part.id.casefold(): part for part in parts}
    for part in parts:
        for name in part.depends_on:
            if name not in by_id:
                raise bad_request(f"dependsOn names {quoted(name)}, which is no request here.")
    done: dict[str, Part] = {}
    waiting = by_id
    while waiting:
        ready = {key: part for key, part in waiting.items() if done.keys() >= set(part.depends_on)}
        if not ready:
            raise bad_request("The requests of this batch depend on each other in a circle.")
        done |= ready
        waiting = {key: part for key, part in waiting.items() if key not in ready}
    return list(done.values())
