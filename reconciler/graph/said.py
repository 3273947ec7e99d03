"""One answer of Graph, of a whole request or of a part of a batch: status, headers, JSON."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import isfinite
from typing import TYPE_CHECKING, Final

from reconciler.graph.challenge import claims
from reconciler.model.words import Foreign
from reconciler.net.client import request_id

if TYPE_CHECKING:
    from reconciler.model.words import Json, JsonObject
    from reconciler.net.wire import Reply

_CODE: Final = re.compile(r"[0-9A-Za-z_.-]{1,64}")
_INNER: Final = ("innerError", "innererror")  # both spellings are sent (API notes 6.1)


@dataclass(frozen=True, slots=True)
class Said:
    """``body`` is None if there was none or it was no JSON. Header names are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: Json

    @property
    def is_ok(self) -> bool:
        return self.status in range(200, 300)

    @property
    def is_refusal(self) -> bool:
        return self.status in range(400, 500)

    @property
    def object(self) -> JsonObject:
        """The body, if it is a JSON object; else an empty one."""
        return self.body if isinstance(self.body, Mapping) else {}

    @property
    def request_id(self) -> str | None:
        """From the header, else from the error object; None if it is not fit to print."""
        inner = (_text(level, "request-id") for level in _levels(self.object))
        return request_id(self.headers) or next(
            (found for text in inner if (found := request_id({"request-id": text}))), None
        )

    @property
    def claims(self) -> str:
        """What a new token has to say, if that is why this one was refused; else empty."""
        return claims(self.headers)

    @property
    def code(self) -> Foreign:
        """The deepest code of the error object; empty if it has none (Graph sends that, too)."""
        codes = [code for level in _levels(self.object) if (code := _text(level, "code"))]
        return Foreign(codes[-1] if codes else "")

    @property
    def message(self) -> Foreign:
        return Foreign(next((_text(level, "message") for level in _levels(self.object)), ""))

    def describe(self, request: str) -> str:
        """In our words, fit to print: the code only if it looks like one."""
        facts = [
            f"code {self.code.raw}" if _CODE.fullmatch(self.code.raw) else "",
            f"request-id {self.request_id}" if self.request_id else "",
        ]
        more = ", ".join(fact for fact in facts if fact)
        return f"Graph answered {self.status} to {request}{f' ({more})' if more else ''}"


def of_reply(reply: Reply) -> Said:
    return Said(reply.status, reply.headers, parsed(reply.body))


def parsed(body: bytes) -> Json:
    """The JSON in a body; None if it is none. Gateways answer 5xx with HTML.

    What JSON cannot mean stands as UNUSABLE in its place, so that the rest of an answer counts.
    """
    try:
        try:
            return _loads(body)
        except RecursionError:
            return _loads(_cut(body))
    except (ValueError, RecursionError, MemoryError):
        return None


class _Unusable:
    """No JSON value at all: whoever looks for one finds that it has none of the types."""


UNUSABLE: Final = _Unusable()
_LONGEST_DIGITS: Final = 19
_DEEPEST: Final = 100
_LARGEST_TO_CUT: Final = 16 * 1024 * 1024
_BRACKET: Final = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"|[\[{]|[\]}]', re.DOTALL)


def _loads(body: bytes) -> Json:
    value: Json = json.loads(
        body,
        object_pairs_hook=_object,
        parse_constant=lambda _word: UNUSABLE,  # NaN and Infinity, which are no JSON
        parse_float=_finite,
        parse_int=_whole,
    )
    return value


def _object(pairs: list[tuple[str, object]]) -> object:
    """Of two values under one name nobody can tell which one is meant."""
    found = dict(pairs)
    return found if len(found) == len(pairs) else UNUSABLE


def _finite(text: str) -> object:
    """1e999 is no number that could be written down again."""
    value = float(text)
    return value if isfinite(value) else UNUSABLE


def _whole(text: str) -> object:
    """Nothing that Graph counts has more digits, and Python refuses to read some thousands."""
    return int(text) if len(text) <= _LONGEST_DIGITS else UNUSABLE


def _cut(body: bytes) -> bytes:
    """The same, with NaN for what is nested deeper than anything that Graph tells."""
    if len(body) > _LARGEST_TO_CUT:
        raise RecursionError
    kept = bytearray()
    depth = start = 0
    for found in _BRACKET.finditer(body):
        if found[0] in b"[{":
            depth += 1
            if depth == _DEEPEST:
                kept += body[start : found.start()] + b"NaN"
        elif found[0] in b"]}":
            if depth == _DEEPEST:
                start = found.end()
            depth -= 1
    return bytes(kept + body[start:])


def _levels(body: JsonObject) -> Iterator[JsonObject]:
    """The error object, then what is nested in it, outermost first."""
    level = body.get("error")
    while isinstance(level, Mapping):
        yield level
        level = next((level[name] for name in _INNER if name in level), None)


def _text(level: JsonObject, name: str) -> str:
    value = level.get(name)
    return value if isinstance(value, str) else ""
