"""Graph in memory for the probe: answers as they come, with the habits that a test wants."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from reconciler.kinds import KINDS
from reconciler.kinds.shapes import EnumShape, key
from reconciler.model.diagnosis import Raw
from reconciler.model.live import Cost
from reconciler.model.words import Json, JsonObject, Ref

if TYPE_CHECKING:
    from tests.support.world import FakeClock

Judge = Callable[["FakeRaws", Ref, JsonObject], Raw | None]
"""What a PATCH is told in place of being taken; None: it is taken."""


def refusing(status: int, *, when: Callable[[JsonObject], bool] = lambda _body: True) -> Judge:
    def judge(_raws: FakeRaws, _ref: Ref, body: JsonObject) -> Raw | None:
        return (
            Raw(status, code="BadRequest", told=f"Graph answered {status}") if when(body) else None
        )

    return judge


@dataclass
class FakeRaws:
    """``calls`` counts requests of any sort; ``before_call`` may raise, or move objects."""

    objects: dict[Ref, dict[str, Json]]
    judge: Judge = lambda _raws, _ref, _body: None
    before_call: Callable[[int, str], None] = lambda _number, _what: None
    after_write: Callable[[FakeRaws, Ref, JsonObject], None] = lambda _raws, _ref, _body: None
    answer: Callable[[dict[str, Json]], dict[str, Json]] = dict
    bare: bool = False
    """A PATCH is answered without a body."""
    spills: bool = True
    merges_tags: bool = False
    page_status: int = 200
    listed: bool = True
    lag: int = 0
    """So many reads after a write still show what was before."""
    calls: int = 0
    writes: list[tuple[Ref, JsonObject]] = field(default_factory=list)
    _stale: dict[Ref, tuple[int, dict[str, Json]]] = field(default_factory=dict)

    @property
    def cost(self) -> Cost:
        return Cost(self.calls, self.calls)

    def read(self, ref: Ref) -> Raw:
        self._call("read")
        left, old = self._stale.get(ref, (0, {}))
        if left:
            self._stale[ref] = (left - 1, old)
            return Raw(200, old, told="Graph answered 200")
        if ref not in self.objects:
            return Raw(404, code="NotFound", told=f"Graph answered 404 to GET {ref}")
        return Raw(200, self.answer(self.objects[ref]), told="Graph answered 200")

    def write(self, ref: Ref, body: JsonObject) -> Raw:
        self._call("write")
        self.writes.append((ref, body))
        refusal = self.judge(self, ref, body)
        if refusal is not None:
            return refusal
        if self.lag:
            self._stale[ref] = (self.lag, self.answer(self.objects[ref]))
        self.apply(ref, body)
        self.after_write(self, ref, body)
        answer = {} if self.bare else self.answer(self.objects[ref])
        return Raw(204 if self.bare else 200, answer, told="Graph answered", request_id="r-1")

    def page(self, kind_name: str, query: str) -> Raw:
        self._call(f"page {query}")
        if self.page_status != 200:
            return Raw(self.page_status, code="BadRequest", told="Graph answered no")
        items = [
            self.answer(item)
            for ref, item in self.objects.items()
            if ref.kind == kind_name and self.listed
        ]
        return Raw(200, {"value": items, "@odata.count": len(items)}, told="Graph answered 200")

    def related(self, ref: Ref, name: str, kind_name: str) -> Raw:
        self._call(f"related {name}")
        items = [
            dict(item)
            for other, item in self.objects.items()
            if other.kind == kind_name and item.get("incidentId") == ref.id
        ]
        return Raw(200, {"value": items}, told="Graph answered 200")

    def apply(self, ref: Ref, body: JsonObject) -> None:
        item = self.objects[ref]
        kind = KINDS[ref.kind]
        taken = {name: _member(kind.by_name[name].shape, value) for name, value in body.items()}
        if self.merges_tags and isinstance(taken.get("customTags"), list):
            had = item["customTags"]
            assert isinstance(had, list)
            taken["customTags"] = list(dict.fromkeys([*had, *taken["customTags"]]))  # type: ignore[misc]
        if "classification" in taken and "determination" not in taken:
            taken["determination"] = "unknown"
        item.update(taken)
        item["lastUpdateDateTime"] = f"2026-11-21T12:00:00.{self.calls:07d}Z"
        item["lastModifiedBy"] = "API-App:reconciler"
        if self.spills:
            self._spill(ref, body)

    def _spill(self, ref: Ref, body: JsonObject) -> None:
        for rule in KINDS[ref.kind].spills:
            if rule.field in body and rule.applies(body[rule.field]):
                for other, item in self.objects.items():
                    if other.kind == rule.to_kind and item.get("incidentId") == ref.id:
                        item[rule.to_field] = body[rule.field]

    def _call(self, what: str) -> None:
        self.calls += 1
        self.before_call(self.calls, what)


def _member(shape: object, value: Json) -> Json:
    """As Graph would store it: the wire spelling."""
    if isinstance(shape, EnumShape) and isinstance(value, str):
        return shape.spellings.get(value.casefold(), value)
    return list(value) if isinstance(value, Sequence) and not isinstance(value, str) else value


def snapshot(objects: Mapping[Ref, Mapping[str, Json]]) -> dict[Ref, dict[str, Json]]:
    """What each object holds of what can be written."""
    return {
        ref: {name: item.get(name) for name in KINDS[ref.kind].by_name}
        for ref, item in objects.items()
    }


def meaning(objects: Mapping[Ref, Mapping[str, Json]]) -> dict[Ref, dict[str, object]]:
    """Likewise, where null, unknown and left out are one, and tags a set."""
    return {
        ref: {
            name: key(field.shape, item.get(name))
            for name, field in KINDS[ref.kind].by_name.items()
        }
        for ref, item in objects.items()
    }


@dataclass
class Stopping:
    """Implements ports.Stop over a test's clock; ``is_stopped`` is pulled by the test."""

    clock: FakeClock
    is_stopped: bool = False

    def is_set(self) -> bool:
        return self.is_stopped

    def wait(self, timeout: float) -> bool:
        self.clock.ticks += timeout
        return self.is_stopped
