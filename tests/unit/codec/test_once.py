"""Text that is written once for each value, by identity."""

from __future__ import annotations

import pytest

from reconciler.codec import once
from reconciler.codec.once import Once


class Writing:
    def __init__(self) -> None:
        self.written: list[list[object]] = []

    def __call__(self, value: list[object]) -> str:
        self.written.append(value)
        return repr(value)


@pytest.fixture
def writing() -> Writing:
    return Writing()


def test_one_value_is_written_once(writing: Writing) -> None:
    text = Once(writing)
    value: list[object] = ["a"]

    assert [text(value), text(value)] == ["['a']", "['a']"]
    assert writing.written == [["a"]]


def test_equal_values_are_not_one(writing: Writing) -> None:
    text = Once(writing)
    values: list[list[object]] = [[1], [True], [1.0]]

    assert [text(value) for value in values] == ["[1]", "[True]", "[1.0]"]


def test_no_value_comes_to_the_identity_of_one_that_is_gone() -> None:
    text = Once(repr)

    assert [text([number]) for number in range(50)] == [f"[{number}]" for number in range(50)]


def test_so_many_texts_are_kept_and_the_others_are_written_each_time(writing: Writing) -> None:
    text = Once(writing)
    for number in range(once.MOST):
        text([number])
    late: list[object] = ["late"]

    assert [text(late), text(late)] == ["['late']", "['late']"]
    assert writing.written[once.MOST :] == [late, late]
