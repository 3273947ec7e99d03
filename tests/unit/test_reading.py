"""Which reads are sent for a set of refs, by what they cost in quota."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, strategies as st

from reconciler.model.live import Anchors, ById, ByList
from reconciler.model.words import Ref
from reconciler.reading import by_id, densest, strategy


def refs(kind: str, numbers: range) -> list[Ref]:
    return [Ref(kind, str(number)) for number in numbers]


def ids(numbers: range) -> tuple[str, ...]:
    return tuple(map(str, numbers))


def test_one_batch_is_read_by_id() -> None:
    found = strategy(refs("Incident", range(100, 120)), batch_size=20)
    assert found == (ById("Incident", ids(range(100, 120))),)
    assert [read.choice for read in found] == ["Incident: 20 declared, by id in one batch"]


def test_incidents_whose_numbers_follow_one_another_are_read_by_list_between_their_ends() -> None:
    (read,) = strategy(refs("Incident", range(1, 10_001)), batch_size=20)
    assert read == ByList("Incident", ids(range(1, 10_001)), Anchors("1", "10000", pages=200))
    assert read.choice == "Incident: 10,000 declared"


def test_what_stands_far_from_the_others_is_read_by_id_beside_the_list() -> None:
    declared = refs("Incident", range(500, 700)) + refs("Incident", range(9_000, 90_000, 9_000))
    listed, single = strategy(declared, batch_size=20)
    assert listed == ByList("Incident", ids(range(500, 700)), Anchors("500", "699", pages=4))
    assert single == ById("Incident", ids(range(9_000, 90_000, 9_000)))


def test_some_dozens_far_apart_are_read_by_id() -> None:
    (read,) = strategy(refs("Incident", range(0, 9_000, 100)), batch_size=20)
    assert read == ById("Incident", ids(range(0, 9_000, 100)))
    assert read.choice == "Incident: 90 declared, by id: too far apart for pages of the list"


def test_many_far_apart_are_worth_one_page_that_should_show_one_of_them() -> None:
    (read,) = strategy(refs("Incident", range(0, 100_000, 100)), batch_size=20)
    assert isinstance(read, ByList)
    assert read.anchors == Anchors("99700", "99900", share=125 / 200)


@pytest.mark.parametrize("kind", ["Alert", "IncidentTask", "LegacyAlert"])
def test_more_than_a_batch_of_a_kind_whose_ids_say_nothing_is_looked_for_in_its_whole_list(
    kind: str,
) -> None:
    (read,) = strategy(refs(kind, range(100, 121)), batch_size=20)
    assert read == ByList(kind, ids(range(100, 121)))


def test_each_kind_is_read_on_its_own() -> None:
    found = strategy([Ref("Alert", "b"), Ref("Incident", "1"), Ref("Alert", "a")], batch_size=20)
    assert found == (ById("Alert", ("a", "b")), ById("Incident", ("1",)))


def test_checks_read_by_id_in_the_order_given() -> None:
    assert by_id([Ref("Alert", "b"), Ref("Alert", "a")]) == (ById("Alert", ("b", "a")),)


def gain(numbers: list[int], first: int, last: int, size: int) -> float:
    return last - first - (numbers[last] - numbers[first]) / size


@given(st.sets(st.integers(0, 400), min_size=2, max_size=30), st.integers(2, 60))
def test_no_stretch_saves_more_than_the_densest(chosen: set[int], size: int) -> None:
    numbers = sorted(chosen)
    first, last, best = densest(numbers, size)
    assert best == pytest.approx(gain(numbers, first, last, size))
    for begin in range(len(numbers)):
        for end in range(begin, len(numbers)):
            assert gain(numbers, begin, end, size) <= best + 1e-9


@given(st.sets(st.integers(0, 400), min_size=2, max_size=30), st.integers(2, 60))
def test_the_first_page_of_the_densest_stretch_holds_a_second_one(
    chosen: set[int], size: int
) -> None:
    numbers = sorted(chosen)
    first, last, best = densest(numbers, size)
    if best > 0:
        assert numbers[last] - numbers[last - 1] < size
        assert all(before < after for before, after in pairwise(numbers[first : last + 1]))


@given(st.lists(st.integers(0, 10**6), min_size=1, max_size=200, unique=True))
def test_every_ref_is_in_exactly_one_read(numbers: list[int]) -> None:
    reads = strategy([Ref("Incident", str(number)) for number in numbers], batch_size=20)
    assert sorted(item for read in reads for item in read.ids) == sorted(map(str, numbers))
    for read in reads:
        if isinstance(read, ByList) and read.anchors:
            assert {read.anchors.older, read.anchors.newer} <= set(read.ids)
