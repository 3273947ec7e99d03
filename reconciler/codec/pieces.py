"""One JSON document in pieces: a key or a row of a list on each line, so that any size is streamed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.codec import rows

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from reconciler.model.plan import Plan
    from reconciler.model.words import JsonObject


def head(plan: Plan) -> JsonObject:
    """What a plan says of itself before its changes."""
    return {
        "formatVersion": plan.format_version,
        "toolVersion": plan.tool_version,
        "createdAt": plan.created_at,
        "git": rows.git_row(plan.git),
        "tenant": rows.tenant_row(plan.tenant),
        "selection": rows.selection_row(plan.selection),
        "overrides": rows.overrides_row(plan.overrides),
        "summary": rows.summary_row(plan.summary),
    }


def opening(parts: JsonObject) -> Iterator[str]:
    brace = "{"
    for key, value in parts.items():
        yield f'{brace}"{key}":{rows.encode(value)}'
        brace = ",\n"


def listing(key: str, texts: Iterable[str]) -> Iterator[str]:
    """Behind an opening; the rows, already JSON, are asked for one at a time."""
    yield f',\n"{key}":['
    comma = "\n"
    for text in texts:
        yield f"{comma}{text}"
        comma = ",\n"
    yield "\n]"
