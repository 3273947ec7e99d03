"""When two values of a shape are the same, and what counts as unset."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, strategies as st

from reconciler.kinds import KINDS
from reconciler.kinds.enums import CLASSIFICATION, DETERMINATION, INCIDENT_STATUS, WHY_READ_ONLY
from reconciler.kinds.shapes import (
    DetailsShape,
    EnumShape,
    PhrasesShape,
    PrincipalShape,
    TagsShape,
    TextShape,
    TimeShape,
    canonical,
    is_unset,
    key,
    same,
    ticks,
)

if TYPE_CHECKING:
    from reconciler.kinds.shapes import Shape
    from reconciler.model.words import Json

SHAPES: list[Shape] = [
    CLASSIFICATION,
    TextShape(),
    PrincipalShape(),
    TagsShape(),
    PhrasesShape(("a",)),
    TimeShape(),
    DetailsShape(),
]

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


@pytest.mark.parametrize(
    ("shape", "left", "right"),
    [
        (CLASSIFICATION, "truePositive", "TruePositive"),
        (CLASSIFICATION, None, "unknown"),
        (CLASSIFICATION, "", "Unknown"),
        (DETERMINATION, "clean", "notMalicious"),
        (DETERMINATION, "CompromisedUser", "compromisedAccount"),
        (TextShape(), "a\r\nb  \n", "a\nb"),
        (TextShape(), "", None),
        (TextShape(), " \n", None),
        (PrincipalShape(), " Kai@Contoso.com", "kai@contoso.com"),
        (PrincipalShape(), "", None),
        (TagsShape(), ["a", "b "], ["b", "a", "a"]),
        (TagsShape(), [], []),
        (PhrasesShape(("x", "y")), ["x", "y"], ["y", "x"]),
        (TimeShape(), "2026-01-31T12:00:00Z", "2026-01-31T13:00:00.0+01:00"),
        (TimeShape(), "2026-01-31T12:00:00.10Z", "2026-01-31T12:00:00.1000000Z"),
        (DetailsShape(), {"a": "1", "b": "2"}, {"b": "2", "a": "1"}),
        (DetailsShape(), {}, None),
    ],
)
def test_values_that_mean_the_same_are_the_same(shape: Shape, left: Json, right: Json) -> None:
    assert same(shape, left, right)


@pytest.mark.parametrize(
    ("shape", "left", "right"),
    [
        (CLASSIFICATION, "truePositive", "falsePositive"),
        (CLASSIFICATION, "unknown", "somethingNew"),
        (TextShape(), " a", "a"),
        (TextShape(), "A", "a"),
        (TagsShape(), ["a"], ["A"]),
        (TagsShape(), ["a"], ["a", "b"]),
        (TagsShape(), ["1"], [1]),
        (TimeShape(), "2026-01-31T12:00:00.0000001Z", "2026-01-31T12:00:00Z"),
        (TimeShape(), "soon", "later"),
        (DetailsShape(), {"a": "1"}, {"a": 1}),
        (TextShape(), "1", 1),
        (TextShape(), ["a"], "a"),
    ],
)
def test_values_that_mean_something_else_are_not(shape: Shape, left: Json, right: Json) -> None:
    assert not same(shape, left, right)


@pytest.mark.parametrize("shape", SHAPES)
def test_null_and_empty_text_are_unset_in_every_shape(shape: Shape) -> None:
    assert is_unset(shape, None)
    assert is_unset(shape, "")


def test_no_tags_are_unset() -> None:
    assert is_unset(TagsShape(), [])
    assert same(TagsShape(), [], None)


@pytest.mark.parametrize("shape", SHAPES)
@given(left=JSON, right=JSON)
def test_whatever_comes_back_can_be_compared(shape: Shape, left: Json, right: Json) -> None:
    assert same(shape, left, left)
    assert same(shape, left, right) == same(shape, right, left)
    assert hash(key(shape, left)) == hash(key(shape, left))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0001-01-01T00:00:00Z", 0),
        ("0001-01-01T00:00:01Z", 10_000_000),
        ("0001-01-01T00:00:00.0000001Z", 1),
        ("0001-01-01T00:00:00.123456789012Z", 1_234_567),
        ("0001-01-01T01:00:00+01:00", 0),
        ("0001-01-01T00:00:00-00:30", 18_000_000_000),
    ],
)
def test_a_time_is_counted_in_100_nanoseconds(text: str, expected: int) -> None:
    assert ticks(text) == expected


@pytest.mark.parametrize(
    "text",
    ["", "2026-01-31", "2026-01-31T12:00:00", "2026-02-30T12:00:00Z", "2026-01-31T25:00:00Z",
     "2026-01-31T12:00:00Z\n", "２０２６-01-31T12:00:00Z", "2026-01-31 12:00:00Z", "2026-01-31T12:00:00.Z"],
)  # fmt: skip
def test_what_is_no_time_has_no_ticks(text: str) -> None:
    assert ticks(text) is None


@pytest.mark.parametrize(
    "shape",
    [
        pytest.param(item.shape, id=f"{kind.name}.{item.name}")
        for kind in KINDS.values()
        for item in kind.fields
        if isinstance(item.shape, EnumShape)
    ],
)
def test_every_spelling_leads_to_a_member(shape: EnumShape) -> None:
    known = {*shape.names, *shape.read_only}

    assert set(shape.spellings.values()) <= known
    assert all(canonical(shape, name.upper()) == name for name in known)
    assert set(shape.read_only) <= set(WHY_READ_ONLY)
    assert not set(shape.names) & set(shape.read_only)


def test_an_unheard_of_member_stays_as_it_is() -> None:
    assert canonical(INCIDENT_STATUS, "Snoozed") == "Snoozed"
