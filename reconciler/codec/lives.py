"""One live object ↔ JSON: what snapshots and the cache of live state hold. Raises Odd."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from reconciler.codec import nouns, rows, strict
from reconciler.kinds.enums import SEVERITY
from reconciler.model.live import Live

if TYPE_CHECKING:
    from reconciler.model.words import JsonObject, Ref

_SEVERITIES: Final = {name: name for name in SEVERITY.names}


def live_row(live: Live) -> JsonObject:
    """All but its ref, which stands beside."""
    return {
        "fields": live.fields,
        "omitted": sorted(live.omitted),
        "title": rows.raw(live.title),
        "severity": live.severity,
        "created": live.created,
        "revision": live.revision,
        "movedBy": rows.raw(live.moved_by),
        "tenantId": live.tenant_id,
        "parent": _ref_row(live.parent),
        "attachments": live.attachments,
        "isMerged": live.is_merged,
        "redirect": _ref_row(live.redirect),
    }


def restored_live(ref: Ref, row: JsonObject) -> Live:
    return Live(
        ref=ref,
        fields=strict.mapping(row, "fields"),
        omitted=frozenset(strict.texts(row, "omitted")),
        title=strict.optional_foreign(row, "title"),
        severity=_severity(row),
        created=strict.optional_text(row, "created"),
        revision=strict.optional_text(row, "revision"),
        moved_by=strict.optional_foreign(row, "movedBy"),
        tenant_id=strict.optional_text(row, "tenantId"),
        parent=_optional_ref(row, "parent"),
        attachments=strict.mapping(row, "attachments"),
        is_merged=strict.truth(row, "isMerged"),
        redirect=_optional_ref(row, "redirect"),
    )


def _severity(row: JsonObject) -> str | None:
    """Printed as it is, hence a known word or nothing."""
    if strict.anything(row, "severity") is None:
        return None
    return strict.word(row, "severity", _SEVERITIES)


def _ref_row(ref: Ref | None) -> JsonObject | None:
    return None if ref is None else {"kind": ref.kind, "id": ref.id}


def _optional_ref(row: JsonObject, key: str) -> Ref | None:
    found = strict.optional_mapping(row, key)
    if found is None:
        return None
    return nouns.ref(strict.text(found, "kind"), strict.text(found, "id"))
