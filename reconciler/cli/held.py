"""Streams of a command that runs beside others: its result is kept, its messages bear its name."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


class Held(io.StringIO):
    """Its stdout until its turn comes; ``is_terminal``: whether that will be printed on one."""

    def __init__(self, *, is_terminal: bool) -> None:
        super().__init__()
        self._is_terminal = is_terminal

    def isatty(self) -> bool:
        return self._is_terminal


class Named(io.StringIO):
    """Its stderr: whole lines under its name, at once. What is told together stays together."""

    def __init__(self, name: str, tell: Callable[[str], None]) -> None:
        super().__init__()
        self._name = name
        self._tell = tell

    def flush(self) -> None:
        whole, newline, rest = self.getvalue().rpartition("\n")
        if newline:
            self.seek(0)
            self.truncate()
            self.write(rest)
            self._tell("".join(map(self._line, whole.split("\n"))))

    def _line(self, text: str) -> str:
        return f"{self._name}: {text}\n" if text else f"{self._name}:\n"

    def finish(self) -> None:
        """What stands on a line that was never ended is told, too."""
        if self.getvalue():
            self.write("\n")
        self.flush()

    def mute(self) -> None:
        """Whoever was given up on has nothing to say after the report."""
        self._tell = _to_nobody


def _to_nobody(_text: str) -> None:
    pass
