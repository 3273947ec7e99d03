from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from reconciler.kinds import KINDS
from reconciler.model.plan import Kept
from reconciler.model.words import Foreign, Json
from reconciler.review.kept import left
from reconciler.review.steps import Move, Parts, Step

LEFT = "left alone"


def shown(one: Kept, kind: str = "Incident") -> Step:
    (step,) = left(kind, (one,))
    return step


def foreign(*words: str) -> tuple[Foreign, ...]:
    return tuple(map(Foreign, words))


def test_a_value_that_somebody_changed_is_shown_from_what_was_applied_to_what_is_there() -> None:
    assert shown(Kept("status", "resolved", "resolved", "active", "drift")) == Move(
        "status", Foreign("resolved"), Foreign("active"), "", " → ", LEFT
    )
    assert shown(Kept("assignedTo", "kai", "kai", None, "drift")) == Move(
        "assignedTo", Foreign("kai"), None, "", " → ", LEFT
    )


@pytest.mark.parametrize(
    ("base", "live", "joint"),
    [("active", "resolved", ", somebody set "), ("resolved", "resolved", ", found ")],
)
def test_a_conflict_shows_both_sides_and_blames_nobody_for_a_half_that_rests(
    base: str, live: str, joint: str
) -> None:
    one = Kept("status", base, "inProgress", live, "conflict")

    assert shown(one) == Move(
        "status", Foreign("inProgress"), Foreign(live), "declared ", joint, LEFT
    )


def test_a_value_that_is_only_for_the_first_time_shows_what_was_found_instead() -> None:
    assert shown(Kept("assignedTo", None, "kai", "lee", "declared")) == Move(
        "assignedTo", Foreign("kai"), Foreign("lee"), "declared ", ", found ", LEFT
    )


@pytest.mark.parametrize(
    ("base", "declared", "live", "added", "removed"),
    [
        (["a", "b"], ["a", "b"], ["b ", "c"], ["c"], ["a"]),
        (["a"], ["a", "new"], ["a", "x"], ["x"], []),
        ({"present": ["p"]}, {"present": ["p", "new"]}, ["x"], [], ["p"]),
        ({"present": ["p"], "absent": ["n"]}, {"absent": ["n"]}, ["n"], ["n"], []),
        ({"present": ["p"]}, ["p"], None, [], ["p"]),
        (["a"], ["a"], [7, "a"], ["7"], []),
    ],
)
def test_of_tags_those_are_shown_that_somebody_moved_and_the_document_still_names(
    base: Json, declared: Json, live: Json, added: list[str], removed: list[str]
) -> None:
    one = Kept("customTags", base, declared, live, "drift")

    assert shown(one) == Parts("customTags", foreign(*added), foreign(*removed), (), LEFT)


def test_tags_of_which_no_single_one_can_be_named_are_shown_whole() -> None:
    assert shown(Kept("customTags", ["a"], ["b"], ["a"], "drift")) == Move(
        "customTags", Foreign("a"), Foreign("a"), "", " → ", LEFT
    )


def test_of_details_the_keys_are_shown_that_the_document_names() -> None:
    base = {"Owner": "tier1", "Ring": "0"}
    live = {"Owner": "lee", "Other": "1"}

    assert shown(Kept("customDetails", base, base, live, "drift"), "Alert") == Parts(
        "customDetails",
        (),
        foreign("Ring=0"),
        ((Foreign("Owner"), Foreign("tier1"), Foreign("lee")),),
        LEFT,
    )
    declared = {"Owner": "tier2"}
    assert shown(Kept("customDetails", base, declared, live, "conflict"), "Alert") == Move(
        "customDetails",
        Foreign("Owner=tier2"),
        Foreign("Owner=lee"),
        "declared ",
        ", somebody set ",
        LEFT,
    )


def test_details_that_are_gone_are_shown_as_gone() -> None:
    base = {"Owner": "tier1"}

    assert shown(Kept("customDetails", base, base, None, "drift"), "Alert") == Parts(
        "customDetails", (), foreign("Owner=tier1"), (), LEFT
    )


def test_phrases_are_shown_like_any_list() -> None:
    base = ["Closed in IPC"]

    assert shown(Kept("comments", base, base, [], "drift"), "LegacyAlert") == Parts(
        "comments", (), foreign("Closed in IPC"), (), LEFT
    )


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=5,
)


@given(
    st.sampled_from([(kind.name, name) for kind in KINDS.values() for name in kind.by_name]),
    st.tuples(anything, anything, anything),
    st.sampled_from(["declared", "drift", "conflict"]),
)
def test_whatever_a_file_holds_can_be_shown(
    field: tuple[str, str], values: tuple[Json, Json, Json], cause: str
) -> None:
    kind, name = field

    assert shown(Kept(name, *values, cause), kind).name == name  # type: ignore[arg-type]  # a cause
