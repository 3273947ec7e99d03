from __future__ import annotations

import gc
import signal
import time
import weakref
from queue import Empty, SimpleQueue
from threading import Event

import pytest

from reconciler.net.lane import Lane, Patience, TimeIsUp


def half(number: int) -> int:
    return 100 // number


def nothing() -> None:
    pass


def test_a_lane_answers_in_turn() -> None:
    lane = Lane(half, nothing)
    lane.ask(2)
    lane.ask(4)
    assert [lane.answer(5.0), lane.answer(5.0)] == [50, 25]
    lane.end()


def test_what_the_work_raises_is_raised_where_the_answer_is_taken() -> None:
    lane = Lane(half, nothing)
    lane.ask(0)
    with pytest.raises(ZeroDivisionError):
        lane.answer(5.0)
    lane.end()


def test_a_signal_whose_handler_outlasts_the_wait_ends_it_no_later() -> None:
    """SimpleQueue.get would then wait for ever, and a second Ctrl-C would stop nothing."""
    gate = Event()
    lane: Lane[int, bool] = Lane(lambda _asked: gate.wait(5.0), nothing)
    before = signal.signal(signal.SIGALRM, lambda _number, _frame: time.sleep(0.2))
    try:
        lane.ask(1)
        signal.setitimer(signal.ITIMER_REAL, 0.02)
        with pytest.raises(Empty):
            lane.answer(0.1)
    finally:
        signal.signal(signal.SIGALRM, before)
        gate.set()
        lane.end()


def test_a_caller_loses_patience_while_the_work_goes_on() -> None:
    gate = Event()
    lane: Lane[int, bool] = Lane(lambda _asked: gate.wait(5.0), nothing)
    lane.ask(1)
    with pytest.raises(Empty):
        lane.answer(0.01)
    gate.set()
    assert lane.answer(5.0)
    lane.end()


class Going:
    """Implements ports.Stop; nobody stops."""

    def is_set(self) -> bool:
        return False

    def wait(self, timeout: float) -> bool:
        raise AssertionError(f"nothing here waits {timeout} s on the stop")


def test_several_lanes_share_what_is_left_of_one_deadline() -> None:
    gate, patience = Event(), Patience(0.1)
    slow: Lane[int, bool] = Lane(lambda _asked: gate.wait(5.0), nothing)
    quick = Lane(half, nothing)
    slow.ask(1)
    quick.ask(2)
    with pytest.raises(TimeIsUp):
        slow.await_answer(patience, Going())
    gate.set()
    assert patience.left_seconds <= 0
    assert quick.await_answer(patience, Going()) == 50
    quick.ask(4)
    slow.end()
    quick.end()


def test_a_lane_that_nobody_holds_closes_itself() -> None:
    closed: SimpleQueue[str] = SimpleQueue()
    lane = Lane(half, lambda: closed.put("closed"))
    gone = weakref.ref(lane)
    del lane
    gc.collect()
    assert gone() is None
    assert closed.get(timeout=5.0) == "closed"


def test_a_lane_may_be_ended_twice() -> None:
    closed: SimpleQueue[str] = SimpleQueue()
    lane = Lane(half, lambda: closed.put("closed"))
    lane.end()
    lane.end()
    assert closed.get(timeout=5.0) == "closed"
    with pytest.raises(Empty):
        closed.get(timeout=0.01)
