"""What failed waits while others go on."""

from __future__ import annotations

from reconciler.delay_queue import DelayQueue


def test_what_is_ready_is_taken_in_order_and_what_is_not_waits_behind() -> None:
    queue = DelayQueue("abc")
    queue.add("late", 9.0)
    queue.add("early", 7.0)
    assert queue.take(2, 5.0) == (["a", "b"], 0.0)
    assert queue.take(9, 5.0) == (["c"], 0.0)
    assert queue.take(9, 5.0) == (["early"], 2.0)
    assert queue.take(9, 10.0) == (["late"], 0.0)
    assert (len(queue), queue.take(9, 10.0)) == (0, ([], 0.0))


def test_what_is_left_is_all_that_was_not_taken() -> None:
    queue = DelayQueue("ab")
    queue.add("c", 1.0)
    queue.take(1, 0.0)
    assert sorted(queue) == ["b", "c"]
