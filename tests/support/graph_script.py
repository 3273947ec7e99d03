"""Scripts for a ScriptedServer that speak like Graph: batches answered part by part, pages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

from tests.support.scripted_server import reply

if TYPE_CHECKING:
    from tests.support.scripted_server import Asked, Telling

Json: TypeAlias = dict[str, object]


@dataclass(frozen=True, slots=True)
class Told:
    """The answer to one part."""

    status: int = 200
    body: object = None
    headers: Mapping[str, object] = field(default_factory=dict)


Judge: TypeAlias = Callable[[str, Json], Told]
"""From a part's URL and the whole part to its answer."""


def parts(asked: Asked) -> list[Json]:
    requests = asked.json["requests"]
    assert isinstance(requests, list)
    return requests


def urls(asked: Asked) -> list[str]:
    return [str(part["url"]) for part in parts(asked)]


def object_id(url: str) -> str:
    return url.rpartition("/")[2]


def responses(asked: Asked, judge: Judge) -> list[Json]:
    """One response for each part, in the order asked."""
    told = [(part["id"], judge(str(part["url"]), part)) for part in parts(asked)]
    return [
        {"id": part_id, "status": it.status, "headers": dict(it.headers), "body": it.body}
        for part_id, it in told
    ]


def batch(asked: Asked, judge: Judge) -> Telling:
    """Answered in the reverse order: Graph promises none."""
    return enveloped(responses(asked, judge)[::-1])


def enveloped(answers: Sequence[Json]) -> Telling:
    return reply(200, {"responses": answers}, {"request-id": "envelope"})


def incident(url: str, _part: Json | None = None) -> Told:
    """Every incident is there, active and nobody's."""
    return Told(200, {"id": object_id(url), "status": "active", "assignedTo": None})


def error(code: str = "", message: str = "", /, **inner: object) -> Json:
    return {"error": {"code": code, "message": message, "innerError": inner}}


class Sometimes:
    """A judge that says ``first`` to the first few requests for each URL, then ``then``."""

    def __init__(self, first: Told, times: int = 1, then: Judge = incident) -> None:
        self._first = first
        self._times = times
        self._then = then
        self._seen: Counter[str] = Counter()

    def __call__(self, url: str, part: Json) -> Told:
        self._seen[url] += 1
        return self._first if self._seen[url] <= self._times else self._then(url, part)
