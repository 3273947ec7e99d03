"""The command line in process: the same door as a shell's, with streams a test can read."""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from tempfile import gettempdir
from typing import TYPE_CHECKING

from reconciler.cli.door import Door, SystemClock
from reconciler.cli.main import main

if TYPE_CHECKING:
    from pathlib import Path

    from reconciler.ports import Clock


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@dataclass
class Shell:
    """``run`` is one command; ``out`` and ``err`` hold what the last one printed."""

    cwd: Path
    env: dict[str, str] = field(default_factory=dict)
    clock: Clock = field(default_factory=SystemClock)
    out: str = ""
    err: str = ""

    def run(self, *words: str, answer: str | None = None, terminal: bool = False) -> int:
        """``answer``: what a person types; None: standard input is no terminal."""
        stdin = io.StringIO() if answer is None else Terminal(answer)
        stdout = Terminal() if terminal else io.StringIO()
        stderr = Terminal() if terminal or answer is not None else io.StringIO()
        env = {"XDG_STATE_HOME": gettempdir(), **self.env}  # nothing of this person's home
        code = main(words, Door(stdin, stdout, stderr, env, self.cwd, self.clock))
        self.out, self.err = stdout.getvalue(), stderr.getvalue()
        return code
