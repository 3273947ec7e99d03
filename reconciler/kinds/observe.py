"""From one object in a Graph answer to a Live value: the only place that reads Graph's JSON."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from reconciler.kinds import KINDS
from reconciler.kinds.enums import SENTINEL, SEVERITY
from reconciler.kinds.shapes import canonical
from reconciler.model.live import NOTHING, Live
from reconciler.model.words import Foreign, Ref

if TYPE_CHECKING:
    from collections.abc import Callable

    from reconciler.kinds.kind import Kind
    from reconciler.model.words import Json, JsonObject

_one: Final[Callable[[tuple[str, ...]], frozenset[str]]] = lru_cache(maxsize=256)(frozenset)
"""One set for equal names: answers of one kind leave out the same few, and a set is large."""


def observe(kind: Kind, answer: JsonObject) -> Live | None:
    """The object, or None if the answer holds no allow-listed id (then it is no such object)."""
    object_id = answer.get("id")
    if not isinstance(object_id, str) or not kind.accepts(object_id):
        return None
    reads = kind.reads
    fields, omitted = _fields(kind, answer)
    redirect = _text(answer, reads.redirect)
    return Live(
        ref=Ref(kind.name, object_id),
        fields=fields,
        omitted=omitted,
        title=_foreign(answer, reads.title),
        severity=_severity(answer, reads.severity),
        created=_text(answer, reads.created),
        revision=_text(answer, reads.revision),
        moved_by=_foreign(answer, reads.moved_by),
        tenant_id=_text(answer, reads.tenant_id),
        parent=_parent(answer, reads.parent) if reads.parent else None,
        attachments=_attachments(kind, answer) if kind.attachments else NOTHING,
        is_merged=redirect is not None or _says_merged(kind, answer),
        redirect=None if redirect is None else _ref(kind.name, redirect),
    )


def _fields(kind: Kind, answer: JsonObject) -> tuple[JsonObject, frozenset[str]]:
    """Only what is known, and what of it was left out: see Live.fields and Live.omitted.

    The sentinel of an enum tells nothing, so it is left out.
    """
    known: dict[str, Json] = {}
    omitted: list[str] = []
    for item in kind.fields:
        name = item.name
        if name in answer:
            known[name] = answer[name]
        elif item.nullable:
            known[name] = None
            omitted.append(name)
    for name, shape in kind.enums:
        value = known.get(name)
        if isinstance(value, str):
            known[name] = spelled = canonical(shape, value)
            if spelled == SENTINEL:
                del known[name]
    return known, _one(tuple(omitted))


def _attachments(kind: Kind, answer: JsonObject) -> JsonObject:
    return {name: answer[name] for name in kind.attachments if answer.get(name)} or NOTHING


def _text(answer: JsonObject, name: str | None) -> str | None:
    if name is None:
        return None
    value = answer.get(name)
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
    value: Json = answer
    for name in path:
        value = value.get(name) if isinstance(value, Mapping) else None
    return _ref("Incident", value) if isinstance(value, str) else None


def _ref(kind_name: str, object_id: str) -> Ref | None:
    """A ref only if the id is allow-listed: a server's word does not become a path unchecked."""
    return Ref(kind_name, object_id) if KINDS[kind_name].accepts(object_id) else None


def _says_merged(kind: Kind, answer: JsonObject) -> bool:
    """By its status; one that names its target is merged whatever that says.

    Either one alone is reason enough not to write.
    """
    merged = kind.reads.redirect_status
    status = _text(answer, "status") if merged is not None else None
    return status is not None and status.casefold() == merged
