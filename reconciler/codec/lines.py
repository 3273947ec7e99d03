"""One change as its line of a plan file, and the part of it that the digest covers.

Put together from the text of each value instead of encoding a tree of dictionaries, and what changes
share (``planning/precedents.py``) is written once. A test holds both to what json would write.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from json.encoder import encode_basestring_ascii as quoted
from typing import TYPE_CHECKING, Final, TypeAlias

from reconciler.codec.once import Once
from reconciler.codec.rows import canonical, encode
from reconciler.codec.runners import inert
from reconciler.codec.specs import spec_row, value as as_json
from reconciler.model.desired import Exactly

if TYPE_CHECKING:
    from collections.abc import Iterable, Set as AbstractSet

    from reconciler.model.desired import Spec
    from reconciler.model.plan import Change, FieldChange, Kept, Request, Risk, Spill, Survivor
    from reconciler.model.words import Foreign, Json, JsonObject

Texts: TypeAlias = "Mapping[str, str]"
"""JSON text by key, in the order of the format."""

NEED_REVISION: Final[AbstractSet[Risk]] = frozenset(
    {"closes", "closes-high-severity", "recomputes-determination"}
)
"""A change that carries one of these is written over the planned revision only."""


class Lines:
    """Writes the changes of one plan."""

    def __init__(self) -> None:
        self._risks = Once(_json)
        self._fields = Once(_fields)
        self._kept = Once(_kept_fields)
        self._body = Once(_object)
        self._applied = Once(_spec)
        self._spills = Once(_spills)

    def line(self, change: Change) -> str:
        return whole(self.texts(change))

    def texts(self, change: Change) -> Texts:
        return {
            "kind": quoted(change.ref.kind),
            "id": quoted(change.ref.id),
            "action": quoted(change.action),
            "reason": quoted(change.reason),
            "title": _foreign(change.title),
            "severity": _optional(change.severity),
            "created": _optional(change.created),
            "movedBy": _moved(change),
            "owner": _optional(change.owner),
            "ticket": _optional(change.ticket),
            "name": _optional(change.name),
            "expires": _optional(change.expires),
            "source": f'{{"path":{quoted(change.source.path)},"line":{change.source.line}}}',
            "revision": _optional(change.revision),
            "risks": self._risks(change.risks),
            "fields": self._fields(change.fields),
            "kept": self._kept(change.kept),
            "request": self._request(change.request),
            "applied": "null" if change.applied is None else self._applied(change.applied),
            "survivor": _survivor(change.survivor),
            "spillOver": self._spills(change.spills),
            "problem": _optional(change.problem),
            "detail": _foreign(change.detail),
        }

    def _request(self, request: Request | None) -> str:
        if request is None:
            return "null"
        method, path = quoted(request.method), quoted(request.path)
        return f'{{"method":{method},"path":{path},"body":{self._body(request.body)}}}'


class Decisions:
    """Of each change of one plan what will be done and put on file, and nothing about when."""

    def __init__(self) -> None:
        self._fields = Once(_canonical_fields)
        self._body = Once(_canonical_body)
        self._applied = Once(_canonical_spec)

    def text(self, change: Change) -> str:
        """Sorted keys, for it is hashed. The revision only where apply compares it (contract 6.2)."""
        applied = "null" if change.applied is None else self._applied(change.applied)
        needs_revision = not NEED_REVISION.isdisjoint(change.risks)
        revision = f',"revision":{_optional(change.revision)}' if needs_revision else ""
        return (
            f'{{"action":{quoted(change.action)},"applied":{applied},'
            f'"expires":{_optional(change.expires)},"fields":{self._fields(change.fields)},'
            f'"id":{quoted(change.ref.id)},"kind":{quoted(change.ref.kind)},'
            f'"reason":{quoted(change.reason)},"request":{self._request(change.request)}{revision}}}'
        )

    def _request(self, request: Request | None) -> str:
        if request is None:
            return "null"
        method, path = quoted(request.method), quoted(request.path)
        return f'{{"body":{self._body(request.body)},"method":{method},"path":{path}}}'


def whole(texts: Texts) -> str:
    """One object of all of them, in which no runner finds a command."""
    return inert(_frame(tuple(texts)) % tuple(texts.values()))


@lru_cache(maxsize=16)
def _frame(keys: tuple[str, ...]) -> str:
    """Those of the contract: none needs an escape."""
    pairs = ",".join([f'"{key}":%s' for key in keys])
    return f"{{{pairs}}}"


def _row(texts: Iterable[str]) -> str:
    return f"[{','.join(texts)}]"


def _json(value: Json) -> str:
    if isinstance(value, str):
        return quoted(value)
    if value is None:
        return "null"
    if isinstance(value, list | tuple):
        return _row(map(_json, value))
    if isinstance(value, Mapping):
        return _object(value)
    return encode(value)


def _canonical(value: Json) -> str:
    if isinstance(value, str):
        return quoted(value)
    if isinstance(value, list | tuple):
        return _row(map(_canonical, value))
    return canonical(value)


def _optional(text: str | None) -> str:
    return "null" if text is None else quoted(text)


def _foreign(text: Foreign | None) -> str:
    """A JSON string is a sink of its own: ASCII escapes make it inert until somebody parses it."""
    return "null" if text is None else quoted(text.raw)


def _moved(change: Change) -> str:
    if change.moved_by is None and change.moved_at is None:
        return "null"
    return f'{{"who":{_foreign(change.moved_by)},"at":{_optional(change.moved_at)}}}'


def _fields(fields: Iterable[FieldChange]) -> str:
    return _row(map(_field, fields))


def _field(field: FieldChange) -> str:
    before, after = _json(field.before), _json(field.after)
    head = f'{{"name":{quoted(field.name)},"before":{before},"after":{after}'
    return f'{head},"cause":{quoted(field.cause)}}}'


def _canonical_fields(fields: Iterable[FieldChange]) -> str:
    return _row(map(_canonical_field, fields))


def _canonical_field(field: FieldChange) -> str:
    before, after = _canonical(field.before), _canonical(field.after)
    head = f'{{"after":{after},"before":{before},"cause":{quoted(field.cause)}'
    return f'{head},"name":{quoted(field.name)}}}'


def _kept_fields(kept: Iterable[Kept]) -> str:
    return _row(map(_kept, kept))


def _kept(kept: Kept) -> str:
    head = f'{{"name":{quoted(kept.name)},"base":{_json(kept.base)}'
    values = f'"declared":{_json(kept.declared)},"live":{_json(kept.live)}'
    return f'{head},{values},"cause":{quoted(kept.cause)}}}'


def _canonical_body(body: JsonObject) -> str:
    pairs = [f"{quoted(key)}:{_canonical(value)}" for key, value in sorted(body.items())]
    return f"{{{','.join(pairs)}}}"


def _object(values: JsonObject) -> str:
    pairs = ",".join([f"{quoted(key)}:{_json(value)}" for key, value in values.items()])
    return f"{{{pairs}}}"


def _spec(spec: Spec) -> str:
    pairs = [
        f"{quoted(name)}:{_json(one.value if isinstance(one, Exactly) else as_json(one))}"
        for name, one in spec.items()
    ]
    return f"{{{','.join(pairs)}}}"


def _canonical_spec(spec: Spec) -> str:
    return canonical(spec_row(spec))


def _survivor(survivor: Survivor | None) -> str:
    if survivor is None:
        return "null"
    title, severity = _foreign(survivor.title), _optional(survivor.severity)
    return f'{{"id":{quoted(survivor.id)},"title":{title},"severity":{severity}}}'


def _spills(spills: Iterable[Spill]) -> str:
    return _row(map(_spill, spills))


def _spill(spill: Spill) -> str:
    declared = _json([f"{ref.kind}/{ref.id}" for ref in spill.declared])
    return f'{{"field":{quoted(spill.field)},"value":{_json(spill.value)},"declared":{declared}}}'
