from __future__ import annotations

import io
from pathlib import Path

import pytest

from reconciler.cli.door import Door, SystemClock
from reconciler.cli.held import Held, Named


def test_each_line_bears_the_name_and_a_blank_one_ends_with_it() -> None:
    told: list[str] = []
    stream = Named("contoso", told.append)
    stream.writelines(("one\n\ntw", "o\n"))
    stream.flush()
    assert told == ["contoso: one\ncontoso:\ncontoso: two\n"]


def test_half_a_line_is_told_when_its_rest_comes_or_never_will() -> None:
    told: list[str] = []
    stream = Named("contoso", told.append)
    for text in ("one, ", "two\nthr", "ee"):
        stream.write(text)
        stream.flush()
    assert told == ["contoso: one, two\n"]
    stream.finish()
    stream.finish()
    assert told[1:] == ["contoso: three\n"]


def test_who_was_given_up_on_is_not_heard_any_more() -> None:
    told: list[str] = []
    stream = Named("contoso", told.append)
    stream.mute()
    stream.write("late\n")
    stream.finish()
    assert told == []


@pytest.mark.parametrize("is_terminal", [True, False])
def test_nobody_can_be_asked_and_a_result_has_the_colours_of_where_it_will_be_printed(
    is_terminal: bool,
) -> None:
    door = Door(
        io.StringIO(),
        Held(is_terminal=is_terminal),
        Named("contoso", lambda _: None),
        {},
        Path(),
        SystemClock(),
    )
    assert not door.is_conversation
    assert door.colour(door.stdout) is is_terminal
    assert not door.colour(door.stderr)
