"""What ``import --format json`` prints."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.codec import rows
from reconciler.codec.result import FORMAT

if TYPE_CHECKING:
    from reconciler.model.imported import Failed, Imported, Skipped, Written
    from reconciler.model.words import JsonObject


def report(result: Imported, *, tenant: str, exit_code: int) -> str:
    """One JSON document and a newline."""
    document: JsonObject = {
        "formatVersion": FORMAT,
        "exitCode": exit_code,
        "tenant": tenant,
        "written": [_written(item) for item in result.written],
        "skipped": [_skipped(item) for item in result.skipped],
        "failed": [_failed(item) for item in result.failed],
        "limitReached": result.is_cut,
        "oddEntries": len(result.odd),
        "notices": list(result.notices),
        "requests": {"units": result.cost.units, "roundTrips": result.cost.round_trips},
    }
    return f"{rows.encode(document)}\n"


def _written(item: Written) -> JsonObject:
    return {
        "kind": item.ref.kind,
        "id": item.ref.id,
        "path": item.path,
        "leftOut": list(item.left_out),
    }


def _skipped(item: Skipped) -> JsonObject:
    return {
        "kind": item.ref.kind,
        "id": item.ref.id,
        "reason": item.reason,
        "detail": item.detail,
    }


def _failed(item: Failed) -> JsonObject:
    return {"kind": item.kind, "problem": item.why.problem, "detail": rows.raw(item.why.detail)}
