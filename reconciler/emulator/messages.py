"""One request and its answer, apart from sockets: a part of a batch is the same thing as a call."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias
from uuid import uuid4

from reconciler.emulator.history import SILENT, Note

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from reconciler.emulator.faults import Fault
    from reconciler.model.words import Json

Object: TypeAlias = "dict[str, Json]"


@dataclass(frozen=True, slots=True)
class Request:
    """``target`` is path and query, version included; header names are in lower case."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes
    root: str
    """Scheme and host as the client used them: absolute URLs in answers start with it."""
    note: Note = SILENT
    """What the history keeps of it."""

    @property
    def path(self) -> str:
        return self.target.partition("?")[0]

    def prefers(self, preference: str) -> bool:
        wanted = self.headers.get("prefer", "").split(",")
        return preference in (item.strip().lower() for item in wanted)


@dataclass(frozen=True, slots=True)
class Response:
    status: int
    body: str | None = None
    """JSON text; None: no body at all."""
    headers: dict[str, str] = field(default_factory=dict)
    fault: Fault | None = None
    """What befalls it on the connection."""
    copies: int = 1
    """How often a batch holds it."""
    offset: int | None = None
    """Of a page: how many objects of the list come before it."""


class Refusal(Exception):
    """What Graph answers when it says no; becomes the error object of concept/errors."""

    def __init__(
        self, status: int, code: str, message: str, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.headers = dict(headers or {})


def bad_request(message: str) -> Refusal:
    return Refusal(400, "BadRequest", message)


@dataclass(frozen=True, slots=True)
class Trace:
    """The ids that an answer carries, so that a report can name the request."""

    request_id: str
    client_request_id: str
    date: str
    """ISO 8601 without a zone, as in the published error objects."""

    @classmethod
    def of(cls, headers: Mapping[str, str], now: datetime) -> Trace:
        """A client's id is echoed only if it looks like one: it goes into a header."""
        request_id = str(uuid4())
        sent = headers.get("client-request-id", "")
        echoed = sent if _CLIENT_ID.fullmatch(sent) else request_id
        return cls(request_id, echoed, now.strftime("%Y-%m-%dT%H:%M:%S"))

    @property
    def headers(self) -> dict[str, str]:
        return {"request-id": self.request_id, "client-request-id": self.client_request_id}

    def refused(self, refusal: Refusal) -> Response:
        inner = {
            "date": self.date,
            "request-id": self.request_id,
            "client-request-id": self.client_request_id,
        }
        if refusal.status == 429:  # noqa: PLR2004 - the published sample repeats the status inside
            inner |= {"code": "429", "message": "Please retry after", "status": "429"}
        error = {"code": refusal.code, "message": refusal.message, "innerError": inner}
        return Response(refusal.status, json.dumps({"error": error}), refusal.headers)


_CLIENT_ID = re.compile(r"[0-9A-Za-z._:{}-]{1,128}")


def parse_json(data: bytes) -> Json:
    """Strict JSON in UTF-8: no NaN, no endless nesting, no endless digits."""
    try:
        parsed: Json = json.loads(data.decode(), parse_constant=_no_constant)
    except (ValueError, RecursionError) as problem:
        raise bad_request("Unable to read JSON request payload.") from problem
    return parsed


def _no_constant(name: str) -> Json:
    raise ValueError(name)


def quoted(text: str) -> str:
    """What a message repeats of a request: cut and printable, since people read messages."""
    return ascii(text if len(text) <= _LONGEST_QUOTE else f"{text[:_LONGEST_QUOTE]}…")


_LONGEST_QUOTE = 100
