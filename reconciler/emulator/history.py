"""Every request in order, and what it did to the store: what a checker needs to judge a client.

Places are numbers in one order of events of this emulator: a request's arrival, the moment it read
or changed the store (taken inside the transaction, so they never disagree with the store), the
moment its answer was ready to be sent.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, field
from itertools import count
from threading import Lock
from typing import TYPE_CHECKING, TextIO

from reconciler.codec.runners import inert
from reconciler.errors import Failure

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from reconciler.emulator.messages import Object
    from reconciler.model.words import Json, JsonObject
    from reconciler.ports import Clock


@dataclass(frozen=True, slots=True)
class Moved:
    """One object that a request changed; both sides hold the properties that differ, no others."""

    collection: str
    id: str
    before: JsonObject
    after: JsonObject

    @classmethod
    def of(cls, collection: str, before: JsonObject, after: JsonObject) -> Moved:
        names = [name for name in after if after[name] != before.get(name)]
        return cls(
            collection,
            str(after["id"]),
            {name: before.get(name) for name in names},
            {name: after[name] for name in names},
        )


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asked for what. Tokens are secret: they are numbered in the order they turned up."""

    method: str
    target: str
    agent: str = ""
    port: int = 0
    token: int = 0
    envelope: int | None = None
    """The number of the batch that this was a part of."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One whole request or one part of a batch (its envelope is an entry of its own)."""

    number: int
    """Its place of arrival."""
    asked: Asked
    received_at: float
    """Seconds of the emulator's monotonic clock, as ``answered_at``."""
    body: Json = None
    status: int | None = None
    """None: no whole answer was to be sent."""
    fault: str | None = None
    effect: int | None = None
    """Place at which it read or changed an object; None: it never got that far."""
    changes: tuple[Moved, ...] = ()
    answered: int | None = None
    answered_at: float | None = None


class Note:
    """What the history is told about one request; this one keeps nothing."""

    def carries(self, body: bytes) -> None:
        """The body as it arrived."""

    def part(self, method: str, target: str, headers: Mapping[str, str]) -> Note:
        """The note of one part of this batch."""
        del method, target, headers
        return self

    def looked(self) -> None:
        """Inside the lock of the store, right after an object was read."""

    def moved(self, changes: Sequence[tuple[str, Object, Object]]) -> None:
        """Inside the transaction: collection, object before, object after."""

    def end(self, status: int | None, fault: str | None = None) -> None:
        """Once, before the first byte of the answer: who gets it may act on it, or look here.

        ``status`` None: there is no whole answer.
        """


SILENT = Note()


class History:
    """Keeps nothing unless asked to: ``keeps`` in memory, ``path`` as JSON Lines."""

    def __init__(self, clock: Clock, *, keeps: bool = False, path: Path | None = None) -> None:
        self._clock = clock
        self._keeps = keeps
        self._file = _opened(path) if path else None
        self._entries: list[Entry] = []
        self._tokens: dict[str, int] = {}
        self._places = count(1)
        self._lock = Lock()

    @property
    def is_on(self) -> bool:
        return self._keeps or self._file is not None

    def begin(
        self,
        method: str,
        target: str,
        headers: Mapping[str, str],
        *,
        port: int = 0,
        envelope: int | None = None,
    ) -> Note:
        if not self.is_on:
            return SILENT
        asked = Asked(
            method, target, headers.get("user-agent", ""), port, self._token(headers), envelope
        )
        return _Record(self, asked)

    def entries(self) -> tuple[Entry, ...]:
        """What has ended so far, by arrival."""
        with self._lock:
            return tuple(sorted(self._entries, key=lambda entry: entry.number))

    def place(self) -> int:
        return next(self._places)

    def seconds(self) -> float:
        return self._clock.monotonic()

    def keep(self, entry: Entry) -> None:
        with self._lock:
            if self._keeps:
                self._entries.append(entry)
            if self._file is not None and not self._file.closed:
                self._file.write(inert(json.dumps(asdict(entry), separators=(",", ":"))) + "\n")
                self._file.flush()

    def close(self) -> None:
        with self._lock:
            if self._file is not None:
                self._file.close()

    def _token(self, headers: Mapping[str, str]) -> int:
        text = headers.get("authorization", "")
        with self._lock:
            return self._tokens.setdefault(text, len(self._tokens) + 1) if text else 0


@dataclass
class _Record(Note):
    history: History
    asked: Asked
    number: int = field(init=False)
    received_at: float = field(init=False)
    body: bytes = b""
    effect: int | None = None
    changes: tuple[Moved, ...] = ()

    def __post_init__(self) -> None:
        self.number = self.history.place()
        self.received_at = self.history.seconds()

    def carries(self, body: bytes) -> None:
        self.body = body

    def part(self, method: str, target: str, headers: Mapping[str, str]) -> Note:
        return self.history.begin(
            method, target, headers, port=self.asked.port, envelope=self.number
        )

    def looked(self) -> None:
        self.effect = self.history.place()

    def moved(self, changes: Sequence[tuple[str, Object, Object]]) -> None:
        self.effect = self.history.place()
        self.changes = tuple(Moved.of(*change) for change in changes)

    def end(self, status: int | None, fault: str | None = None) -> None:
        has_answer = status is not None
        self.history.keep(
            Entry(
                number=self.number,
                asked=self.asked,
                received_at=self.received_at,
                body=_parsed(self.body),
                status=status,
                fault=fault,
                effect=self.effect,
                changes=self.changes,
                answered=self.history.place() if has_answer else None,
                answered_at=self.history.seconds() if has_answer else None,
            )
        )


def _parsed(body: bytes) -> Json:
    """None for what is no JSON: the answer says so, too."""
    try:
        found: Json = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return found


def _opened(path: Path) -> TextIO:
    """For its owner alone: bodies say who works on which attack."""
    try:
        handle = os.open(path, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600)
    except OSError as problem:
        raise Failure(
            f"the emulator's history {path} cannot be written: {problem.strerror}"
        ) from problem
    return os.fdopen(handle, "w", encoding="utf-8", newline="\n")
