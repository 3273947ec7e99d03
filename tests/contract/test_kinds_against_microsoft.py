"""Microsoft's own description and examples judge KINDS from outside.

``openapi-security-*.json``: slices of microsoftgraph/msgraph-metadata (MIT). ``doc-examples.json``:
examples of microsoftgraph/microsoft-graph-docs-contrib (text CC BY 4.0, code samples MIT).
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest

from reconciler.kinds import KINDS
from reconciler.kinds.enums import SENTINEL, SEVERITY
from reconciler.kinds.observe import observe
from reconciler.kinds.shapes import (
    DetailsShape,
    EnumShape,
    PhrasesShape,
    TagsShape,
    TimeShape,
)

if TYPE_CHECKING:
    from reconciler.kinds.kind import Field, Kind

HERE: Final = Path(__file__).parent
SLICES: Final = {
    version: json.loads((HERE / f"openapi-security-{version}.json").read_text())
    for version in ("v1.0", "beta")
}
EXAMPLES: Final = json.loads((HERE / "doc-examples.json").read_text())

FIELDS: Final = [
    pytest.param(kind, item, id=f"{kind.name}.{item.name}")
    for kind in KINDS.values()
    for item in kind.fields
]
ENUMS: Final = [found for found in FIELDS if isinstance(found.values[1].shape, EnumShape)]  # type: ignore[union-attr]  # pytest types a parameter as object


def resolved(version: str, schema: Any) -> Any:
    """Behind its reference; of ``anyOf`` with null the part that is not null."""
    while True:
        if "$ref" in schema:
            name = schema["$ref"].rsplit("/", 1)[1]
            schema = SLICES[version]["components"]["schemas"][name]
        elif "anyOf" in schema:
            schema = next(part for part in schema["anyOf"] if "$ref" in part)
        else:
            return schema


def properties(version: str, schema: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    whole = resolved(version, schema)
    for part in whole.get("allOf", ()):
        found |= properties(version, part)
    own: dict[str, Any] = whole.get("properties", {})
    return found | own


def of_kind(kind: Kind) -> dict[str, Any]:
    """The properties of what Microsoft's description answers to a read of one object."""
    pattern = re.compile(re.escape(kind.collection) + r"/\{[^/]+\}")
    [path] = [path for path in SLICES[kind.version]["paths"] if pattern.fullmatch(path)]
    operation = SLICES[kind.version]["paths"][path]["get"]
    [answer] = [answer for code, answer in operation["responses"].items() if code.startswith("2")]
    if "$ref" in answer:
        answer = SLICES[kind.version]["components"]["responses"][answer["$ref"].rsplit("/", 1)[1]]
    return properties(kind.version, answer["content"]["application/json"]["schema"])


def is_nullable(schema: dict[str, Any]) -> bool:
    return bool(schema.get("nullable")) or any(is_nullable(p) for p in schema.get("anyOf", ()))


@pytest.mark.parametrize(("kind", "item"), FIELDS)
def test_a_writable_property_exists(kind: Kind, item: Field) -> None:
    assert item.name in of_kind(kind)


@pytest.mark.parametrize(("kind", "item"), FIELDS)
def test_a_property_has_the_type_of_its_shape(kind: Kind, item: Field) -> None:
    schema = resolved(kind.version, of_kind(kind)[item.name])

    match item.shape:
        case TagsShape() | PhrasesShape():
            assert (schema["type"], schema["items"]["type"]) == ("array", "string")
        case DetailsShape():
            assert schema["title"] == "dictionary"
        case TimeShape():
            assert schema["format"] == "date-time"
        case _:
            assert schema["type"] == "string"


@pytest.mark.parametrize(("kind", "item"), ENUMS)
def test_the_members_are_microsofts(kind: Kind, item: Field) -> None:
    assert isinstance(item.shape, EnumShape)
    published = resolved(kind.version, of_kind(kind)[item.name])["enum"]

    assert sorted((*item.shape.names, *item.shape.read_only)) == sorted(published)
    assert SENTINEL in item.shape.read_only
    assert item.shape.unset in {None, *published}
    assert set(item.shape.aliases.values()) <= set(item.shape.names)
    assert not set(item.shape.aliases) & set(published)


