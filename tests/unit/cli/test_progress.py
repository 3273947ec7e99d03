from __future__ import annotations

import io
from pathlib import Path

from reconciler.cli.door import Door, SystemClock
from reconciler.cli.progress import Progress
from tests.support.cli import Terminal


def door(stderr: io.StringIO, **env: str) -> Door:
    return Door(io.StringIO(), io.StringIO(), stderr, env, Path(), SystemClock())


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


def test_nothing_is_shown_where_nobody_looks() -> None:
    for pipe in (io.StringIO(), Terminal()):
        progress = Progress(door(pipe, CI="true"))
        progress.tell("Incident", 50, 1200)
        progress.end()
        assert pipe.getvalue() == ""


def test_nothing_told_leaves_the_terminal_alone() -> None:
    screen = Terminal()

    Progress(door(screen)).end()

    assert screen.getvalue() == ""
