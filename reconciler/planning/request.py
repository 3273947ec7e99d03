"""The PATCH, derived from the field changes: what is printed cannot differ from what is sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.model.plan import Request

if TYPE_CHECKING:
    from collections.abc import Iterable

    from reconciler.kinds.kind import Kind
    from reconciler.model.live import Live
    from reconciler.model.plan import FieldChange
    from reconciler.model.words import JsonObject


def body(fields: Iterable[FieldChange], live: Live) -> JsonObject:
    """Only what changes, and what the kind's PATCH has to carry from the live object."""
    return {**{change.name: change.after for change in fields}, **live.attachments}


def request(kind: Kind, object_id: str, content: JsonObject) -> Request:
    """``content``: as body() says."""
    return Request("PATCH", kind.versioned_path(object_id), content)
