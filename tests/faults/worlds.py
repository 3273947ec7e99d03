"""Small random tenants and what somebody declares of them: drawn, so that a seed repeats them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from reconciler.emulator.seed import complete
from reconciler.emulator.wires import BY_KIND
from reconciler.kinds import KINDS
from reconciler.kinds.shapes import (
    DetailsShape,
    EnumShape,
    PhrasesShape,
    PrincipalShape,
    TagsShape,
    TimeShape,
)
from reconciler.model.desired import Declared, Elements, Entries, Exactly
from reconciler.model.plan import GitState, Selection
from reconciler.model.words import Place, Ref
from reconciler.settings import Config, Tenant
from reconciler.stories import plan as planning
from tests.support import world

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path
    from random import Random

    from reconciler.kinds.kind import Field, Kind
    from reconciler.kinds.shapes import Shape
    from reconciler.model.desired import Declaration
    from reconciler.model.plan import Plan
    from reconciler.model.words import Json, JsonObject
    from reconciler.ports import Clock, GraphReader

PEOPLE: Final = ("kai@contoso.com", "lee@contoso.com", "Ana.Silva@contoso.com")
TAGS: Final = ("pentest", "needs-triage", "red team", "wave-2")
TENANT: Final = Tenant("demo", "emulator", "desired/demo", kinds=frozenset(KINDS))

Objects = dict[Ref, dict[str, "Json"]]


@dataclass(frozen=True)
class World:
    objects: Objects
    """As the emulator stores them."""
    declared: tuple[Declared, ...]

    def write_seed(self, path: Path) -> None:
        collections: dict[str, list[object]] = {}
        for ref, item in self.objects.items():
            collections.setdefault(BY_KIND[ref.kind].segment, []).append(item)
        path.write_text(json.dumps(collections))

    def plan(self, clock: Clock) -> Plan:
        """From memory: no request is sent."""
        tenant = world.Tenant()
        for ref, item in self.objects.items():
            tenant.add(ref.kind, dict(item))
        return planned(self.declared, tenant, clock)


def planned(declared: Sequence[Declared], reader: GraphReader, clock: Clock) -> Plan:
    """By the real planner."""
    return planning.run(
        declared,
        config=Config("reconciler.yaml", "/", {"demo": TENANT}),
        tenant=TENANT,
        selection=Selection(),
        git=GitState(),
        open_reader=lambda: reader,
        clock=clock,
    )


def draw(random: Random, *, incidents: int = 3, prefix: str = "") -> World:
    """``prefix``: digits before every id, so that many worlds fit into one tenant."""
    objects: Objects = {}
    for number in range(1, incidents + 1):
        incident = f"{prefix}{number}"
        _add(objects, random, "Incident", incident)
        for child in range(random.randint(0, 2)):
            _add(objects, random, "Alert", f"da{incident}-{child}", incidentId=incident)
        if random.random() < 0.4:
            _add(objects, random, "IncidentTask", f"{incident}77", incident={"id": incident})
    if random.random() < 0.5:
        vendor: dict[str, Json] = {"provider": "MCAS", "vendor": "Microsoft"}
        _add(objects, random, "LegacyAlert", f"la{prefix}1", vendorInformation=vendor)
    return declared_on(objects, random)


def declared_on(objects: Objects, random: Random) -> World:
    """What somebody, or somebody else, wants of these objects."""
    return World(objects, tuple(sorted(_declared(objects, random), key=lambda one: one.ref)))


def edit(world: World, random: Random) -> tuple[str, JsonObject]:
    """Path and body of a PATCH as a person might send it."""
    ref = random.choice(sorted(world.objects))
    kind = KINDS[ref.kind]
    spec = _spec(kind, random, share=0.2) or _spec(kind, random, share=1)
    body = {name: _plain(one) for name, one in spec.items()}
    carried = {name: world.objects[ref][name] for name in kind.attachments}
    return kind.versioned_path(ref.id), {**body, **carried}


def _add(objects: Objects, random: Random, kind: str, object_id: str, **more: Json) -> None:
    drawn = {name: _plain(one) for name, one in _spec(KINDS[kind], random, share=0.5).items()}
    objects[Ref(kind, object_id)] = complete(BY_KIND[kind], {"id": object_id, **drawn, **more})


def _declared(objects: Objects, random: Random) -> Iterator[Declared]:
    for ref in objects:
        spec = _spec(KINDS[ref.kind], random, share=0.4)
        if spec and random.random() < 0.9:
            yield Declared(ref, Place(f"desired/demo/{ref.id}.yaml", 2), spec)


def _plain(declaration: Declaration) -> Json:
    match declaration:
        case Exactly(value):
            return value
        case Elements(present):
            return list(present)
        case Entries(values):
            return dict(values)


def _spec(kind: Kind, random: Random, *, share: float) -> Mapping[str, Declaration]:
    """Valid by the contract: verdicts are pairs of the table, a task's only field is always there."""
    spec: dict[str, Declaration] = {}
    for field in kind.fields:
        if random.random() < share or len(kind.fields) == 1:
            spec[field.name] = _declaration(field, random)
    pairs = kind.pairs
    if pairs is not None and spec.keys() & {pairs.classification, pairs.determination}:
        verdict = random.choice(sorted(pairs.allowed))
        spec[pairs.classification] = Exactly(verdict)
        spec[pairs.determination] = Exactly(random.choice(pairs.allowed[verdict]))
    return {field.name: spec[field.name] for field in kind.fields if field.name in spec}


def _declaration(field: Field, random: Random) -> Declaration:
    if field.nullable and random.random() < 0.15:
        return Exactly(None)
    if isinstance(field.shape, TagsShape) and random.random() < 0.5:
        present, absent = random.sample(TAGS, 2)
        return Elements((present,), (absent,))
    if isinstance(field.shape, DetailsShape):
        return Entries({random.choice(("Owner", "Ring")): random.choice(TAGS)})
    return Exactly(_value(field.shape, random))


def _value(shape: Shape, random: Random) -> Json:
    match shape:
        case EnumShape():
            return random.choice(shape.names)
        case PrincipalShape():
            return random.choice(PEOPLE)
        case TagsShape():
            return random.sample(TAGS, random.randint(0, 3))
        case PhrasesShape(allowed):
            return random.sample(allowed, random.randint(1, len(allowed)))
        case TimeShape():
            return f"2026-11-{random.randint(10, 20)}T10:00:00Z"
        case _:
            return f"Words about it, {random.randint(1, 9)}"
