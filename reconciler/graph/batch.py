"""JSON batches (concept/json-batching; API notes 5.3): parts in, an answer for each part out."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from uuid import uuid4

from reconciler.graph.said import Said
from reconciler.kinds import KINDS

if TYPE_CHECKING:
    from reconciler.kinds.kind import Kind
    from reconciler.model.words import Json, JsonObject, Ref

LARGEST: Final = 20
"""Graph refuses a batch of more parts."""
PREFER: Final = "include-unknown-enum-members"
"""Without it, newer members come back as unknownFutureValue (API notes 1.3)."""
_JSON: Final = "application/json"
_DEPENDENCY_FAILED: Final = 424


@dataclass(frozen=True, slots=True)
class Part:
    """One request of a batch, to one object; ``body`` is None for a GET."""

    ref: Ref
    body: JsonObject | None = None

    @property
    def kind(self) -> Kind:
        return KINDS[self.ref.kind]

    def __str__(self) -> str:
        return f"{self._method} {self.kind.versioned_path(self.ref.id)}"

    @property
    def _method(self) -> str:
        return "GET" if self.body is None else "PATCH"

    def request(self, part_id: str) -> JsonObject:
        """As the envelope carries it. Raises ValueError for an id that may not be in a path."""
        if not self.kind.accepts(self.ref.id):
            raise ValueError(f"{self.ref.kind} has no such ids")
        asked: dict[str, Json] = {
            "id": part_id,
            "method": self._method,
            "url": self.kind.path(self.ref.id),
        }
        if self.body is None:
            return {**asked, "headers": headers()}
        mine = {**headers(*self.kind.patch_prefer), "Content-Type": _JSON}
        return {**asked, "headers": mine, "body": self.body}


def headers(*prefer: str) -> dict[str, str]:
    """What every request and every part says; nothing is inherited from the envelope."""
    return {"Prefer": ", ".join((PREFER, *prefer)), "client-request-id": str(uuid4())}


def envelope_headers() -> dict[str, str]:
    return {**headers(), "Accept": _JSON, "Content-Type": _JSON}


def page_headers() -> dict[str, str]:
    return {**headers(), "Accept": _JSON}


def envelope(parts: Mapping[str, Part]) -> bytes:
    """The body of the batch: parts by part id."""
    requests = [part.request(part_id) for part_id, part in parts.items()]
    return json.dumps(
        {"requests": requests}, separators=(",", ":"), allow_nan=False, default=_plain
    ).encode()


def answers(said: Said) -> Mapping[str, Said]:
    """The answers by part id; none if this is no answer to a batch.

    Parts come in any order. An id that came twice is left out: nobody can tell which one is meant.
    A part without a request-id of its own carries the envelope's. 424 is what older pages say of
    an envelope with throttled parts.
    """
    if not said.is_ok and said.status != _DEPENDENCY_FAILED:
        return {}
    responses = said.object.get("responses")
    if not isinstance(responses, Sequence) or isinstance(responses, str):
        return {}
    common = {"request-id": said.request_id} if said.request_id else {}
    read = [found for item in responses if (found := _answer(item, common)) is not None]
    times = Counter(part_id for part_id, _ in read)
    return {part_id: part for part_id, part in read if times[part_id] == 1}


def _answer(item: Json, common: Mapping[str, str]) -> tuple[str, Said] | None:
    if not isinstance(item, Mapping):
        return None
    part_id, status, told = item.get("id"), item.get("status"), item.get("headers")
    if not isinstance(part_id, str) or not isinstance(status, int) or isinstance(status, bool):
        return None
    own = told if isinstance(told, Mapping) else {}
    lower = {name.lower(): str(value) for name, value in own.items() if _is_plain(value)}
    return part_id, Said(status, {**common, **lower}, item.get("body"))


def _is_plain(value: Json) -> bool:
    return isinstance(value, str | int | float)


def _plain(value: object) -> object:
    """For json: a mapping that is no dict, as frozen values hold."""
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"{type(value).__name__} is no JSON")
