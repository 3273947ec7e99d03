from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from reconciler.codec import specs
from reconciler.codec.strict import Odd
from reconciler.kinds import KINDS
from reconciler.kinds.shapes import DetailsShape, PhrasesShape, TagsShape
from reconciler.model.desired import Elements, Entries, Exactly

if TYPE_CHECKING:
    from reconciler.kinds.kind import Field
    from reconciler.model.desired import Declaration, Spec
    from reconciler.model.words import JsonObject

FIELDS = [(kind.name, item) for kind in KINDS.values() for item in kind.fields]
NAMES = [f"{kind}.{item.name}" for kind, item in FIELDS]


def declarations(item: Field) -> list[Declaration]:
    """One of each form that a document can say of the field."""
    match item.shape:
        case TagsShape():
            elements = (Elements(("a",), ("b",)), Elements(present=("a",)), Elements(absent=("b",)))
            return [Exactly(None), Exactly([]), Exactly(["b", "a"]), *elements]
        case PhrasesShape():
            return [Exactly(None), Exactly([]), Exactly(["a"])]
        case DetailsShape():
            return [Exactly(None), Entries({"k": "v", "a": ""})]
        case _:
            return [Exactly(None), Exactly("a")]


@pytest.mark.parametrize(("kind", "item"), FIELDS, ids=NAMES)
def test_whatever_a_document_says_of_a_field_comes_back(kind: str, item: Field) -> None:
    for declaration in declarations(item):
        row = json.loads(json.dumps(specs.spec_row({item.name: declaration})))

        assert specs.spec(kind, row) == {item.name: declaration}


def test_a_row_says_it_as_the_document_does() -> None:
    spec: Spec = {"status": Exactly("active"), "customTags": Elements(("a", "b"))}

    assert specs.spec_row(spec) == {"status": "active", "customTags": {"present": ["a", "b"]}}


def test_fields_come_in_the_order_of_their_kind() -> None:
    found = specs.spec("Incident", {"customTags": ["a"], "assignedTo": None, "status": "active"})

    assert [*found] == ["status", "assignedTo", "customTags"]


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ({}, "it declares nothing"),
        ({"title": "x"}, "'title' is no field of Incident"),
        ({"t\u202e": "x"}, r"'t\\u202e' is no field of Incident"),
        ({"status": True}, "'status' is True; expected a text"),
        ({"status": 1}, "'status' is 1; expected a text"),
        ({"status": {"present": ["a"]}}, "expected a text"),
        ({"status": ["a"]}, "expected a text"),
        ({"customTags": "a"}, "expected a list"),
        ({"customTags": [1]}, "expected a list of texts"),
        ({"customTags": {}}, "'customTags' holds neither 'present' nor 'absent'"),
        ({"customTags": {"more": ["a"]}}, "holds neither"),
        ({"customTags": {"present": ["a"], "more": ["b"]}}, "holds neither"),
        ({"customTags": {"present": "a"}}, "'present' is 'a'; expected a list"),
        ({"customTags": {"absent": [None]}}, "'absent' is .*; expected a list of texts"),
    ],
)
def test_what_no_document_says_is_odd(row: JsonObject, message: str) -> None:
    with pytest.raises(Odd, match=message):
        specs.spec("Incident", row)


@pytest.mark.parametrize("found", ["a", ["a"], {"k": 1}, {"k": None}])
def test_details_are_texts_by_key(found: object) -> None:
    with pytest.raises(Odd):
        specs.spec("Alert", json.loads(json.dumps({"customDetails": found})))
