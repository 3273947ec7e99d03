from __future__ import annotations

from reconciler.stories.deadline import Deadline
from tests.support.world import FakeClock


def test_a_run_without_a_time_never_stops_by_itself() -> None:
    clock = FakeClock()
    deadline = Deadline(clock, clock, None)
    assert not deadline.wait(1e9)
    assert (clock.ticks, deadline.is_set(), deadline.is_late()) == (1e9, False, False)


def test_waiting_ends_with_the_time() -> None:
    clock = FakeClock()
    deadline = Deadline(clock, clock, 90)
    assert not deadline.wait(60)
    assert deadline.wait(60)
    assert (clock.ticks, deadline.is_late()) == (90, True)
    assert deadline.wait(60)
    assert clock.ticks == 90


def test_a_person_who_stopped_the_run_is_the_reason_also_when_the_time_is_up() -> None:
    clock = FakeClock()
    deadline = Deadline(clock, clock, 90)
    clock.is_stopped = True
    assert deadline.is_set()
    clock.ticks = 100
    assert (deadline.is_set(), deadline.is_late()) == (True, False)
