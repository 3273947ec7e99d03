from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, strategies as st

from reconciler.codec.odata import Comparison, Junction, Negation, parse
from reconciler.codec.strict import Odd

if TYPE_CHECKING:
    from reconciler.codec.odata import Node

ACTIVE = Comparison("status", "eq", "text", "active")
HIGH = Comparison("severity", "eq", "text", "high")
NOBODY = Comparison("assignedTo", "eq", "null", "null")


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("status eq 'active'", ACTIVE),
        ("  status   eq 'active'  ", ACTIVE),
        ("(((status eq 'active')))", ACTIVE),
        ("status eq 'active' and severity eq 'high'", Junction("and", (ACTIVE, HIGH))),
        (
            "status eq 'active' or severity eq 'high' and assignedTo eq null",
            Junction("or", (ACTIVE, Junction("and", (HIGH, NOBODY)))),
        ),
        (
            "(status eq 'active' or severity eq 'high') and assignedTo eq null",
            Junction("and", (Junction("or", (ACTIVE, HIGH)), NOBODY)),
        ),
        ("not status eq 'active'", Negation(ACTIVE)),
        ("not (not (status eq 'active'))", Negation(Negation(ACTIVE))),
        ("assignedTo eq 'o''neil'", Comparison("assignedTo", "eq", "text", "o'neil")),
        ("assignedTo eq ''", Comparison("assignedTo", "eq", "text", "")),
        (
            "createdDateTime ge 2026-01-02T03:04:05.1234567Z",
            Comparison("createdDateTime", "ge", "time", "2026-01-02T03:04:05.1234567Z"),
        ),
        (
            "createdDateTime lt 2026-01-02",
            Comparison("createdDateTime", "lt", "time", "2026-01-02"),
        ),
        ("a/b ne -1.5", Comparison("a/b", "ne", "number", "-1.5")),
        ("a le true", Comparison("a", "le", "bool", "true")),
        ("a gt false", Comparison("a", "gt", "bool", "false")),
    ],
)
def test_a_filter_is_read_as_odata_says(text: str, tree: Node) -> None:
    assert parse(text) == tree


@pytest.mark.parametrize(
    "text",
    [
        "",
        "status",
        "status eq",
        "status eq active",
        "status is 'active'",
        "'active' eq status",
        "eq eq 'a'",
        "status eq 'active",
        "status eq 'active' and",
        "status eq 'active' severity eq 'high'",
        "(status eq 'active'",
        "status eq 'active')",
        "status eq 'a'b",
        "a eq 5abc",
        "status in ('active','resolved')",
        "contains(displayName,'x')",
        "evidence/any(e: e/id eq 'x')",
        "status eq 'a' && severity eq 'b'",
        "(" * 40 + "status eq 'active'" + ")" * 40,
        "not " * 40 + "status eq 'active'",
        " or ".join(["status eq 'active'"] * 101),
        "status eq '" + "x" * 20_000 + "'",
    ],
)
def test_a_filter_that_is_not_understood_is_refused(text: str) -> None:
    with pytest.raises(Odd, match="Invalid filter clause"):
        parse(text)


def test_many_comparisons_and_some_nesting_are_read() -> None:
    parse(" or ".join(["status eq 'active'"] * 100))
    parse("(" * 30 + "status eq 'active'" + ")" * 30)


words = st.sampled_from(
    [
        *"()'/, ",
        "and",
        "or",
        "not",
        "eq",
        "ne",
        "ge",
        "null",
        "true",
        "status",
        "'x'",
        "1",
        "2026-01-01",
    ]
)


def _refusal(text: str) -> Odd | None:
    try:
        parse(text)
    except Odd as refused:
        return refused
    return None


@given(st.one_of(st.text(max_size=60), st.lists(words, max_size=30).map(" ".join)))
def test_whatever_is_sent_the_parser_answers_or_refuses(text: str) -> None:
    refused = _refusal(text)
    assert refused is None or str(refused).isprintable()


names = st.sampled_from(["status", "assignedTo", "incident/id"])
literals = st.one_of(
    st.text(max_size=8).map(lambda text: ("text", text)),
    st.integers(-(10**9), 10**9).map(lambda number: ("number", str(number))),
    st.sampled_from([("null", "null"), ("bool", "true"), ("time", "2026-01-01T00:00:00Z")]),
)
comparisons = st.builds(
    lambda name, operator, literal: Comparison(name, operator, *literal),
    names,
    st.sampled_from(["eq", "ne", "gt", "ge", "lt", "le"]),
    literals,
)


def _written(node: Node) -> str:
    match node:
        case Comparison(path, operator, kind, value):
            literal = "'" + value.replace("'", "''") + "'" if kind == "text" else value
            return f"{path} {operator} {literal}"
        case Negation(part):
            return f"not ({_written(part)})"
        case Junction(word, parts):
            return f" {word} ".join(f"({_written(part)})" for part in parts)


trees = st.recursive(
    comparisons,
    lambda inner: st.one_of(
        st.builds(Negation, inner),
        st.builds(
            Junction,
            st.sampled_from(["and", "or"]),
            st.lists(inner, min_size=2, max_size=3).map(tuple),
        ),
    ),
    max_leaves=12,
)


@given(trees)
def test_a_tree_written_as_text_is_read_back(tree: Node) -> None:
    assert parse(_written(tree)) == tree