NOT_TO_BE_NULLED: Final = {("IncidentTask", "status")}
"""Beta has no exact metadata: there nearly every property is nullable, and no page tells what a null
status of a task would mean; the page of its update lists members only."""


@pytest.mark.parametrize(("kind", "item"), FIELDS)
def test_null_may_be_declared_where_microsofts_description_has_it(kind: Kind, item: Field) -> None:
    published = is_nullable(of_kind(kind)[item.name])

    assert published == (item.nullable or (kind.name, item.name) in NOT_TO_BE_NULLED)


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.name)
def test_what_is_read_exists(kind: Kind) -> None:
    reads = kind.reads
    paths = [
        reads.title,
        reads.created,
        reads.revision,
        reads.severity,
        reads.moved_by,
        reads.tenant_id,
        reads.redirect,
    ]
    assert set(filter(None, paths)) <= set(of_kind(kind))
    found = of_kind(kind)
    for name in reads.parent:
        assert name in found
        found = properties(kind.version, found[name])
    assert set(kind.attachments) <= set(of_kind(kind))


def test_severities_are_microsofts_for_both_generations_of_alerts() -> None:
    schemas = SLICES["v1.0"]["components"]["schemas"]

    assert sorted((*SEVERITY.names, *SEVERITY.read_only)) == sorted(
        schemas["microsoft.graph.security.alertSeverity"]["enum"]
    )
    assert set(schemas["microsoft.graph.alertSeverity"]["enum"]) <= set(SEVERITY.spellings.values())


def published_objects() -> list[Any]:
    """Every object of a kind in the published answers: (kind, object, page)."""
    found: list[Any] = []
    for number, example in enumerate(EXAMPLES):
        kind = kind_of(str(example["url"]))
        body = example["response"]["body"]
        if kind is None or not isinstance(body, dict):
            continue
        objects = body["value"] if isinstance(body.get("value"), list) else [body]
        for position, one in enumerate(objects):
            found.append(pytest.param(kind, one, id=f"{number}-{kind.name}-{position}"))
            found += [
                pytest.param(KINDS["Alert"], alert, id=f"{number}-{kind.name}-{position}-alert-{n}")
                for n, alert in enumerate(one.get("alerts", ()))
            ]
    return found


def kind_of(url: str) -> Kind | None:
    path = url.partition("graph.microsoft.com")[2].partition("?")[0]
    for kind in KINDS.values():
        if re.fullmatch(rf"/(v1\.0|beta){re.escape(kind.collection)}(/[^/]+)?", path):
            return kind
    return None


PUBLISHED: Final = published_objects()


def is_placeholder(published: dict[str, Any]) -> bool:
    """The legacy pages show ``String (identifier)``, or no id at all."""
    return " " in published.get("id", " ")


@pytest.mark.parametrize(("kind", "published"), PUBLISHED)
def test_a_published_object_is_observed_unless_its_id_is_a_placeholder(
    kind: Kind, published: dict[str, Any]
) -> None:
    live = observe(kind, published)

    assert (live is None) == is_placeholder(published)
    assert live is None or live.ref.id == published["id"]
    assert live is None or live.revision == published.get(kind.reads.revision)


@pytest.mark.parametrize(("kind", "published"), PUBLISHED)
def test_a_published_enumeration_is_read_in_its_wire_spelling(
    kind: Kind, published: dict[str, Any]
) -> None:
    live = observe(kind, published)

    for name, value in live.fields.items() if live else ():
        shape = kind.by_name[name].shape
        if isinstance(shape, EnumShape) and value is not None:
            assert value in (*shape.names, *shape.read_only), name


def test_the_published_objects_are_of_every_kind_and_only_legacy_ones_are_placeholders() -> None:
    found = [(kind.name, is_placeholder(one)) for kind, one in (p.values for p in PUBLISHED)]

    assert {name for name, _ in found} == set(KINDS)
    assert {name for name, placeholder in found if placeholder} == {"LegacyAlert"}
