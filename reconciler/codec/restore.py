"""JSON of a plan file → model, strictly. What belongs together is checked in invariants."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, get_args

from reconciler.codec import nouns, specs, strict
from reconciler.codec.strict import Odd
from reconciler.kinds.enums import SEVERITY
from reconciler.model.plan import (
    Action,
    Change,
    Estimate,
    GitState,
    New,
    Objection,
    Plan,
    Reason,
    Request,
    Reviewed,
    Risk,
    Selection,
    Spill,
    Summary,
    Survivor,
)
from reconciler.settings import COUNTED_GUARDS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from reconciler.model.desired import Spec
    from reconciler.model.words import Foreign, Json, JsonObject, Ref

FORMAT: Final = "2.0"
"""The format that this tool writes. A reader refuses an unknown major; minor versions add."""

_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
_COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")

_ACTIONS: Final[Mapping[str, Action]] = {name: name for name in get_args(Action)}
_REASONS: Final[Mapping[str, Reason]] = {name: name for name in get_args(Reason)}
_RISKS: Final[Mapping[str, Risk]] = {name: name for name in get_args(Risk)}
_SEVERITIES: Final = {name: name for name in SEVERITY.names}


@dataclass(frozen=True, slots=True)
class Stored:
    """A plan as it was read, and the digest that its file claims."""

    plan: Plan
    digest: str


def restore(document: JsonObject, changes: Iterable[JsonObject]) -> Stored:
    """``changes``: the rows of the document's changes. Raises Odd."""
    version = nouns.format_version(document, "formatVersion", known=FORMAT)
    plan = Plan(
        format_version=version,
        tool_version=strict.text(document, "toolVersion"),
        created_at=nouns.moment(document, "createdAt"),
        git=_git(strict.mapping(document, "git")),
        tenant=nouns.tenant(strict.mapping(document, "tenant")),
        selection=_selection(strict.mapping(document, "selection")),
        summary=_summary(strict.mapping(document, "summary")),
        changes=tuple(map(_change, changes)),
        overrides=_overrides(strict.mapping(document, "overrides")),
        released=tuple(_object(row) for row in strict.objects(document, "released")),
        reviewed=_reviewed(strict.optional_mapping(document, "reviewed")),
        objections=tuple(_objection(row) for row in strict.objects(document, "objections")),
        notices=strict.texts(document, "notices"),
    )
    return Stored(plan, strict.text(document, "digest"))


def _git(row: JsonObject) -> GitState:
    commit, base = _commit(row, "commit"), _commit(row, "base")
    waived = strict.truth(row, "baseWaived")
    return GitState(commit, dirty=strict.truth(row, "dirty"), base=base, is_base_waived=waived)


def _commit(row: JsonObject, key: str) -> str | None:
    name = strict.optional_text(row, key)
    if name is not None and _COMMIT.fullmatch(name) is None:
        raise Odd(f"'{key}' is no object name of git")
    return name


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
            reading=strict.texts(requests, "reading"),
        ),
    )


def _overrides(row: JsonObject) -> Mapping[str, int]:
    """A guard that is not known here is one that cannot be held: never skipped over."""
    return {_guard(name): strict.count(row, name) for name in row}


def _reviewed(row: JsonObject | None) -> Reviewed | None:
    if row is None:
        return None
    digest = strict.text(row, "digest")
    if _DIGEST.fullmatch(digest) is None:
        raise Odd("the digest of the plan that was reviewed is none")
    return Reviewed(
        digest=digest,
        new=tuple(
            New(_object(item), strict.texts(item, "fields")) for item in strict.objects(row, "new")
        ),
        allowed=tuple(map(_guard, strict.texts(row, "allowed"))),
    )


def _objection(row: JsonObject) -> Objection:
    objection = Objection(
        guard=_guard(strict.text(row, "guard")),
        limit=strict.count(row, "limit"),
        count=strict.count(row, "count"),
        refs=tuple(_object(item) for item in strict.objects(row, "objects")),
    )
    if strict.text(row, "override") != objection.override:
        raise Odd(f"what it says to allow {objection.guard} does not fit its count")
    return objection


def _guard(name: str) -> str:
    """Printed as it is, hence a known word."""
    if name not in COUNTED_GUARDS:
        raise Odd(f"it names a guard that this reconciler does not know: {name!a}")
    return name


def _object(row: JsonObject) -> Ref:
    return nouns.ref(strict.text(row, "kind"), strict.text(row, "id"))


def _change(row: JsonObject) -> Change:
    ref = _object(row)
    moved_by, moved_at = _moved(strict.optional_mapping(row, "movedBy"))
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
        source=nouns.source(strict.mapping(row, "source")),
        revision=strict.optional_text(row, "revision"),
        risks=tuple(_risk(item) for item in strict.texts(row, "risks")),
        fields=tuple(nouns.field_change(item) for item in strict.objects(row, "fields")),
        kept=tuple(nouns.kept(item) for item in strict.objects(row, "kept")),
        request=_request(strict.optional_mapping(row, "request")),
        applied=_applied(ref.kind, strict.optional_mapping(row, "applied")),
        survivor=_survivor(ref.kind, strict.optional_mapping(row, "survivor")),
        spills=tuple(_spill(item) for item in strict.objects(row, "spillOver")),
        problem=strict.optional_text(row, "problem"),
        detail=strict.optional_foreign(row, "detail"),
    )


def _severity(row: JsonObject) -> str | None:
    """Printed as it is, hence a known word or nothing."""
    if strict.anything(row, "severity") is None:
        return None
    return strict.word(row, "severity", _SEVERITIES)


def _moved(row: JsonObject | None) -> tuple[Foreign | None, str | None]:
    if row is None:
        return None, None
    return strict.optional_foreign(row, "who"), strict.optional_text(row, "at")


def _risk(name: str) -> Risk:
    return strict.word({"risks": name}, "risks", _RISKS)


def _request(row: JsonObject | None) -> Request | None:
    if row is None:
        return None
    if strict.text(row, "method") != "PATCH":
        raise Odd("it asks for another request than PATCH")
    return Request("PATCH", strict.text(row, "path"), strict.mapping(row, "body"))


def _applied(kind: str, row: JsonObject | None) -> Spec | None:
    return None if row is None else specs.spec(kind, row)


def _survivor(kind: str, row: JsonObject | None) -> Survivor | None:
    """An object merges into one of its own kind."""
    if row is None:
        return None
    survivor = nouns.ref(kind, strict.text(row, "id"))
    return Survivor(survivor.id, strict.optional_foreign(row, "title"), _severity(row))


def _spill(row: JsonObject) -> Spill:
    declared = tuple(_spilled(item) for item in strict.texts(row, "declared"))
    value: Json = strict.anything(row, "value")
    return Spill(strict.text(row, "field"), value, declared)


def _spilled(name: str) -> Ref:
    kind, _, object_id = name.partition("/")
    return nouns.ref(kind, object_id)
