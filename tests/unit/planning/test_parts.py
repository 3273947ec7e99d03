"""Tags and details part by part: what differs and what is sent, in the order of the live list."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from reconciler.model.desired import Declaration, Elements, Entries, Exactly
from reconciler.planning.parts import (
    Ground,
    Part,
    applied_entries,
    applied_tags,
    entries,
    is_no_entry,
    live_tags,
    name_of,
    tags,
    wants,
    with_entries,
    with_tags,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from reconciler.model.words import Json

NONE = Ground(None, has_base=False)
NEW = Ground(None, has_base=True)


def merged(declared: Declaration, live: Sequence[Json], ground: Ground = NONE) -> list[Json]:
    """Live with every tag written that differs."""
    return with_tags(live, list(tags(declared, ground, live)))


@pytest.mark.parametrize(
    ("declared", "live", "after"),
    [
        (Exactly(["b", "c"]), ["a", " b"], [" b", "c"]),
        (Exactly(["a"]), [], ["a"]),
        (Exactly([]), ["a"], []),
        (Elements(("new",), ("old",)), ["x", "old", "y"], ["x", "y", "new"]),
        (Elements(("Case",)), ["case"], ["case", "Case"]),
        (Elements(("b", "a")), ["z"], ["z", "b", "a"]),
        (Elements(absent=("a",)), ["a", " a ", "b", "a"], ["b"]),
        (Exactly([" a", "a "]), ["b"], ["a"]),
        (Exactly([" a "]), ["a", "b"], ["a"]),
        (Exactly(["a"]), ["a", {"odd": 1}, 7], ["a"]),
        (Elements(("b",)), [{"odd": 1}, "a"], [{"odd": 1}, "a", "b"]),
    ],
)
def test_the_list_to_send_is_live_minus_what_goes_plus_what_comes(
    declared: Declaration, live: Sequence[Json], after: list[Json]
) -> None:
    assert merged(declared, live) == after


def test_an_added_tag_of_a_person_survives_a_declared_change_of_another_tag() -> None:
    ground = Ground(Exactly(["pentest"]), has_base=True)
    live = ["theirs", "pentest"]
    parts = list(tags(Exactly(["closed"]), ground, live))

    assert parts == [
        Part("theirs", False, "drift"),
        Part("pentest", False, "declared"),
        Part("closed", True, "declared"),
    ]
    assert with_tags(live, parts[1:]) == ["theirs", "closed"]


@pytest.mark.parametrize(
    ("base", "declared", "live", "expected"),
    [
        # nothing is said of it in the base
        (Elements(("a",)), Exactly(["a"]), ["a", "z"], Part("z", False, "first")),
        (Elements(("a",)), Elements(("a",), ("z",)), ["a", "z"], Part("z", False, "first")),
        # exactly these: each other tag is said to be absent
        (Exactly(["a"]), Exactly(["a"]), ["a", "z"], Part("z", False, "drift")),
        (Exactly(["a"]), Elements(absent=("z",)), ["a", "z"], Part("z", False, "drift")),
        (Exactly(["a"]), Elements(("a", "z")), ["a"], Part("z", True, "declared")),
        (Exactly(["a", "z"]), Exactly(["a"]), ["a", "z"], Part("z", False, "declared")),
        (Exactly(["a"]), Elements(("a",)), [], Part("a", True, "drift")),
        # the other form in the base
        (Elements(("a",)), Exactly(["a"]), [], Part("a", True, "drift")),
        (Elements(absent=("a",)), Exactly(["a"]), [], Part("a", True, "declared")),
        (Elements(absent=("z",)), Exactly(["a"]), ["a", "z"], Part("z", False, "drift")),
        # a base that says null is the empty list
        (Exactly(None), Elements(("a",)), [], Part("a", True, "declared")),
        (Exactly(None), Elements(absent=("a",)), ["a"], Part("a", False, "drift")),
        # what is no tag at all
        (Exactly([]), Exactly([]), [7], Part(None, False, "drift")),
        (None, Exactly([]), [7], Part(None, False, "first")),
    ],
)
def test_who_moved_a_tag_is_told_by_what_the_base_says_of_it(
    base: Declaration | None, declared: Declaration, live: Sequence[Json], expected: Part
) -> None:
    assert list(tags(declared, Ground(base, has_base=True), live)) == [expected]


def test_tags_come_in_the_order_of_live_and_then_of_the_document() -> None:
    declared = Elements(present=("n", "m"), absent=("a", "b"))

    assert [part.key for part in tags(declared, NEW, ["b", "x", "a"])] == ["b", "a", "n", "m"]


def test_without_a_base_a_tag_that_somebody_may_have_set_is_blind() -> None:
    declared = Elements(present=("n",), absent=("a",))

    assert list(tags(declared, NONE, ["a"])) == [
        Part("a", False, "blind"),
        Part("n", True, "first"),
    ]
    assert [part.situation for part in tags(declared, NEW, ["a"])] == ["first", "first"]


@pytest.mark.parametrize(
    ("declaration", "expected"),
    [
        (Exactly(["a"]), [True, False]),
        (Elements(("a",)), [True, None]),
        (Elements(("a",), ("b",)), [True, False]),
        (Entries({"a": "1"}), [None, None]),
        (None, [None, None]),
    ],
)
def test_what_a_declaration_says_of_a_tag(
    declaration: Declaration | None, expected: list[bool | None]
) -> None:
    assert [wants(declaration, tag) for tag in ("a", "b")] == expected


@pytest.mark.parametrize(
    ("value", "expected"), [(None, ()), (["a"], ["a"]), (("a",), ("a",)), ("a", None), ({}, None)]
)
def test_a_live_null_is_an_empty_list_and_anything_but_a_list_is_none(
    value: Json, expected: Sequence[Json] | None
) -> None:
    assert live_tags(value) == expected


def test_a_tag_is_trimmed_and_what_is_no_text_has_no_name() -> None:
    assert [name_of(one) for one in (" a ", "A", 7, None)] == ["a", "A", None, None]


@pytest.mark.parametrize(
    ("base", "live", "expected"),
    [
        (Entries({"k": "1"}), {"k": "1"}, "declared"),
        (Entries({"k": "2"}), {"k": "9"}, "drift"),
        (Entries({"k": "2"}), {}, "drift"),
        (Entries({"k": "1"}), {"k": "9"}, "conflict"),
        (Entries({"k": "1"}), {"k": ""}, "conflict"),
        (Entries({"other": "1"}), {"k": "9"}, "first"),
        (Exactly(None), {}, "declared"),
        (Exactly(None), {"k": ""}, "declared"),
        (Exactly(None), {"k": None}, "declared"),
        (Exactly(None), {"k": "9"}, "conflict"),
        (None, {"k": "9"}, "first"),
    ],
)
def test_who_moved_a_key_is_told_by_what_the_base_says_of_it(
    base: Declaration | None, live: Mapping[str, Json], expected: str
) -> None:
    found = list(entries(Entries({"k": "2"}), Ground(base, has_base=True), live))

    assert found == [Part("k", "2", expected)]  # type: ignore[arg-type]  # a literal, in words


def test_without_a_base_a_key_that_holds_something_is_blind() -> None:
    declared = Entries({"a": "1", "b": "1", "c": "1", "d": "1"})
    live = {"a": "9", "b": "", "d": "1"}

    assert [(part.key, part.situation) for part in entries(declared, NONE, live)] == [
        ("a", "blind"),
        ("b", "first"),
        ("c", "first"),
    ]


def test_keys_that_are_not_written_are_sent_as_they_live() -> None:
    written = [Part("a", "1", "first"), Part("c", "3", "first")]

    assert with_entries({"a": "9", "b": "2"}, written) == {"a": "1", "b": "2", "c": "3"}
    assert with_entries({}, ()) == {}


@pytest.mark.parametrize(
    ("value", "expected"), [(None, True), ("", True), ("0", False), (0, False)]
)
def test_null_and_no_text_are_no_entry(value: Json, expected: bool) -> None:
    assert is_no_entry(value) is expected


@pytest.mark.parametrize(
    ("declared", "pending", "expected"),
    [
        (Exactly(["a", "n"]), [("n", True)], Exactly(["a"])),
        (Exactly(["a"]), [("o", False)], Exactly(["a", "o"])),
        (Exactly([]), [("o", False)], Exactly(["o"])),
        (
            Elements(("a", "n"), ("b", "o")),
            [("n", True), ("o", False)],
            Elements(("a", "o"), ("b", "n")),
        ),
        (Elements(absent=("o",)), [("o", False)], Elements(present=("o",))),
    ],
)
def test_tags_that_are_still_to_come_stand_applied_the_other_way_round(
    declared: Declaration, pending: Sequence[tuple[str, bool]], expected: Declaration
) -> None:
    parts = [Part(tag, wanted, "declared") for tag, wanted in pending]

    assert applied_tags(declared, parts) == expected


@pytest.mark.parametrize(
    ("base", "is_written", "expected"),
    [
        (Entries({"k": "1", "gone": "x"}), False, Entries({"k": "1", "j": "3"})),
        (Entries({"k": "1"}), True, Entries({"k": "1", "j": "3"})),
        (Exactly(None), False, Exactly(None)),
        (Exactly(None), True, Entries({"k": "2", "j": "3"})),
    ],
)
def test_keys_that_are_still_to_come_stand_applied_as_the_base_has_them(
    base: Declaration, is_written: bool, expected: Declaration
) -> None:
    declared = Entries({"k": "2", "j": "3"})
    pending = [Part("k", "2", "conflict")]

    assert applied_entries(declared, base, pending, is_written=is_written) == expected
