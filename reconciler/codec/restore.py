"""JSON of a plan file → model, strictly. What belongs together is checked in invariants."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, get_args

from reconciler.clouds import CLOUDS
from reconciler.codec import strict
from reconciler.codec.strict import Odd
from reconciler.kinds import KINDS
from reconciler.kinds.enums import SEVERITY
from reconciler.kinds.shapes import ticks
from reconciler.model import (
    Action,
    Cause,
    Change,
    Estimate,
    FieldChange,
    GitState,
    Place,
    Plan,
    PlanTenant,
    Reason,
    Ref,
    Request,
    Risk,
    Selection,
    Spill,
    Summary,
    Survivor,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reconciler.model import Foreign, Json, JsonObject

FORMAT: Final = "1.0"
"""The format that this tool writes. A reader refuses an unknown major; minor versions add."""

_FORMAT = re.compile(r"([0-9]{1,4})\.[0-9]{1,4}")
_COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")

_ACTIONS: Final[Mapping[str, Action]] = {name: name for name in get_args(Action)}
_REASONS: Final[Mapping[str, Reason]] = {name: name for name in get_args(Reason)}
_CAUSES: Final[Mapping[str, Cause]] = {name: name for name in get_args(Cause)}
_RISKS: Final[Mapping[str, Risk]] = {name: name for name in get_args(Risk)}
_CLOUDS: Final = {name: name for name in CLOUDS}
_SEVERITIES: Final = {name: name for name in SEVERITY.names}


@dataclass(frozen=True, slots=True)
class Stored:
    """A plan as it was read, and the digest that its file claims."""

    plan: Plan
    digest: str


def restore(document: JsonObject) -> Stored:
    """Raises Odd."""
    version = _format_version(document)
    _check_empty(document)
    plan = Plan(
        format_version=version,
        tool_version=strict.text(document, "toolVersion"),
        created_at=_moment(document, "createdAt"),
        git=_git(strict.mapping(document, "git")),
        tenant=_tenant(strict.mapping(document, "tenant")),
        selection=_selection(strict.mapping(document, "selection")),
        summary=_summary(strict.mapping(document, "summary")),
        changes=tuple(_change(row) for row in strict.objects(document, "changes")),
        notices=strict.texts(document, "notices"),
    )
    return Stored(plan, strict.text(document, "digest"))


def _format_version(document: JsonObject) -> str:
    version = strict.text(document, "formatVersion")
    found = _FORMAT.fullmatch(version)
    if found is None:
        raise Odd("'formatVersion' is no version")
    if found[1] != FORMAT.partition(".")[0]:
        raise Odd(f"it was written by a newer reconciler (format {version}; known is {FORMAT})")
    return version


def _check_empty(document: JsonObject) -> None:
    """What guards will write one day decides whether a plan may be applied: never skipped over."""
    if strict.mapping(document, "overrides") or strict.sequence(document, "objections"):
        raise Odd("it was written by a newer reconciler: guards object to it, or were overridden")


def _moment(at: JsonObject, key: str) -> str:
    value = strict.text(at, key)
    if ticks(value) is None or not value.endswith("Z"):
        raise Odd(f"'{key}' is no UTC time")
    return value


def _git(row: JsonObject) -> GitState:
    commit = strict.optional_text(row, "commit")
    if commit is not None and _COMMIT.fullmatch(commit) is None:
        raise Odd("'commit' is no object name of git")
    base = strict.optional_text(row, "base")
    return GitState(commit, dirty=strict.truth(row, "dirty"), base=base)


def _tenant(row: JsonObject) -> PlanTenant:
    return PlanTenant(
        name=strict.text(row, "name"),
        tenant_id=strict.optional_text(row, "tenantId"),
        cloud=strict.word(row, "cloud", _CLOUDS),
        graph_url=strict.text(row, "graphUrl"),
    )


def _selection(row: JsonObject) -> Selection:
    return Selection(strict.texts(row, "select"), strict.texts(row, "exclude"))


def _summary(row: JsonObject) -> Summary:
    requests = strict.mapping(row, "requests")
    return Summary(
        declared=strict.count(row, "declared"),
        in_sync=strict.count(row, "inSync"),
        update=strict.count(row, "update"),
        skip=strict.count(row, "skip"),
        unknown=strict.count(row, "unknown"),
        drift_kept=strict.count(row, "driftKept"),
        drift=strict.count(row, "drift"),
        conflict=strict.count(row, "conflict"),
        requests=Estimate(
            read_units=strict.count(requests, "readUnits"),
            write_units=strict.count(requests, "writeUnits"),
            round_trips=strict.count(requests, "roundTrips"),
            estimated_seconds=strict.amount(requests, "estimatedSeconds"),
        ),
    )


def _change(row: JsonObject) -> Change:
    ref = _allowed(strict.text(row, "kind"), strict.text(row, "id"))
    moved_by, moved_at = _moved(strict.optional_mapping(row, "movedBy"))
    if strict.sequence(row, "kept"):
        raise Odd("it was written by a newer reconciler: it keeps fields for people")
    return Change(
        ref=ref,
        action=strict.word(row, "action", _ACTIONS),
        reason=strict.word(row, "reason", _REASONS),
        title=strict.optional_foreign(row, "title"),
        severity=_severity(row),
        created=strict.optional_text(row, "created"),
        moved_by=moved_by,
        moved_at=moved_at,
        owner=strict.optional_text(row, "owner"),
        ticket=strict.optional_text(row, "ticket"),
        name=strict.optional_text(row, "name"),
        expires=strict.optional_text(row, "expires"),
        source=_source(strict.mapping(row, "source")),
        revision=strict.optional_text(row, "revision"),
        risks=tuple(_risk(item) for item in strict.texts(row, "risks")),
        fields=tuple(_field(item) for item in strict.objects(row, "fields")),
        request=_request(strict.optional_mapping(row, "request")),
        survivor=_survivor(ref.kind, strict.optional_mapping(row, "survivor")),
        spills=tuple(_spill(item) for item in strict.objects(row, "spillOver")),
        problem=strict.optional_text(row, "problem"),
        detail=strict.optional_foreign(row, "detail"),
    )


def _allowed(kind: str, object_id: str) -> Ref:
    """An id is part of a path: also one that comes out of a plan is allow-listed."""
    if kind not in KINDS:
        raise Odd(f"it names a kind that this reconciler does not know: {kind!a}")
    if not KINDS[kind].accepts(object_id):
        raise Odd(f"it names an id that no {kind} has: {object_id!a}")
    return Ref(kind, object_id)


def _severity(row: JsonObject) -> str | None:
    """Printed as it is, hence a known word or nothing."""
    if strict.anything(row, "severity") is None:
        return None
    return strict.word(row, "severity", _SEVERITIES)


def _moved(row: JsonObject | None) -> tuple[Foreign | None, str | None]:
    if row is None:
        return None, None
    return strict.optional_foreign(row, "who"), strict.optional_text(row, "at")


def _source(row: JsonObject) -> Place:
    line = strict.count(row, "line")
    if line < 1:
        raise Odd("'line' is 0; lines count from 1")
    return Place(strict.text(row, "path"), line)


def _risk(name: str) -> Risk:
    return strict.word({"risks": name}, "risks", _RISKS)


def _field(row: JsonObject) -> FieldChange:
    return FieldChange(
        name=strict.text(row, "name"),
        before=strict.anything(row, "before"),
        after=strict.anything(row, "after"),
        cause=strict.word(row, "cause", _CAUSES),
    )


def _request(row: JsonObject | None) -> Request | None:
    if row is None:
        return None
    if strict.text(row, "method") != "PATCH":
        raise Odd("it asks for another request than PATCH")
    return Request("PATCH", strict.text(row, "path"), strict.mapping(row, "body"))


def _survivor(kind: str, row: JsonObject | None) -> Survivor | None:
    """An object merges into one of its own kind."""
    if row is None:
        return None
    survivor = _allowed(kind, strict.text(row, "id"))
    return Survivor(survivor.id, strict.optional_foreign(row, "title"), _severity(row))


def _spill(row: JsonObject) -> Spill:
    declared = tuple(_spilled(item) for item in strict.texts(row, "declared"))
    value: Json = strict.anything(row, "value")
    return Spill(strict.text(row, "field"), value, declared)


def _spilled(name: str) -> Ref:
    kind, _, object_id = name.partition("/")
    return _allowed(kind, object_id)
