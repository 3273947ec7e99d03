"""Model → JSON objects, under the names of the contract. Order of keys is part of the format."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING

from reconciler.codec.runners import inert

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from reconciler.model.plan import (
        FieldChange,
        GitState,
        Objection,
        PlanTenant,
        Reviewed,
        Selection,
        Summary,
    )
    from reconciler.model.words import Foreign, Json, JsonObject, Place, Ref


def _plain(value: object) -> object:
    """Any Mapping is an object; json itself knows only dict."""
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"{type(value).__name__} is no JSON value")


# Nothing here can be circular: it came out of JSON, or of YAML without aliases.
_AS_WRITTEN = json.JSONEncoder(
    separators=(",", ":"), allow_nan=False, check_circular=False, default=_plain
)
_CANONICAL = json.JSONEncoder(
    separators=(",", ":"), allow_nan=False, check_circular=False, default=_plain, sort_keys=True
)


def encode(value: Json) -> str:
    """One line of ASCII: control, bidi and lone surrogate characters stand as escapes.

    Somebody may print it in a pipeline, so no runner finds a command in it.
    """
    return inert(_AS_WRITTEN.encode(value))


def canonical(value: Json) -> str:
    """Sorted keys, no spaces, ASCII: equal values have equal text, so text can be hashed."""
    return _CANONICAL.encode(value)


def stamp(moment: datetime) -> str:
    """UTC to the millisecond, ending in Z."""
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03d}Z"


def git_row(git: GitState) -> JsonObject:
    return {
        "commit": git.commit,
        "dirty": git.dirty,
        "base": git.base,
        "baseWaived": git.is_base_waived,
    }


def tenant_row(tenant: PlanTenant) -> JsonObject:
    return {
        "name": tenant.name,
        "tenantId": tenant.tenant_id,
        "cloud": tenant.cloud,
        "graphUrl": tenant.graph_url,
    }


def selection_row(selection: Selection) -> JsonObject:
    return {"select": selection.select, "exclude": selection.exclude}


def overrides_row(overrides: Mapping[str, int]) -> JsonObject:
    """In the order of the alphabet: there is one text for one plan, however it was typed."""
    return dict(sorted(overrides.items()))


def ref_row(ref: Ref) -> JsonObject:
    return {"kind": ref.kind, "id": ref.id}


def reviewed_row(reviewed: Reviewed | None) -> JsonObject | None:
    if reviewed is None:
        return None
    return {
        "digest": reviewed.digest,
        "new": [{**ref_row(one.ref), "fields": one.fields} for one in reviewed.new],
        "allowed": reviewed.allowed,
    }


def objection_row(objection: Objection) -> JsonObject:
    return {
        "guard": objection.guard,
        "limit": objection.limit,
        "count": objection.count,
        "objects": [ref_row(ref) for ref in objection.refs],
        "override": objection.override,
    }


def summary_row(summary: Summary) -> JsonObject:
    requests = summary.requests
    return {
        "declared": summary.declared,
        "inSync": summary.in_sync,
        "update": summary.update,
        "skip": summary.skip,
        "unknown": summary.unknown,
        "driftKept": summary.drift_kept,
        "drift": summary.drift,
        "conflict": summary.conflict,
        "requests": {
            "readUnits": requests.read_units,
            "writeUnits": requests.write_units,
            "roundTrips": requests.round_trips,
            "estimatedSeconds": float(requests.estimated_seconds),
            "reading": requests.reading,
        },
    }


def source_row(source: Place) -> JsonObject:
    return {"path": source.path, "line": source.line}


def field_rows(fields: Iterable[FieldChange]) -> list[JsonObject]:
    return [
        {"name": field.name, "before": field.before, "after": field.after, "cause": field.cause}
        for field in fields
    ]


def raw(text: Foreign | None) -> str | None:
    """A JSON string is a sink of its own: ASCII escapes make it inert until somebody parses it."""
    return None if text is None else text.raw
