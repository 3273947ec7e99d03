"""schemas/document.schema.json: generated from KINDS, read by editors and by ``validate``.

Draft 7: what the YAML language server and older editors understand alike. Two forms of one schema:
the published one also teaches (which determination follows a classification, no repeats, lengths,
which JSON Schema counts in code points), the one that decides leaves that to our own checks, which
can be relaxed and explain themselves better.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, assert_never

from reconciler.contract.modes import mode
from reconciler.kinds import KINDS, SETS
from reconciler.kinds.shapes import (
    DetailsShape,
    EnumShape,
    PhrasesShape,
    PrincipalShape,
    TagsShape,
    TextShape,
    TimeShape,
)
from reconciler.model.desired import EVERY_FIELD

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from reconciler.kinds.kind import Field, Kind, Pairs
    from reconciler.kinds.shapes import Shape

DRAFT: Final = "http://json-schema.org/draft-07/schema#"
API_VERSION: Final = "reconciler/v1"

NOTES: Final = {
    "reason": "why this is so, for reviewers",
    "ticket": "the ticket that asked for it",
    "owner": "the team that answers for it",
    "expires": "YYYY-MM-DD: released from 00:00 UTC of that day, never reversed",
}
"""The keys of ``metadata`` that every form has, with what they say."""

_OWNERS: Final = "who owns a declared field when people change it: by field, or '*' in quotes"

Schema = dict[str, Any]


def document_schema(kind_name: str | None = None) -> Schema:
    """What editors get; with ``kind_name`` (a kind or a set) for documents of that form alone."""
    return _root(_forms(kind_name), teaching=True)


def deciding_schema() -> Schema:
    """What ``validate`` asks; enums and keys as published, verdict pairs and repeats left out."""
    return _root(_forms(None), teaching=False)


def _forms(kind_name: str | None) -> dict[str, Kind]:
    forms = {**KINDS, **SETS}
    return forms if kind_name is None else {kind_name: forms[kind_name]}


def _root(forms: dict[str, Kind], *, teaching: bool) -> Schema:
    kinds = {kind.name: kind for kind in forms.values()}
    return {
        "$schema": DRAFT,
        "title": "reconciler document",
        "description": "The declared state of one object in Microsoft Graph security, or of a set",
        "type": "object",
        "required": ["apiVersion", "kind", "metadata", "spec"],
        "properties": {
            "apiVersion": {"const": API_VERSION, "description": f"always {API_VERSION}"},
            "kind": {
                "description": "what is declared",
                "enum": list(forms),
                "enumDescriptions": [_form_description(name, forms[name]) for name in forms],
            },
            "metadata": {"description": "which object, and why"},
            "spec": {"description": "the declared properties, under Graph's names"},
            "members": {"description": "the ids of a set, in quotes"},
            "management": {"description": _OWNERS},
        },
        "allOf": [_when(_is_kind(name), {"$ref": f"#/definitions/{name}"}) for name in forms],
        "definitions": {
            **{name: _form(name, kind) for name, kind in forms.items()},
            **{f"{name}Spec": _spec(kind, teaching=teaching) for name, kind in kinds.items()},
            **{f"{name}Management": _management(kind) for name, kind in kinds.items()},
        },
    }


def _is_kind(name: str) -> Schema:
    """By ``pattern`` as well: it is met whole or not at all.

    While it completes, the language server takes a ``const`` as met by its beginning (``Incident``
    by IncidentTask), and would offer the values of both kinds.
    """
    return {"kind": {"const": name, "pattern": f"^{name}$"}}


def _form_description(name: str, kind: Kind) -> str:
    return f"{kind.description}: one spec for all members" if name in SETS else kind.description


def _when(properties: Schema, then: Schema) -> Schema:
    return {"if": {"properties": properties, "required": list(properties)}, "then": then}


def _form(name: str, kind: Kind) -> Schema:
    is_set = name in SETS
    properties: Schema = {
        "apiVersion": True,
        "kind": True,
        "metadata": _metadata(kind, is_set=is_set),
        **({"members": _members(kind)} if is_set else {}),
        "spec": {"$ref": f"#/definitions/{kind.name}Spec"},
        "management": {"$ref": f"#/definitions/{kind.name}Management"},
    }
    return {
        "title": name,
        "properties": properties,
        "required": ["members"] if is_set else [],
        "additionalProperties": False,
    }


def _metadata(kind: Kind, *, is_set: bool) -> Schema:
    name = {"name": _text("the name of the set")}
    identity = name if is_set else {"id": _id(kind)}
    date = {
        **_text(NOTES["expires"]),
        "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$",
        "patternErrorMessage": "expected a date like 2026-12-31",
    }
    notes = {key: _text(NOTES[key]) for key in NOTES if key != "expires"}
    return {
        "type": "object",
        "description": "which object, and why",
        "required": list(identity),
        "properties": {**identity, **notes, "expires": date},
        "additionalProperties": False,
    }


def _id(kind: Kind) -> Schema:
    return {
        **_text(f'the id of the object in Graph, in quotes: "{kind.id_example}"'),
        "pattern": f"^(?:{kind.id_pattern})$",
        "patternErrorMessage": f"expected an id like {kind.id_example!r}",
    }


def _members(kind: Kind) -> Schema:
    return {
        "type": "array",
        "description": "the ids of the objects that get this spec, in quotes",
        "minItems": 1,
        "items": _id(kind),
    }


def _text(description: str) -> Schema:
    return {"type": "string", "minLength": 1, "description": description}


def _spec(kind: Kind, *, teaching: bool) -> Schema:
    pairs = kind.pairs if teaching else None
    schema: Schema = {
        "type": "object",
        "title": kind.name,
        "description": "the declared properties; what is not named here is not managed",
        "minProperties": 1,
        "properties": {
            item.name: _property(item, pairs, teaching=teaching) for item in kind.fields
        },
        "additionalProperties": False,
    }
    if pairs:
        schema["dependencies"] = {pairs.determination: [pairs.classification]}
        schema["allOf"] = _pairing(kind.by_name[pairs.determination], pairs)
    return schema


def _management(kind: Kind) -> Schema:
    fields = {name: mode(f"who owns {name} when people change it") for name in kind.by_name}
    return {
        "type": "object",
        "description": _OWNERS,
        "minProperties": 1,
        "properties": {**fields, EVERY_FIELD: mode("every declared field that is not named here")},
        "additionalProperties": False,
    }


def _property(item: Field, pairs: Pairs | None, *, teaching: bool) -> Schema:
    """The determination's values stand in the branches alone, so that completion follows them."""
    if pairs and item.name == pairs.determination:
        return {"description": item.description}
    schema = {"description": item.description, **_shape(item)}
    if teaching and isinstance(item.shape, TagsShape | PhrasesShape):
        schema["uniqueItems"] = True
    if teaching and isinstance(item.shape, TextShape) and item.shape.longest:
        schema["maxLength"] = item.shape.longest
    return schema


