"""One live object ↔ JSON: by name as snapshots hold it, by position as the cache does. Raises Odd.

A cache is read whole by every plan, and without names that takes a quarter less.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from reconciler.codec import nouns, rows, strict
from reconciler.codec.strict import Odd
from reconciler.kinds.enums import SEVERITY
from reconciler.model.live import Live
from reconciler.model.words import Foreign, Ref

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reconciler.model.words import Json, JsonObject

_NONE: Final[frozenset[str]] = frozenset()
_NO_OBJECT: Final = "it is no object as the cache holds it"
_PLACES: Final = 12
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


def packed(live: Live) -> Sequence[Json]:
    """All but its ref and the names."""
    return (
        live.fields,
        sorted(live.omitted),
        rows.raw(live.title),
        live.severity,
        live.created,
        live.revision,
        rows.raw(live.moved_by),
        live.tenant_id,
        live.parent,
        live.attachments,
        live.is_merged,
        live.redirect,
    )


def unpacked(ref: Ref, row: Json) -> Live:
    if not isinstance(row, list) or len(row) != _PLACES:
        raise Odd(_NO_OBJECT)
    fields, omitted, title, severity, created, revision, moved_by, tenant_id = row[:8]
    parent, attachments, is_merged, redirect = row[8:]
    if not (isinstance(fields, dict) and isinstance(attachments, dict)):
        raise Odd(_NO_OBJECT)
    if not isinstance(is_merged, bool):
        raise Odd(_NO_OBJECT)
    return Live(
        ref=ref,
        fields=fields,
        omitted=_names(omitted) if omitted != [] else _NONE,
        title=None if title is None else Foreign(_text(title)),
        severity=None if severity is None else _known(severity),
        created=None if created is None else _text(created),
        revision=None if revision is None else _text(revision),
        moved_by=None if moved_by is None else Foreign(_text(moved_by)),
        tenant_id=None if tenant_id is None else _text(tenant_id),
        parent=None if parent is None else _unpacked_ref(parent),
        attachments=attachments,
        is_merged=is_merged,
        redirect=None if redirect is None else _unpacked_ref(redirect),
    )


def _text(value: Json) -> str:
    if isinstance(value, str):
        return value
    raise Odd(_NO_OBJECT)


def _known(severity: Json) -> str:
    found = _SEVERITIES.get(_text(severity))
    if found is None:
        raise Odd(_NO_OBJECT)
    return found


def _names(value: Json) -> frozenset[str]:
    if not isinstance(value, list):
        raise Odd(_NO_OBJECT)
    return frozenset(map(_text, value))


def _unpacked_ref(value: Json) -> Ref:
    if not isinstance(value, list) or len(value) != len(Ref._fields):
        raise Odd(_NO_OBJECT)
    return nouns.ref(*map(_text, value))


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
