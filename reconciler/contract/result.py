"""schemas/result.schema.json: what ``--format json`` prints that is no plan (CONTRACT 3)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from reconciler.codec.result import FORMAT, OUTCOMES
from reconciler.contract.imported import imported
from reconciler.contract.parts import (
    AMOUNT,
    COUNT,
    DIALECT,
    FIELD,
    HASH,
    KIND,
    LINE,
    SOURCE,
    TENANT,
    TEXT,
    TEXT_OR_NULL,
    TRUTH,
    listed,
    one_of,
    record,
)

if TYPE_CHECKING:
    from reconciler.model.words import JsonObject

_HEAD: Final[dict[str, JsonObject]] = {"formatVersion": {"const": FORMAT}, "exitCode": COUNT}


def result_schema() -> JsonObject:
    """Exactly one of: apply's closing report, validate's findings, what import did, an error, tenants'."""
    return {
        "$schema": DIALECT,
        "title": "A result of reconciler",
        "oneOf": [_report(), _findings(), imported(_HEAD), _error(), _tenants()],
    }


def _report() -> JsonObject:
    summary = record(dict.fromkeys((*OUTCOMES, "unknown"), COUNT))
    return record(
        {
            **_HEAD,
            "tenant": TENANT,
            "digest": HASH,
            "startedAt": {"type": "string", "format": "date-time"},
            "finishedAt": {"type": "string", "format": "date-time"},
            "summary": summary,
            "interrupted": TRUTH,
            "requests": record({"units": COUNT, "roundTrips": COUNT}),
            "journal": TEXT_OR_NULL,
            "appliedTree": record({"commit": TEXT_OR_NULL, "problem": TEXT_OR_NULL}),
            "windowSeconds": AMOUNT,
            "notices": listed(TEXT),
            "outcomes": listed(_outcome()),
        }
    )


def _outcome() -> JsonObject:
    return record(
        {
            "kind": KIND,
            "id": TEXT,
            "outcome": one_of(OUTCOMES),
            "source": SOURCE,
            "title": TEXT_OR_NULL,
            "fields": listed(FIELD),
            "problem": TEXT_OR_NULL,
            "detail": TEXT_OR_NULL,
            "requestIds": listed(TEXT),
        }
    )


def _findings() -> JsonObject:
    placed = listed(_finding(TEXT, LINE))
    return record({**_HEAD, "errors": placed, "warnings": placed, "files": COUNT, "objects": COUNT})


def _error() -> JsonObject:
    """An error that belongs to no file has null for its place."""
    placed = _finding(TEXT_OR_NULL, {"type": ["integer", "null"], "minimum": 1})
    return record({**_HEAD, "errors": {**listed(placed), "minItems": 1}})


def _tenants() -> JsonObject:
    """``result``: the command's own document, a plan or one of these; null where it printed none."""
    result: JsonObject = {"type": ["object", "null"]}
    one = record({"name": TEXT, "exitCode": COUNT, "result": result})
    return record({**_HEAD, "tenants": listed(one)})


def _finding(path: JsonObject, number: JsonObject) -> JsonObject:
    return record({"path": path, "line": number, "column": number, "message": TEXT})