def _shape(item: Field) -> Schema:
    match item.shape:
        case EnumShape() as shape:
            return _enum(shape, shape.names, nullable=item.nullable)
        case TextShape() | PrincipalShape():
            return {"type": _types("string", item), "minLength": 1}
        case TimeShape():
            return {
                "type": _types("string", item),
                "pattern": r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,7})?Z$",
                "patternErrorMessage": "expected a UTC time like 2026-01-31T12:00:00Z",
            }
        case TagsShape():
            return _tags()
        case PhrasesShape(allowed=allowed):
            return {"type": "array", "minItems": 1, "items": {"enum": list(allowed)}}
        case DetailsShape():
            return _details(item)
        case other:
            assert_never(other)


def _types(name: str, item: Field) -> str | list[str]:
    return [name, "null"] if item.nullable else name


def _enum(shape: Shape, names: Iterable[str], *, nullable: bool) -> Schema:
    members = shape.members if isinstance(shape, EnumShape) else ()
    meanings = {member.name: member.meaning for member in members}
    values: list[str | None] = list(names)
    descriptions = [meanings[name] for name in names]
    if nullable:
        values.append(None)
        descriptions.append("No value")
    return {"enum": values, "enumDescriptions": descriptions}


def _tags() -> Schema:
    tag = {"type": "string", "minLength": 1}
    some = {"type": "array", "minItems": 1, "items": tag}
    return {
        "type": ["array", "object"],
        "items": tag,
        "minProperties": 1,
        "properties": {
            "present": {**some, "description": "added if missing; other tags stay"},
            "absent": {**some, "description": "removed if there"},
        },
        "additionalProperties": False,
    }


def _details(item: Field) -> Schema:
    return {
        "type": _types("object", item),
        "minProperties": 1,
        "propertyNames": {
            "pattern": "^[^@]+$",
            "patternErrorMessage": "expected a name without '@', which marks OData's own",
        },
        "additionalProperties": {"type": "string", "minLength": 1},
    }


def _pairing(determination: Field, pairs: Pairs) -> Sequence[Schema]:
    shape = determination.shape
    unset = shape.unset if isinstance(shape, EnumShape) else None
    return [
        _when(
            {pairs.classification: {"enum": [name, None] if name == unset else [name]}},
            {"properties": {pairs.determination: _enum(shape, allowed, nullable=name == unset)}},
        )
        for name, allowed in pairs.allowed.items()
    ]
