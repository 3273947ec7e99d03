"""schemas/document.schema.json: what an editor knows about a document."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

import jsonschema
import jsonschema_rs
import pytest

from reconciler.contract.document import deciding_schema, document_schema
from reconciler.contract.modes import MEANINGS, MODES
from reconciler.contract.schemas import SCHEMAS, as_text
from reconciler.kinds import KINDS, SETS
from reconciler.kinds.shapes import EnumShape
from reconciler.model.desired import EVERY_FIELD, Mode

if TYPE_CHECKING:
    from reconciler.kinds.kind import Kind

FOLDER = Path(__file__).parents[3] / "schemas"
FORMS = {**KINDS, **SETS}
PAIRED = [kind for kind in KINDS.values() if kind.pairs]


def good(name: str, spec: dict[str, Any]) -> dict[str, Any]:
    kind = FORMS[name]
    metadata = {"name": "n"} if name in SETS else {"id": kind.id_example}
    members = {"members": [kind.id_example]} if name in SETS else {}
    return {
        "apiVersion": "reconciler/v1",
        "kind": name,
        "metadata": metadata,
        **members,
        "spec": spec,
    }


def first_spec(kind: Kind) -> dict[str, Any]:
    shape = kind.by_name["status"].shape
    assert isinstance(shape, EnumShape)
    return {"status": shape.names[0]}


def takes(schema: dict[str, Any], instance: object) -> bool:
    return jsonschema.Draft7Validator(schema).is_valid(instance)


@pytest.mark.parametrize("name", ["document", "config"])
def test_the_committed_schema_is_the_codes_byte_for_byte(name: str, update_golden: bool) -> None:
    path = FOLDER / f"{name}.schema.json"
    text = as_text(SCHEMAS[name]())
    if update_golden:
        path.write_bytes(text.encode())

    assert path.read_bytes().decode() == text


@pytest.mark.parametrize("schema", [document_schema(), deciding_schema()])
def test_a_schema_is_one(schema: dict[str, Any]) -> None:
    jsonschema.Draft7Validator.check_schema(schema)


@pytest.mark.parametrize("name", FORMS)
def test_each_form_has_a_good_document(name: str) -> None:
    document = good(name, first_spec(FORMS[name]))

    assert takes(document_schema(), document)
    assert takes(deciding_schema(), document)


@pytest.mark.parametrize("name", FORMS)
def test_the_schema_of_one_form_takes_that_form_only(name: str) -> None:
    schema = document_schema(name)
    jsonschema.Draft7Validator.check_schema(schema)

    taken = [form for form in FORMS if takes(schema, good(form, first_spec(FORMS[form])))]

    assert taken == [name]


@pytest.mark.parametrize("name", FORMS)
@pytest.mark.parametrize("where", ["", "metadata", "spec"])
def test_an_unknown_key_is_refused_everywhere(name: str, where: str) -> None:
    document = good(name, first_spec(FORMS[name]))
    (document[where] if where else document)["unknown"] = "x"

    assert not takes(document_schema(), document)


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.name)
def test_every_member_is_declarable_and_explained(kind: Kind) -> None:
    properties = deciding_schema()["definitions"][f"{kind.name}Spec"]["properties"]

    for item in kind.fields:
        if isinstance(item.shape, EnumShape):
            expected = [*item.shape.names, *([None] if item.nullable else [])]
            assert properties[item.name]["enum"] == expected
            assert len(properties[item.name]["enumDescriptions"]) == len(expected)


@pytest.mark.parametrize("name", FORMS)
def test_every_field_of_a_form_can_have_every_mode(name: str) -> None:
    fields = [*FORMS[name].by_name, EVERY_FIELD]
    document = good(name, first_spec(FORMS[name]))

    for mode in MODES:
        managed = {**document, "management": dict.fromkeys(fields, mode)}
        assert takes(document_schema(), managed)
        assert takes(document_schema(name), managed)
        assert takes(deciding_schema(), managed)


def test_the_modes_are_those_of_the_model_each_with_its_meaning() -> None:
    assert sorted(MODES) == sorted(get_args(Mode))
    for kind in KINDS.values():
        schema = document_schema()["definitions"][f"{kind.name}Management"]["properties"]
        assert list(schema) == [*kind.by_name, EVERY_FIELD]
        for said in schema.values():
            assert dict(zip(said["enum"], said["enumDescriptions"], strict=True)) == dict(MEANINGS)


@pytest.mark.parametrize("name", FORMS)
@pytest.mark.parametrize(
    ("management", "is_good"),
    [
        ({"status": "once"}, True),
        ({"*": "yield"}, True),
        ({"*": "yield", "status": "enforce"}, True),
        ({}, False),
        ({"vendorInformation": "once"}, False),
        ({"id": "once"}, False),
        ({"**": "once"}, False),
        ({"status": "keep"}, False),
        ({"status": "Once"}, False),
        ({"status": "once\n"}, False),
        ({"status": None}, False),
        ({"status": True}, False),
        ({"status": 1}, False),
        ({"status": ["once"]}, False),
        ({"status": {"once": "once"}}, False),
        ("once", False),
        (["status"], False),
        (None, False),
    ],
)
def test_both_libraries_and_both_schemas_agree_on_management(
    name: str, management: object, *, is_good: bool
) -> None:
    document = {**good(name, first_spec(FORMS[name])), "management": management}

    for schema in (document_schema(), document_schema(name), deciding_schema()):
        fast = jsonschema_rs.Draft7Validator(schema)
        assert (fast.is_valid(document), takes(schema, document)) == (is_good, is_good)


@pytest.mark.parametrize("kind", PAIRED, ids=lambda kind: kind.name)
def test_the_determinations_offered_follow_the_classification(kind: Kind) -> None:
    assert kind.pairs is not None
    branches = document_schema(kind.name)["definitions"][f"{kind.name}Spec"]["allOf"]

    offered = {
        branch["if"]["properties"]["classification"]["enum"][0]: tuple(
            name
            for name in branch["then"]["properties"]["determination"]["enum"]
            if name is not None
        )
        for branch in branches
    }

    assert offered == dict(kind.pairs.allowed)


@pytest.mark.parametrize(
    ("spec", "is_good"),
    [
        ({"classification": "truePositive", "determination": "malware"}, True),
        ({"classification": "truePositive", "determination": "notMalicious"}, False),
        ({"classification": "truePositive", "determination": None}, False),
        ({"classification": None, "determination": "unknown"}, True),
        ({"classification": "unknown", "determination": None}, True),
        ({"classification": "truePositive"}, True),
        ({"determination": "malware"}, False),
        ({"customTags": ["a", "a"]}, False),
        ({"customTags": []}, True),
        ({"customTags": {}}, False),
        ({"customTags": {"present": []}}, False),
        ({"customTags": {"present": ["a"]}}, True),
        ({}, False),
    ],
)
def test_the_published_schema_knows_verdicts_and_tags(
    spec: dict[str, Any], *, is_good: bool
) -> None:
    assert takes(document_schema(), good("Incident", spec)) is is_good
