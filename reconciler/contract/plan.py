"""schemas/plan.schema.json: the plan file as this version writes it (CONTRACT 4)."""

from __future__ import annotations

from typing import TYPE_CHECKING, get_args

from reconciler.codec.restore import FORMAT
from reconciler.contract.parts import (
    AMOUNT,
    ANY,
    COUNT,
    DIALECT,
    FIELD,
    GUARD,
    HASH,
    KEPT,
    KIND,
    REF,
    SOURCE,
    SPEC,
    TENANT,
    TEXT,
    TEXT_OR_NULL,
    TRUTH,
    listed,
    nullable,
    one_of,
    record,
)
from reconciler.kinds.enums import SEVERITY
from reconciler.model.plan import Action, Reason, Risk

if TYPE_CHECKING:
    from reconciler.model.words import JsonObject


def plan_schema() -> JsonObject:
    plan = record(
        {
            "formatVersion": {"const": FORMAT},
            "toolVersion": TEXT,
            "createdAt": {"type": "string", "format": "date-time"},
            "git": record(
                {
                    "commit": TEXT_OR_NULL,
                    "dirty": TRUTH,
                    "base": TEXT_OR_NULL,
                    "baseWaived": TRUTH,
                }
            ),
            "tenant": TENANT,
            "selection": record({"select": listed(TEXT), "exclude": listed(TEXT)}),
            "overrides": {
                "type": "object",
                "propertyNames": GUARD,
                "additionalProperties": COUNT,
            },
            "summary": _summary(),
            "changes": listed(_change()),
            "released": listed(REF),
            "reviewed": nullable(_reviewed()),
            "objections": listed(_objection()),
            "notices": listed(TEXT),
            "digest": HASH,
            "seal": HASH,
        }
    )
    return {"$schema": DIALECT, "title": "A plan of reconciler", **plan}


def _summary() -> JsonObject:
    counts = ("declared", "inSync", "update", "skip", "unknown", "driftKept", "drift", "conflict")
    requests = record(
        {
            "readUnits": COUNT,
            "writeUnits": COUNT,
            "roundTrips": COUNT,
            "estimatedSeconds": AMOUNT,
            "reading": listed(TEXT),
        }
    )
    return record({**dict.fromkeys(counts, COUNT), "requests": requests})


def _change() -> JsonObject:
    severity = one_of((*SEVERITY.names, None))
    return record(
        {
            "kind": KIND,
            "id": TEXT,
            "action": one_of(get_args(Action)),
            "reason": one_of(get_args(Reason)),
            "title": TEXT_OR_NULL,
            "severity": severity,
            "created": TEXT_OR_NULL,
            "movedBy": nullable(record({"who": TEXT_OR_NULL, "at": TEXT_OR_NULL})),
            "owner": TEXT_OR_NULL,
            "ticket": TEXT_OR_NULL,
            "name": TEXT_OR_NULL,
            "expires": TEXT_OR_NULL,
            "source": SOURCE,
            "revision": TEXT_OR_NULL,
            "risks": listed(one_of(get_args(Risk))),
            "fields": listed(FIELD),
            "kept": listed(KEPT),
            "request": nullable(_request()),
            "applied": nullable(SPEC),
            "survivor": nullable(record({"id": TEXT, "title": TEXT_OR_NULL, "severity": severity})),
            "spillOver": listed(record({"field": TEXT, "value": ANY, "declared": listed(TEXT)})),
            "problem": TEXT_OR_NULL,
            "detail": TEXT_OR_NULL,
        }
    )


def _reviewed() -> JsonObject:
    new = record({"kind": KIND, "id": TEXT, "fields": listed(TEXT)})
    return record({"digest": HASH, "new": listed(new), "allowed": listed(GUARD)})


def _objection() -> JsonObject:
    return record(
        {
            "guard": GUARD,
            "limit": COUNT,
            "count": COUNT,
            "objects": listed(REF),
            "override": {"type": "string", "pattern": "^--allow [A-Za-z]+=[0-9]+$"},
        }
    )


def _request() -> JsonObject:
    return record({"method": {"const": "PATCH"}, "path": TEXT, "body": {"type": "object"}})
