from __future__ import annotations

import io
import logging
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from reconciler.cli.door import Door
from reconciler.cli.progress import LOG_SECONDS, Progress, Shown, Ticking, Watched
from reconciler.model.live import ById, ByList, Missing
from reconciler.model.words import Ref
from tests.support.cli import Terminal
from tests.support.fake_time import FakeTime
from tests.support.world import FreePacer, Tenant

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from reconciler.model.live import Observation, Read


def door(stderr: io.StringIO, clock: FakeTime | None = None, **env: str) -> Door:
    return Door(io.StringIO(), io.StringIO(), stderr, env, Path(), clock or FakeTime())


def writing(progress: Progress, units: int = 400) -> None:
    progress.begin("writing 200 objects", units=units, units_a_minute=130)


def test_one_line_is_written_over_and_blank_in_the_end() -> None:
    screen = Terminal()
    progress = Progress(door(screen))

    progress.tell("Incident", 50, 1200)
    progress.tell("Alert", 7, 0)
    progress.end()
    progress.end()

    assert screen.getvalue() == (
        f"\rIncident: 50 of 1,200 read\rAlert: 7 read{' ' * 13}\r{' ' * 13}\r"
    )


def test_a_short_run_says_nothing_where_nobody_looks() -> None:
    for pipe in (io.StringIO(), Terminal()):
        clock = FakeTime()
        progress = Progress(door(pipe, clock, CI="true"))
        progress.tell("Incident", 50, 1200)
        writing(progress)
        clock.seconds += LOG_SECONDS - 0.1
        progress.spent(40)
        progress.end()
        assert pipe.getvalue() == ""


def test_nothing_told_leaves_the_terminal_alone() -> None:
    screen = Terminal()
    progress = Progress(door(screen))

    progress.tick()
    progress.spent(1)
    progress.end()

    assert screen.getvalue() == ""


def test_a_screen_shows_what_was_sent_its_rate_and_what_is_left() -> None:
    screen, clock = Terminal(), FakeTime()
    progress = Progress(door(screen, clock))
    writing(progress)
    for seconds in (1, 9, 0.1, 50):
        clock.seconds += seconds
        progress.spent(30)

    shown = [line.strip() for line in screen.getvalue().split("\r") if line.strip()]
    assert shown == [
        "writing 200 objects: 30 of about 400 requests",
        "writing 200 objects: 60 of about 400 requests, 360 a minute, about 3 min left",
        "writing 200 objects: 120 of about 400 requests, 120 a minute, about 2 min left",
    ]


def test_what_takes_longer_than_foretold_foretells_nothing_more() -> None:
    screen, clock = Terminal(), FakeTime()
    progress = Progress(door(screen, clock))
    writing(progress, units=10)
    clock.seconds += 60
    progress.spent(30)

    assert screen.getvalue() == "\rwriting 200 objects: 30 requests, 30 a minute"


def test_a_log_gets_a_line_every_half_minute_also_while_the_quota_is_waited_for() -> None:
    pipe, clock = io.StringIO(), FakeTime()
    progress = Progress(door(pipe, clock))
    pacer = FreePacer()
    watched, stop = Watched(pacer, progress), Ticking(clock, progress)
    writing(progress)
    watched.reserve(40)
    watched.spend(130)
    watched.pause(1.5)
    watched.release()

    assert stop.wait(65.5) is False
    assert clock.seconds == 65.5
    assert (pacer.reserved, pacer.paused) == ([40], [1.5])
    assert pipe.getvalue() == (
        "writing 200 objects: 130 of about 400 requests, 260 a minute, about 2 min left\n"
        "writing 200 objects: 130 of about 400 requests, 130 a minute, about 2 min left\n"
    )


def test_a_wait_that_is_stopped_ends_at_once() -> None:
    clock = FakeTime()
    stop = Ticking(clock, Progress(door(io.StringIO(), clock)))
    clock.is_stopped = lambda: clock.seconds >= 3

    assert stop.wait(60) is True
    assert (clock.seconds, stop.is_set()) == (3, True)


@pytest.mark.parametrize("seconds", [0.0, 0.25, 1.0])
def test_a_short_wait_is_one_wait(seconds: float) -> None:
    clock = FakeTime()
    assert Ticking(clock, Progress(door(io.StringIO(), clock))).wait(seconds) is False
    assert clock.waits == [seconds]


def test_a_line_is_no_wider_than_the_screen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "20")
    screen, clock = Terminal(), FakeTime()
    progress = Progress(door(screen, clock))
    writing(progress)
    clock.seconds += 1
    progress.tick()

    assert screen.getvalue() == "\rwriting 200 objects"


def test_beside_a_log_that_tells_all_nothing_is_written_over() -> None:
    logger = logging.getLogger("reconciler")
    before = logger.level
    logger.setLevel(logging.INFO)
    screen, clock = Terminal(), FakeTime()
    try:
        progress = Progress(door(screen, clock))
        writing(progress)
        clock.seconds += LOG_SECONDS
        progress.tick()
        progress.end()
    finally:
        logger.setLevel(before)

    assert screen.getvalue() == "writing 200 objects: 0 of about 400 requests\n"


def test_reading_shows_how_far_it_is_and_leaves_the_line_blank() -> None:
    screen, clock = Terminal(), FakeTime()
    progress = Progress(door(screen, clock))

    class Slow(Tenant):
        def read(self, reads: Sequence[Read]) -> Mapping[Ref, Observation]:
            clock.seconds += 1
            progress.spent(3)
            return super().read(reads[:1])

    ids = tuple(str(number) for number in range(1, 120))
    shown = Shown(Slow(), progress, units_a_minute=130)

    found = shown.read([ByList("Incident", ids, 99), ById("Alert", ("da1", "da2"))])

    assert [ref.id for ref in found] == list(ids)
    assert shown.check([Ref("Alert", "da1")]) == {Ref("Alert", "da1"): Missing()}
    assert shown.cost.units == 120
    line = "reading 121 objects: 3 of about 5 requests"
    assert screen.getvalue() == f"\r{line}\r{' ' * len(line)}\r"
