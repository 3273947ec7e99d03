"""From one object in a Graph answer to a Live value: the only place that reads Graph's JSON."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from json import dumps
from typing import TYPE_CHECKING, Final

from reconciler.kinds import KINDS
from reconciler.kinds.enums import SENTINEL, SEVERITY
from reconciler.kinds.shapes import canonical, fits
from reconciler.model.live import NOTHING, Live
from reconciler.model.words import Foreign, Ref

if TYPE_CHECKING:
    from collections.abc import Callable

    from reconciler.kinds.kind import Kind
    from reconciler.model.words import Json, JsonObject

HEAVIEST: Final = 2 * 1024 * 1024
"""Signs and entries of all that is looked at. Graph's longest text has 30,000 signs."""
_DEEPEST: Final = 32
_one: Final[Callable[[tuple[str, ...]], frozenset[str]]] = lru_cache(maxsize=256)(frozenset)
"""One set for equal names: answers of one kind leave out the same few, and a set is large."""


class _Odd(ValueError):
    """A fact is not of the type that Graph gives it: nobody can tell what it says."""


def observe(kind: Kind, answer: JsonObject) -> Live | None:
    """The object. None: it has no allow-listed id, or a fact that judgements rest on is odd."""
    object_id = answer.get("id")
    if not isinstance(object_id, str) or not kind.accepts(object_id):
        return None
    try:
        _check_weight(kind, answer)
        return _observed(kind, Ref(kind.name, object_id), answer)
    except _Odd:
        return None


def _observed(kind: Kind, ref: Ref, answer: JsonObject) -> Live:
    """Raises _Odd."""
    reads = kind.reads
    fields, omitted = _fields(kind, answer)
    redirect = answer.get(reads.redirect) if reads.redirect else None
    return Live(
        ref=ref,
        fields=fields,
        omitted=omitted,
        title=_foreign(answer, reads.title),
        severity=_severity(answer, reads.severity),
        created=_told(answer, reads.created),
        revision=_told(answer, reads.revision),
        moved_by=_foreign(answer, reads.moved_by),
        tenant_id=_tenant_id(answer, reads.tenant_id),
        parent=_parent(answer, reads.parent) if reads.parent else None,
        attachments=_attachments(kind, answer) if kind.attachments else NOTHING,
        is_merged=redirect is not None or _says_merged(kind, answer),
        redirect=_ref(kind.name, redirect),
    )


def _check_weight(kind: Kind, answer: JsonObject) -> None:
    """Raises _Odd for what could not be printed, compared or written down again."""
    left = HEAVIEST
    for name in kind.properties:
        left -= _weight(answer.get(name), _DEEPEST)
        if left < 0:
            raise _Odd(name)


def _weight(value: Json, deepest: int) -> int:
    if value is None or isinstance(value, bool | int | float):
        return 1
    if isinstance(value, str):
        return len(value)
    if not isinstance(value, Mapping | list | tuple) or deepest == 0:
        raise _Odd
    if isinstance(value, Mapping):
        return sum(len(name) + _weight(item, deepest - 1) for name, item in value.items())
    return sum(1 + _weight(item, deepest - 1) for item in value)


def _fields(kind: Kind, answer: JsonObject) -> tuple[JsonObject, frozenset[str]]:
    """Only what is known, and what of it was left out: see Live.fields and Live.omitted.

    The sentinel of an enum tells nothing, nor does a value of another type: both are left out.
    """
    known: dict[str, Json] = {}
    omitted: list[str] = []
    for item in kind.fields:
        name = item.name
        if name in answer:
            if fits(item.shape, answer[name]):
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
    """Raises _Odd for one that is no object: a PATCH has to carry it as it is."""
    found = {name: answer[name] for name in kind.attachments if answer.get(name) is not None}
    if not all(isinstance(value, Mapping) for value in found.values()):
        raise _Odd
    return {name: value for name, value in found.items() if value} or NOTHING


def _told(answer: JsonObject, name: str | None) -> str | None:
    """Raises _Odd for anything but text, null or nothing."""
    value = answer.get(name) if name is not None else None
    if value is not None and not isinstance(value, str):
        raise _Odd(name)
    return value or None


def _tenant_id(answer: JsonObject, name: str | None) -> str | None:
    """What is no text is no tenant's id, this tenant's neither: it stands as JSON would have it."""
    value = answer.get(name) if name is not None else None
    return value if value is None or isinstance(value, str) else dumps(value, default=dict)


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
    """The incident it belongs to, wherever the kind keeps its id. Raises _Odd."""
    *way, last = path
    level = answer
    for name in way:
        inner = level.get(name)
        if inner is None:
            return None
        if not isinstance(inner, Mapping):
            raise _Odd(name)
        level = inner
    return _ref("Incident", _told(level, last))


def _ref(kind_name: str, object_id: Json) -> Ref | None:
    """A ref only if the id is allow-listed: a server's word does not become a path unchecked."""
    is_id = isinstance(object_id, str) and KINDS[kind_name].accepts(object_id)
    return Ref(kind_name, str(object_id)) if is_id else None


def _says_merged(kind: Kind, answer: JsonObject) -> bool:
    """By its status; one that names its target is merged whatever that says.

    Either one alone is reason enough not to write. Raises _Odd.
    """
    merged = kind.reads.redirect_status
    status = _told(answer, "status") if merged is not None else None
    return status is not None and status.casefold() == merged
