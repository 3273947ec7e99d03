"""Never more than the quota in any sliding minute, and no wait where none is needed."""

from __future__ import annotations

from itertools import accumulate
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, strategies as st

from reconciler.errors import Interrupted
from reconciler.net.pacing import Minute, SlidingMinute
from tests.support.fake_time import FakeTime

if TYPE_CHECKING:
    from collections.abc import Sequence


@given(
    st.lists(
        st.tuples(st.integers(1, 10), st.floats(0, 50), st.sampled_from(["spend", "reserve"])),
        max_size=40,
    )
)
def test_no_sixty_seconds_hold_more_than_the_quota(steps: Sequence[tuple[int, float, str]]) -> None:
    time = FakeTime()
    pacer = SlidingMinute(10, time, time)
    spent: list[tuple[float, int]] = []
    for units, idle, step in steps:
        if step == "reserve":
            pacer.reserve(units)
        pacer.spend(units)
        pacer.release()
        spent.append((time.seconds, units))
        time.seconds += idle
    for at, _ in spent:
        assert sum(units for other, units in spent if at <= other < at + 60.0) <= 10


def test_the_quota_is_used_without_waiting(time: FakeTime) -> None:
    pacer = SlidingMinute(20, time, time)
    for _ in range(20):
        pacer.spend(1)
    assert time.waits == []


def test_room_comes_back_a_minute_after_it_was_spent(time: FakeTime) -> None:
    pacer = SlidingMinute(20, time, time)
    pacer.spend(15)
    time.seconds = 10.0
    pacer.spend(5)
    pacer.spend(15)
    pacer.spend(1)
    assert list(accumulate(time.waits, initial=10.0)) == [10.0, 60.0, 70.0]


def test_what_is_reserved_is_spent_without_waiting(time: FakeTime) -> None:
    pacer = SlidingMinute(20, time, time)
    pacer.spend(10)
    pacer.reserve(20)
    assert time.seconds == 60.0
    pacer.spend(15)
    pacer.spend(5)
    assert time.seconds == 60.0


def test_what_is_reserved_is_held_out_of_the_room_of_others_until_released(time: FakeTime) -> None:
    pacer = SlidingMinute(20, time, time)
    pacer.reserve(10)
    pacer.release()
    pacer.spend(20)
    assert time.waits == []


def test_a_reservation_cannot_be_larger_than_the_quota(time: FakeTime) -> None:
    pacer = SlidingMinute(20, time, time)
    pacer.reserve(15)
    pacer.reserve(100)
    assert time.waits == []
    pacer.spend(20)
    pacer.spend(1)
    assert time.waits == [60.0]


def test_more_than_the_quota_at_once_waits_for_an_empty_window_each_time(time: FakeTime) -> None:
    pacer = SlidingMinute(10, time, time)
    pacer.spend(25)
    assert time.seconds == 120.0
    pacer.spend(5)
    assert time.seconds == 120.0
    pacer.spend(1)
    assert time.seconds == 180.0


def test_nobody_sends_before_the_longest_pause_has_passed(time: FakeTime) -> None:
    pacer = SlidingMinute(10, time, time)
    pacer.reserve(5)
    pacer.pause(30.0)
    pacer.pause(5.0)
    pacer.spend(5)
    assert time.seconds == 30.0


def test_two_pacers_of_one_quota_keep_to_it_together(time: FakeTime) -> None:
    minute = Minute()
    reading = SlidingMinute(20, time, time, minute)
    writing = SlidingMinute(20, time, time, minute)
    reading.spend(15)
    writing.reserve(5)
    assert time.waits == []
    writing.spend(6)
    assert time.waits == [60.0]


def test_a_refusal_lowers_the_rate_for_the_rest_of_the_run_and_says_so_once(
    time: FakeTime, caplog: pytest.LogCaptureFixture
) -> None:
    pacer = SlidingMinute(130, time, time)
    for _ in range(5):
        pacer.throttled()
        time.seconds += 60.0
    (message,) = caplog.messages
    assert message.startswith("Graph throttles although this run keeps to 130 requests a minute")
    assert message.endswith("from here on it slows down, to 97")
    pacer.spend(43)
    assert time.waits == []
    pacer.spend(1)
    assert time.waits == [60.0]


def test_many_refusals_of_one_minute_lower_the_rate_once(time: FakeTime) -> None:
    pacer = SlidingMinute(100, time, time)
    for _ in range(50):
        pacer.throttled()
        time.seconds += 1.0
    pacer.spend(75)
    assert time.waits == []
    pacer.spend(1)
    assert time.waits == [60.0]


def test_what_is_held_is_spent_without_waiting_although_the_rate_was_lowered(
    time: FakeTime,
) -> None:
    pacer = SlidingMinute(100, time, time)
    pacer.spend(60)
    pacer.reserve(40)
    pacer.throttled()
    pacer.spend(20)
    pacer.spend(20)
    assert time.waits == []


def test_a_stop_ends_the_wait(time: FakeTime) -> None:
    pacer = SlidingMinute(1, time, time)
    pacer.spend(1)
    time.is_stopped = lambda: bool(time.waits)
    with pytest.raises(Interrupted):
        pacer.spend(1)


def test_after_a_stop_there_is_room_but_no_waiting(time: FakeTime) -> None:
    pacer = SlidingMinute(1, time, time)
    time.is_stopped = lambda: True
    pacer.spend(1)
    with pytest.raises(Interrupted):
        pacer.spend(1)
