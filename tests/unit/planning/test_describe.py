from __future__ import annotations

from collections import Counter
from types import MappingProxyType
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings, strategies as st

from reconciler.planning import describe as describe_module
from reconciler.planning.describe import Delta, describe

if TYPE_CHECKING:
    from reconciler.model.words import Json

texts = st.text(st.characters(), max_size=6) | st.sampled_from(
    ["a", "b", "root['a']", '"', "'", "\ud800", "\\", "", "[0]", "a.b", "__x__"]
)
plain: st.SearchStrategy[bool | int | str | None] = (
    st.none() | st.booleans() | st.integers(-3, 3) | texts
)


@pytest.mark.parametrize(
    ("before", "after", "delta"),
    [
        (["a", "b"], ["b", "c", "a"], Delta(added=("c",))),
        (["a", "b"], ["b"], Delta(removed=("a",))),
        (["a"], ["b"], Delta(added=("b",), removed=("a",))),
        (["a", "b"], ["b", "a"], Delta()),
        (["a", "a"], ["a"], Delta(removed=("a",))),
        ([], ["a", "a"], Delta(added=("a", "a"))),
        (None, ["a"], Delta(added=("a",))),
        (("a",), None, Delta(removed=("a",))),
        ([{"b": 1, "a": 2}], [{"a": 2, "b": 1}, 7], Delta(added=(7,))),
    ],
)
def test_a_list_tells_what_came_and_went_whatever_the_order(
    before: Json, after: Json, delta: Delta
) -> None:
    assert describe(before, after) == delta


@pytest.mark.parametrize(
    ("before", "after", "delta"),
    [
        ({"a": "1"}, {"a": "2"}, Delta(changed=(("a", "1", "2"),))),
        ({"a": "1"}, {"a": "1", "b": "2"}, Delta(added=({"b": "2"},))),
        ({"a": "1", "b": "2"}, {"b": "2"}, Delta(removed=({"a": "1"},))),
        (None, {"a": "1"}, Delta(added=({"a": "1"},))),
        (
            {"a": {"b": [1, (2,)]}},
            {"a": {"b": [1]}},
            Delta(changed=(("a", {"b": [1, [2]]}, {"b": [1]}),)),
        ),
        (MappingProxyType({"a": 1}), {"a": 1}, Delta()),
    ],
)
def test_a_mapping_tells_per_key_what_came_went_and_changed(
    before: Json, after: Json, delta: Delta
) -> None:
    assert describe(before, after) == delta


@pytest.mark.parametrize(
    ("before", "after"), [("a", "b"), (1, None), (["a"], {"a": "1"}), ("a", ["a"])]
)
def test_values_of_another_shape_have_changed_as_a_whole(before: Json, after: Json) -> None:
    assert describe(before, after) == Delta(changed=(("", before, after),))


@settings(deadline=None, max_examples=150)
@given(st.lists(texts, max_size=5), st.lists(texts, max_size=5))
def test_before_without_what_went_and_with_what_came_is_after(
    before: list[str], after: list[str]
) -> None:
    delta = describe(before, after)
    came, went = Counter(map(str, delta.added)), Counter(map(str, delta.removed))
    assert Counter(before) - went + came == Counter(after)
    assert not came & went


@settings(deadline=None, max_examples=150)
@given(st.dictionaries(texts, plain, max_size=4), st.dictionaries(texts, plain, max_size=4))
def test_a_mapping_can_be_rebuilt_from_its_delta_whatever_its_keys_are_called(
    before: dict[str, bool | int | str | None], after: dict[str, bool | int | str | None]
) -> None:
    delta = describe(before, after)
    gone = {key for item in delta.removed if isinstance(item, dict) for key in item}
    rebuilt: dict[str, Json] = {key: value for key, value in before.items() if key not in gone}
    for item in delta.added:
        assert isinstance(item, dict)
        rebuilt.update(item)
    rebuilt.update({key: value for key, _, value in delta.changed})
    assert rebuilt == after


def test_the_same_entry_added_to_many_mappings_is_one_question_to_deepdiff() -> None:
    asked = describe_module._mappings.cache_info().misses
    for number in range(500):
        describe({"old": f"{number}"}, {"old": f"{number}", "case": "pentest-2026"})
    assert describe_module._mappings.cache_info().misses <= asked + 1
