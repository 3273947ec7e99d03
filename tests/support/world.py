"""An in-memory tenant for unit tests of judgement and stories: ports, not patches."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from reconciler.kinds import KINDS
from reconciler.kinds.observe import observe
from reconciler.model.desired import Declaration, Declared, Exactly
from reconciler.model.live import Cost, Known, Live, Missing, Observation, Read, Unanswered
from reconciler.model.outcome import Accepted, Answer, Patch
from reconciler.model.words import Json, Place, Ref
from reconciler.reading import by_id

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from reconciler.model.plan import FieldChange

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


def incident(object_id: str = "1", **properties: Json) -> dict[str, Json]:
    return {
        "id": object_id,
        "status": "active",
        "classification": "unknown",
        "determination": "unknown",
        "assignedTo": None,
        "customTags": [],
        "displayName": "Suspicious sign-in",
        "severity": "medium",
        "createdDateTime": "2026-11-01T00:00:00Z",
        "lastUpdateDateTime": "2026-11-20T10:00:00.1234567Z",
        "lastModifiedBy": "kai@contoso.com",
        **properties,
    }


def alert(object_id: str = "da1", **properties: Json) -> dict[str, Json]:
    return {
        "id": object_id,
        "incidentId": "1",
        "status": "new",
        "classification": None,
        "determination": None,
        "assignedTo": None,
        "customDetails": None,
        "title": "Malware",
        "severity": "low",
        "lastUpdateDateTime": "2026-11-20T11:00:00Z",
        **properties,
    }


def legacy(object_id: str = "la1", **properties: Json) -> dict[str, Json]:
    return {
        "id": object_id,
        "status": "newAlert",
        "tags": [],
        "comments": [],
        "title": "Old alert",
        "severity": "low",
        "vendorInformation": {"provider": "MCAS", "vendor": "Microsoft"},
        "lastModifiedDateTime": "2026-11-20T11:00:00Z",
        **properties,
    }


def task(object_id: str = "213213", **properties: Json) -> dict[str, Json]:
    return {
        "id": object_id,
        "incident": {"id": "1"},
        "status": "open",
        "displayName": "Isolate",
        "lastModifiedDateTime": "2026-11-20T11:00:00Z",
        **properties,
    }


def live(kind: str, answer: Mapping[str, Json]) -> Live:
    found = observe(KINDS[kind], answer)
    assert found is not None
    return found


def declare(
    kind: str, object_id: str, /, *, expires: str | None = None, **spec: object
) -> Declared:
    """Plain values stand for Exactly."""
    declarations: dict[str, Declaration] = {
        name: value if isinstance(value, Declaration) else Exactly(value)  # type: ignore[arg-type]
        for name, value in spec.items()
    }
    return Declared(
        Ref(kind, object_id),
        Place(f"desired/{object_id}.yaml", 3, 1),
        declarations,
        expires=expires,
    )


@dataclass
class FakeClock:
    """Time that only moves when somebody waits on it."""

    moment: datetime = NOW
    ticks: float = 0.0
    is_stopped: bool = False

    def now(self) -> datetime:
        return self.moment + timedelta(seconds=self.ticks)

    def monotonic(self) -> float:
        return self.ticks

    def is_set(self) -> bool:
        return self.is_stopped

    def wait(self, timeout: float) -> bool:
        self.ticks += timeout
        return self.is_stopped


@dataclass
class FreePacer:
    """A quota without end that remembers what it was asked for."""

    reserved: list[int] = field(default_factory=list)
    paused: list[float] = field(default_factory=list)

    def reserve(self, units: int) -> None:
        self.reserved.append(units)

    def release(self) -> None:
        pass

    def spend(self, units: int) -> None:
        pass

    def pause(self, seconds: float) -> None:
        self.paused.append(seconds)

    def throttled(self) -> None:
        pass


@dataclass
class Tenant:
    """Objects by ref as Graph would answer them; reads and writes are remembered in order.

    ``answers``: what the next writes of a ref get instead of being applied, in turn; an answer
    marked ``(answer, True)`` is given although the write is applied.
    """

    objects: dict[Ref, dict[str, Json]] = field(default_factory=dict)
    unreadable: dict[Ref, Observation] = field(default_factory=dict)
    answers: dict[Ref, list[tuple[Answer, bool]]] = field(default_factory=dict)
    log: list[tuple[str, tuple[Ref, ...]]] = field(default_factory=list)
    bodies: dict[Ref, list[Mapping[str, Json]]] = field(default_factory=dict)
    forgets: frozenset[str] = frozenset()
    answers_bare: bool = False
    spent: Cost = field(default_factory=Cost)

    def add(self, kind: str, answer: dict[str, Json]) -> Ref:
        ref = Ref(kind, str(answer["id"]))
        self.objects[ref] = answer
        return ref

    @property
    def cost(self) -> Cost:
        return self.spent

    def read(self, reads: Sequence[Read]) -> Mapping[Ref, Observation]:
        refs = tuple(Ref(one.kind, object_id) for one in reads for object_id in one.ids)
        self.log.append(("read", refs))
        self.spent += Cost(len(refs), 1)
        return {ref: self._observe(ref) for ref in refs}

    def check(self, refs: Sequence[Ref]) -> Mapping[Ref, Observation | Unanswered]:
        return self.read(by_id(refs))

    def ready(self) -> None:
        pass

    def write(self, patches: Sequence[Patch]) -> Mapping[Ref, Answer]:
        self.log.append(("write", tuple(patch.ref for patch in patches)))
        self.spent += Cost(len(patches), 1)
        return {patch.ref: self._take(patch) for patch in patches}

    def _observe(self, ref: Ref) -> Observation:
        if ref in self.unreadable:
            return self.unreadable[ref]
        return Known(live(ref.kind, self.objects[ref])) if ref in self.objects else Missing()

    def _take(self, patch: Patch) -> Answer:
        self.bodies.setdefault(patch.ref, []).append(patch.body)
        scripted = self.answers.get(patch.ref)
        if scripted:
            answer, applies = scripted.pop(0)
            if applies:
                self._apply(patch)
            return answer
        self._apply(patch)
        now = live(patch.ref.kind, self.objects[patch.ref])
        return Accepted(None if self.answers_bare else now, f"request-{len(self.log)}")

    def _apply(self, patch: Patch) -> None:
        item = self.objects[patch.ref]
        item.update({k: v for k, v in patch.body.items() if k not in self.forgets})
        item["lastUpdateDateTime"] = "2026-11-21T12:00:00Z"
        for rule in KINDS[patch.ref.kind].spills:
            if rule.field in patch.body and rule.applies(patch.body[rule.field]):
                for ref, other in self.objects.items():
                    if ref.kind == rule.to_kind and other.get("incidentId") == patch.ref.id:
                        other[rule.to_field] = patch.body[rule.field]
                        other["lastUpdateDateTime"] = "2026-11-21T12:00:00Z"


def changed(field_change: FieldChange, **values: Json) -> FieldChange:
    return replace(field_change, **values)  # type: ignore[arg-type]
