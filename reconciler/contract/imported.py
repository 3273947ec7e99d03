"""What ``import --format json`` prints, for schemas/result.schema.json."""

from __future__ import annotations

from typing import TYPE_CHECKING, get_args

from reconciler.contract.parts import (
    COUNT,
    KIND,
    TEXT,
    TEXT_OR_NULL,
    TRUTH,
    listed,
    one_of,
    record,
)
from reconciler.model.imported import WhySkipped

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reconciler.model.words import JsonObject


def imported(head: Mapping[str, JsonObject]) -> JsonObject:
    """``head``: the keys that every result starts with."""
    identity = {"kind": KIND, "id": TEXT}
    reason = one_of(get_args(WhySkipped))
    return record(
        {
            **head,
            "tenant": TEXT,
            "written": listed(record({**identity, "path": TEXT, "leftOut": listed(TEXT)})),
            "skipped": listed(record({**identity, "reason": reason, "detail": TEXT_OR_NULL})),
            "failed": listed(record({"kind": KIND, "problem": TEXT, "detail": TEXT_OR_NULL})),
            "limitReached": TRUTH,
            "oddEntries": COUNT,
            "notices": listed(TEXT),
            "requests": record({"units": COUNT, "roundTrips": COUNT}),
        }
    )
