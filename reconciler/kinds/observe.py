"""From one object in a Graph answer to a Live value: the only place that reads Graph's JSON."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from reconciler.kinds import KINDS
from reconciler.kinds.enums import SENTINEL, SEVERITY
from reconciler.kinds.shapes import canonical
from reconciler.model.live import Live
from reconciler.model.words import Foreign, Ref

if TYPE_CHECKING:
    from collections.abc import Callable

    from reconciler.kinds.kind import Kind
    from reconciler.model.words import Json, JsonObject

_NOTHING: Final[JsonObject] = {}
_one: Final[Callable[[frozenset[str]], frozenset[str]]] = lru_cache(maxsize=256)(frozenset)
"""Of equal sets the first: answers of one kind leave out the same few, and a set is large."""


def observe(kind: Kind, answer: JsonObject) -> Live | None:
    """The object, or None if the answer holds no allow-listed id (then it is no such object)."""
    object_id = answer.get("id")
    if not isinstance(object_id, str) or not kind.accepts(object_id):
        return None
    reads = kind.reads
    fields = _fields(kind, answer)
    return Live(
        ref=Ref(kind.name, object_id),
        fields=fields,
        omitted=_one(frozenset(fields.keys() - answer.keys())),
        title=_foreign(answer, reads.title),
        severity=_severity(answer, reads.severity),
        created=_text(answer, reads.created),
        revision=_text(answer, reads.revision),
        moved_by=_foreign(answer, reads.moved_by),
        tenant_id=_text(answer, reads.tenant_id),
        parent=_parent(answer, reads.parent),
        attachments={name: answer[name] for name in kind.attachments if answer.get(name)}
        or _NOTHING,
        is_merged=_is_merged(kind, answer),
        redirect=_ref(kind.name, _text(answer, reads.redirect)),
    )


def _fields(kind: Kind, answer: JsonObject) -> JsonObject:
    """Only what is known: see Live.fields. The sentinel of an enum tells nothing, so it is left out."""
    known: dict[str, Json] = {}
    for item in kind.fields:
        if item.name in answer:
            known[item.name] = answer[item.name]
        elif item.nullable:
            known[item.name] = None
    for name, shape in kind.enums:
        value = known.get(name)
        if isinstance(value, str):
            known[name] = canonical(shape, value)
            if known[name] == SENTINEL:
                del known[name]
    return known


def _text(answer: JsonObject, name: str | None) -> str | None:
    value = answer.get(name) if name else None
    return value if isinstance(value, str) and value else None


def _foreign(answer: JsonObject, name: str | None) -> Foreign | None:
    value = _text(answer, name)
    return None if value is None else Foreign(value)


def _severity(answer: JsonObject, name: str | None) -> str | None:
    value = _text(answer, name)
    member = None if value is None else canonical(SEVERITY, value)
    return member if member in SEVERITY.names else None


def _parent(answer: JsonObject, path: tuple[str, ...]) -> Ref | None:
    """The incident it belongs to, wherever the kind keeps its id."""
    value: Json = answer if path else None
    for name in path:
        value = value.get(name) if isinstance(value, Mapping) else None
    return _ref("Incident", value if isinstance(value, str) else None)


def _ref(kind_name: str, object_id: str | None) -> Ref | None:
    """A ref only if the id is allow-listed: a server's word does not become a path unchecked."""
    if object_id is None or not KINDS[kind_name].accepts(object_id):
        return None
    return Ref(kind_name, object_id)


def _is_merged(kind: Kind, answer: JsonObject) -> bool:
    """The status says so, or a target is named: either one alone is reason enough not to write."""
    reads = kind.reads
    if reads.redirect is None:
        return False
    status = _text(answer, "status")
    named = _text(answer, reads.redirect) is not None
    return named or (status is not None and status.casefold() == reads.redirect_status)
