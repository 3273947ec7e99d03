"""The objects that a new tenant starts with: Microsoft's published ones, made-up ones, or a user's.

A seed names objects by collection (``incidents``, ``alerts_v2``, ``alerts``, ``incidentTasks``); only
the id is mandatory. What an object leaves out gets the value of the table of wires.
"""

from __future__ import annotations

import json
from importlib import resources
from typing import TYPE_CHECKING, Final

from reconciler.emulator.wires import WIRES
from reconciler.errors import Failure, InvalidInput
from reconciler.kinds.shapes import ticks
from reconciler.model.words import Finding, Place

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from reconciler.emulator.messages import Object
    from reconciler.emulator.wire import Wire
    from reconciler.model.words import Json, JsonObject

BASE_TIME: Final = "2026-11-20T08:00:00Z"
"""When the made-up part of the tenant ends, and when an object without a time was made."""

_REMEDY: Final = 'a seed is JSON: {"incidents": [{"id": "1"}], "alerts_v2": [], "alerts": [], "incidentTasks": []}'


def built_in() -> dict[str, list[Object]]:
    """Always the same objects."""
    from reconciler.emulator.invented import invented

    text = resources.files("reconciler.emulator").joinpath("published.json").read_text("utf-8")
    published: Object = json.loads(text)
    made_up = invented()
    return {
        name: [complete(wire, item) for item in (*_objects(published, name), *made_up[name])]
        for name, wire in WIRES.items()
    }


def load(path: Path) -> dict[str, list[Object]]:
    """Raises Failure if the file cannot be read, InvalidInput with all its faults."""
    try:
        text = path.read_text("utf-8")
    except OSError as problem:
        raise Failure(f"the seed {path} cannot be read: {problem.strerror}") from problem
    except UnicodeDecodeError as problem:
        raise _invalid(path, ["it is not UTF-8"]) from problem
    try:
        seed: Json = json.loads(text)
    except (ValueError, RecursionError) as problem:
        raise _invalid(path, [f"it is not JSON: {problem}"]) from problem
    faults = list(_faults(seed))
    if faults or not isinstance(seed, dict):
        raise _invalid(path, faults)
    return {
        name: [complete(wire, item) for item in _objects(seed, name)]
        for name, wire in WIRES.items()
    }


def complete(wire: Wire, item: JsonObject) -> Object:
    """All properties of the type, enumeration members in their wire spelling."""
    reads = wire.kind.reads
    blank = {**wire.blank, **wire.beta_blank}
    blank[reads.created] = BASE_TIME
    found: Object = {**blank, **item}
    if found.get(reads.revision) is None:
        found[reads.revision] = found[reads.created]
    for name, column in wire.columns.items():
        value = found.get(name)
        if column.type == "enum" and isinstance(value, str):
            found[name] = column.members.get(value.casefold(), value)
    return found


def _invalid(path: Path, faults: list[str]) -> InvalidInput:
    findings = tuple(
        Finding(Place(str(path)), f"the seed is not usable: {text}") for text in faults
    )
    return InvalidInput(findings, remedy=_REMEDY)


def _objects(seed: JsonObject, name: str) -> list[Object]:
    value = seed.get(name)
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _faults(seed: Json) -> Iterator[str]:
    if not isinstance(seed, dict):
        yield "it is not an object of collections"
        return
    for name, value in seed.items():
        if name in WIRES:
            yield from _collection_faults(WIRES[name], value)
        elif not name.startswith("_"):
            yield f"{name!r} is no collection; these are: {', '.join(WIRES)}"


def _collection_faults(wire: Wire, value: Json) -> Iterator[str]:
    if not isinstance(value, list):
        yield f"{wire.segment} is not an array"
        return
    seen: set[str] = set()
    for index, item in enumerate(value):
        place = f"{wire.segment}[{index}]"
        object_id = item.get("id") if isinstance(item, dict) else None
        if not isinstance(item, dict) or not isinstance(object_id, str):
            yield f"{place} is not an object with an id in quotes"
            continue
        if not wire.kind.accepts(object_id):
            yield f"{place}: {object_id!r} is no id; expected one like {wire.kind.id_example!r}"
        if object_id in seen:
            yield f"{place}: the id {object_id!r} stands here twice"
        seen.add(object_id)
        yield from (f"{place}.{fault}" for fault in _property_faults(wire, item))


def _property_faults(wire: Wire, item: JsonObject) -> Iterator[str]:
    known = {**wire.blank, **wire.beta_blank, "@odata.type": None}
    for name, value in item.items():
        column = wire.columns.get(name)
        if name not in known:
            yield f"{name}: no such property"
        elif isinstance(known[name], list) and not isinstance(value, list):
            yield f"{name}: not an array"
        elif column is None or value is None:
            continue
        elif not isinstance(value, str):
            yield f"{name}: not a string"
        elif column.type == "enum" and value.casefold() not in column.members:
            yield f"{name}: {value!r} is none of {', '.join(column.members.values())}"
        elif column.type == "time" and ticks(value) is None:
            yield f"{name}: {value!r} is no time like {BASE_TIME!r}"
