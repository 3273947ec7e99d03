"""How far a long command is: one line that is written over, on a terminal only."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from reconciler.cli.door import Door


class Progress:
    """Nothing at all where nobody looks: in a pipeline's log it would be noise."""

    def __init__(self, door: Door) -> None:
        self._door = door
        self._width = 0
        self._is_on = door.stderr.isatty() and not door.env.get("CI")

    def tell(self, kind: str, seen: int, total: int) -> None:
        of_all = f" of {total:,}" if total >= seen else ""
        self._show(f"{kind}: {seen:,}{of_all} read")

    def end(self) -> None:
        """The line is blank again."""
        if self._width:
            self._show("")

    def _show(self, text: str) -> None:
        if self._is_on:
            blank = " " * (self._width - len(text))
            self._door.write(self._door.stderr, (f"\r{text}{blank}", "\r" if not text else ""))
            self._width = len(text)
