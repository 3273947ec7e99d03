"""JSON → the nouns that plan files and journals share, strictly. Raises Odd."""

from __future__ import annotations

import re
from sys import intern
from typing import TYPE_CHECKING, Final, get_args

from reconciler.clouds import CLOUDS
from reconciler.codec import strict
from reconciler.codec.strict import Odd
from reconciler.kinds import KINDS
from reconciler.kinds.shapes import ticks
from reconciler.model.plan import Cause, FieldChange, Judged, Kept, PlanTenant
from reconciler.model.words import Place, Ref

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reconciler.model.words import JsonObject

_FORMAT = re.compile(r"([0-9]{1,4})\.[0-9]{1,4}")
_CAUSES: Final[Mapping[str, Cause]] = {name: name for name in get_args(Cause)}
_JUDGED: Final[Mapping[str, Judged]] = {name: name for name in get_args(Judged)}
_CLOUDS: Final = {name: name for name in CLOUDS}


def format_version(at: JsonObject, key: str, *, known: str) -> str:
    """A reader refuses an unknown major; minor versions add."""
    version = strict.text(at, key)
    found = _FORMAT.fullmatch(version)
    if found is None:
        raise Odd(f"'{key}' is no version")
    major = int(known.partition(".")[0])
    if int(found[1]) != major:
        age = "a newer" if int(found[1]) > major else "an older"
        raise Odd(f"it was written by {age} reconciler (format {version}; known is {known})")
    return version


def moment(at: JsonObject, key: str) -> str:
    value = strict.text(at, key)
    if ticks(value) is None or not value.endswith("Z"):
        raise Odd(f"'{key}' is no UTC time")
    return value


def ref(kind: str, object_id: str) -> Ref:
    """An id is part of a path: also one that comes out of a file is allow-listed."""
    if kind not in KINDS:
        raise Odd(f"it names a kind that this reconciler does not know: {kind!a}")
    if not KINDS[kind].accepts(object_id):
        raise Odd(f"it names an id that no {kind} has: {object_id!a}")
    return Ref(KINDS[kind].name, object_id)  # one text for all, not one out of each row


def source(row: JsonObject) -> Place:
    line = strict.count(row, "line")
    if line < 1:
        raise Odd("'line' is 0; lines count from 1")
    return Place(strict.text(row, "path"), line)


def field_change(row: JsonObject) -> FieldChange:
    return FieldChange(
        name=intern(strict.text(row, "name")),
        before=strict.anything(row, "before"),
        after=strict.anything(row, "after"),
        cause=strict.word(row, "cause", _CAUSES),
    )


def kept(row: JsonObject) -> Kept:
    return Kept(
        name=strict.text(row, "name"),
        base=strict.anything(row, "base"),
        declared=strict.anything(row, "declared"),
        live=strict.anything(row, "live"),
        cause=strict.word(row, "cause", _JUDGED),
    )


def tenant(row: JsonObject) -> PlanTenant:
    return PlanTenant(
        name=strict.text(row, "name"),
        tenant_id=strict.optional_text(row, "tenantId"),
        cloud=strict.word(row, "cloud", _CLOUDS),
        graph_url=strict.text(row, "graphUrl"),
    )
