"""From when on is asked: Graph's times and how long a reading took, whatever this clock says."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given, strategies as st

from reconciler.kinds.shapes import ticks
from reconciler.stories.since import (
    OVERLAP_SECONDS,
    SKEW_SECONDS,
    TICKS,
    Reading,
    asked_from,
    text,
    ticks_of,
)

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


class TwoClocks:
    """The one on the wall, and the one that stops while the machine sleeps."""

    def __init__(self) -> None:
        self.wall, self.steady = NOON, 0.0

    def now(self) -> datetime:
        return self.wall

    def monotonic(self) -> float:
        return self.steady

    def passes(self, *, wall: float, steady: float) -> None:
        self.wall += timedelta(seconds=wall)
        self.steady += steady


def seen(told: str) -> int:
    found = ticks(told)
    assert found is not None
    return found


@given(st.integers(0, 3_155_378_975_999_999_999))
def test_a_time_keeps_all_seven_digits(moment: int) -> None:
    assert ticks(text(moment)) == moment


def test_a_moment_is_counted_as_graph_writes_it() -> None:
    moment = datetime(2026, 11, 21, 12, 0, 0, 123456, tzinfo=UTC)
    assert text(ticks_of(moment)) == "2026-11-21T12:00:00.1234560Z"


def test_it_is_whole_until_the_latest_that_was_seen_less_what_the_reading_took() -> None:
    clock = TwoClocks()
    reading = Reading(clock)
    clock.passes(wall=80, steady=80)
    dated = [seen("2026-11-21T09:00:00.1234567Z"), seen("2026-11-21T08:00:00Z")]

    assert text(reading.whole_until(dated) or 0) == "2026-11-21T08:58:40.1234566Z"


def test_the_clock_that_shows_more_counts() -> None:
    """A machine that slept, and one whose clock was set back."""
    at = seen("2026-11-21T09:00:00Z")
    for wall, steady in ((3600.0, 10.0), (-3600.0, 3600.0)):
        clock = TwoClocks()
        reading = Reading(clock)
        clock.passes(wall=wall, steady=steady)
        assert reading.whole_until([at]) == at - 3600 * TICKS - 1


def test_what_is_dated_ahead_of_this_clock_is_no_time() -> None:
    reading = Reading(TwoClocks())
    now, just, ahead = ticks_of(NOON), SKEW_SECONDS * TICKS, (SKEW_SECONDS + 1) * TICKS

    assert reading.whole_until([now, now + ahead]) == now - 1
    assert reading.whole_until([now, now + just]) == now + just - 1
    assert reading.whole_until([now + ahead]) is None
    assert reading.whole_until([]) is None


def test_the_next_list_goes_back_further_by_the_overlap() -> None:
    assert asked_from(5 * 3600 * TICKS) == (5 * 3600 - OVERLAP_SECONDS) * TICKS
    assert asked_from(5) == 0
