"""Words that every other noun is made of: JSON, text from outside, refs, places, findings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple, TypeAlias

Json: TypeAlias = "bool | int | float | str | Sequence[Json] | Mapping[str, Json] | None"
JsonObject: TypeAlias = Mapping[str, Json]


@dataclass(frozen=True, slots=True)
class Foreign:
    """Text that somebody outside chose: titles, tags, assignees, server messages, file names.

    Not a ``str`` on purpose: only a sink's own escaping (``review/escape.py``) turns it into one,
    so the type checker finds what forgets to.
    """

    raw: str


class Ref(NamedTuple):
    """One object in Graph. ``id`` has matched its kind's allow-list, so it is safe to print.

    A tuple, as all that there is one of for each object: a frozen dataclass takes four times as long
    to make, and to hash and sort.
    """

    kind: str
    id: str

    def __str__(self) -> str:
        return f"{self.kind} {self.id}"


class Place(NamedTuple):
    """Where something stands in a file; ``line`` and ``column`` count from 1."""

    path: str
    line: int = 1
    column: int = 1


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """One remark about a document or the configuration, at its place.

    ``message`` says what was found, what is allowed and what to do. What it quotes from a file has
    been made visible (``repr`` style), yet a sink escapes it again.
    """

    place: Place
    message: str
    level: Literal["error", "warning"] = "error"


class SourceFile(NamedTuple):
    """A file as it was found: its shown path and its bytes, or why it could not be read."""

    path: str
    content: bytes | None
    problem: str | None = None
