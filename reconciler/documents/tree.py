"""A parsed document: plain data, and beside it where each key and value stands."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, TypeAlias

from reconciler.documents.characters import visible
from reconciler.model.words import Finding, Place

if TYPE_CHECKING:
    from typing import Literal

Data: TypeAlias = "bool | int | float | str | list[Data] | dict[str, Data] | None"
Path: TypeAlias = "tuple[str | int, ...]"


Mark: TypeAlias = "tuple[int, int]"
"""Line and column, from 0: bare tuples, as two are made for every value of every document."""

Spots: TypeAlias = "dict[str, Spot] | list[Spot] | None"
Spot: TypeAlias = "tuple[Mark, Mark, Spots]"
"""Where a key stands (in a list: the value), where its value stands, and the same for all inside."""


@dataclass(slots=True)
class Document:
    """One document of a file. ``data`` is ours alone: spellings are made canonical in place."""

    path: str
    data: Data
    spot: Spot
    poisoned: set[Path] = field(default_factory=set)
    """What already has an error: its stand-in value may not lead to a second one."""
    refused: set[Path] = field(default_factory=set)
    """Keys that have an error themselves: it is not said as well that they are unknown."""
    incomplete: set[Path] = field(default_factory=set)
    """Mappings that lost a key to an error: what they lack may be what was lost."""
    broken: list[Path] = field(default_factory=list)
    """Values that hold a line end or a tab."""
    written: dict[Path, str] = field(default_factory=dict)
    """Numbers and digits without quotes as they stand in the file, for advice on how to quote them."""

    @property
    def is_bad(self) -> bool:
        """It has an error already."""
        return bool(self.poisoned or self.refused or self.incomplete)

    def place(self, path: Path) -> Place:
        """Of the value; of what holds it, if there is no such value."""
        return self._place(self._spot(path)[1])

    def key_place(self, path: Path) -> Place:
        return self._place(self._spot(path)[0])

    def error(self, path: Path, message: str, *, at_key: bool = False) -> Finding:
        place = self.key_place(path) if at_key else self.place(path)
        return Finding(place, f"{shown(path)} {message}")

    def warning(self, path: Path, message: str) -> Finding:
        return Finding(self.place(path), f"{shown(path)} {message}", "warning")

    def finding(self, path: Path, message: str, level: Literal["error", "warning"]) -> Finding:
        return Finding(self.place(path), f"{shown(path)} {message}", level)

    def is_poisoned(self, path: Path) -> bool:
        if not self.poisoned:
            return False
        return any(path[:length] in self.poisoned for length in range(len(path) + 1))

    def _spot(self, path: Path) -> Spot:
        spot = self.spot
        for step in path:
            inner = _step(spot[2], step)
            if inner is None:
                break
            spot = inner
        return spot

    def _place(self, mark: Mark) -> Place:
        return Place(self.path, mark[0] + 1, mark[1] + 1)


def _step(inner: Spots, step: str | int) -> Spot | None:
    if isinstance(inner, dict):
        return inner.get(str(step))
    is_there = inner is not None and isinstance(step, int) and step < len(inner)
    return inner[int(step)] if inner and is_there else None


_PLAIN_KEY: Final = re.compile(r"[A-Za-z_][0-9A-Za-z_-]*")


def shown(path: Path) -> str:
    """``spec.customTags[0]``; a key that is no plain word is quoted."""
    text = ""
    for step in path:
        if isinstance(step, int):
            text += f"[{step}]"
        elif _PLAIN_KEY.fullmatch(step):
            text += f".{step}" if text else step
        else:
            text += f"[{visible(step)}]"
    return text or "the document"
