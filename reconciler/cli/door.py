"""The world as a command sees it: streams, environment, folder, clock. Tests hand in their own."""

from __future__ import annotations

import shutil
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, TextIO

from reconciler.cli.github_job import Told
from reconciler.cli.streams import failure_of_writing
from reconciler.review.escape import terminal

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from reconciler.cli.interrupts import Brakes
    from reconciler.model.words import Foreign
    from reconciler.net.pacing import Minute
    from reconciler.ports import Clock
    from reconciler.settings import Config

WIDTH_OF_A_FILE: Final = 100
"""Columns when nobody's terminal tells."""


class SystemClock:
    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()


@dataclass(frozen=True, slots=True)
class Beside:
    """What commands share that run side by side, each for a tenant of its own."""

    config: Config
    brakes: Brakes
    shares: int = 1
    """How many they are."""
    told: dict[str, Told] = field(default_factory=dict)
    """By tenant, what each has to tell a GitHub job."""


@dataclass(slots=True)
class Door:
    """Results go to ``stdout``, everything else to ``stderr``."""

    stdin: TextIO
    stdout: TextIO
    stderr: TextIO
    env: Mapping[str, str]
    cwd: Path
    clock: Clock
    unwritten: str | None = None
    """Why something that was to be printed was not, if so."""
    beside: Beside | None = None
    """None: the command runs alone, and Ctrl-C is its own."""
    counts: dict[str, int] = field(default_factory=dict)
    """What its result counts, for a table over several tenants."""
    told: Told = field(default_factory=Told)
    """What there is to tell a GitHub job, if it is the step of one."""
    minutes: dict[tuple[str, ...], Minute] = field(default_factory=dict)
    """What this command spent lately, by root, tenant and application: a plan, then its apply."""

    def out(self, pieces: Iterable[str]) -> None:
        """Print a result."""
        self.write(self.stdout, pieces)

    def say(self, line: Foreign | str) -> None:
        """Tell the person something beside the result."""
        self.write(self.stderr, (terminal(line), "\n"))

    def write(self, stream: TextIO, pieces: Iterable[str]) -> None:
        self.unwritten = failure_of_writing(stream, pieces) or self.unwritten

    @property
    def is_conversation(self) -> bool:
        """Somebody is there to read a question and to answer it; a pipeline's terminal has nobody."""
        return self.stdin.isatty() and self.stderr.isatty() and not self.env.get("CI")

    def colour(self, stream: TextIO) -> bool:
        """Only on a terminal; NO_COLOR, CI and TERM=dumb are respected (no-color.org)."""
        if not stream.isatty():
            return False
        env = self.env
        return not (env.get("NO_COLOR") or env.get("CI") or env.get("TERM") == "dumb")

    def width(self, stream: TextIO) -> int:
        if not stream.isatty():
            return WIDTH_OF_A_FILE
        return shutil.get_terminal_size((WIDTH_OF_A_FILE, 24)).columns
