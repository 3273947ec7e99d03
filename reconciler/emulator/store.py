"""The tenant's objects in SQLite: one table a collection, the answer's JSON text beside its columns.

Write-ahead log with ``synchronous = NORMAL``: a killed process loses nothing that was answered, and
two processes can serve one store. All access goes through one connection and one lock; SQLite is
fast enough that the interpreter, not the lock, is the limit.
"""

from __future__ import annotations

import json
import os
import secrets
import sqlite3
from contextlib import contextmanager, suppress
from threading import RLock
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

from reconciler.emulator.where import storable
from reconciler.emulator.wires import WIRES
from reconciler.errors import Failure
from reconciler.kinds.shapes import ticks

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from reconciler.emulator.messages import Object
    from reconciler.emulator.where import Condition, Value
    from reconciler.emulator.wire import Column, Wire
    from reconciler.model.words import Json, JsonObject

    Seed: TypeAlias = Callable[[], Mapping[str, Iterable[JsonObject]]]

SCHEMA_VERSION: Final = 1
APPLICATION_ID: Final = 0x52434E31
"""Marks a SQLite file as ours, so that nothing else is ever opened or thrown away."""


class Row(NamedTuple):
    """An object as text: what v1.0 answers, what beta adds, whether a member is hidden."""

    body: str
    beta: str | None
    hidden: int
    id: str


class Store:
    """``seed``: called for the objects of a new store; ``wait_seconds``: for another's write."""

    def __init__(self, path: Path, seed: Seed, *, wait_seconds: float = 10.0) -> None:
        self._path = path
        self._lock = RLock()
        self._changes: list[tuple[str, Object, Object]] = []
        self._earlier: dict[tuple[str, str], Object] = {}
        self._db = _open(path, wait_seconds)
        try:
            self._prepare(seed)
            self.secret: bytes = self._db.execute("SELECT secret FROM tenant").fetchone()[0]
        except sqlite3.DatabaseError as problem:
            self._db.close()
            raise _refused(path, problem) from problem
        except BaseException:
            self._db.close()
            raise

    def close(self) -> None:
        with self._lock:
            self._db.close()

    @contextmanager
    def reading(self) -> Iterator[None]:
        """What is read and noted inside is one moment to every thread of this process."""
        with self._lock:
            yield

    @contextmanager
    def writing(self) -> Iterator[Sequence[tuple[str, Object, Object]]]:
        """One transaction, which no other thread or process interleaves.

        What it gives fills up with what is replaced: collection, object before, object after.
        """
        with self._lock:
            self._db.execute("BEGIN IMMEDIATE")
            self._changes = []
            try:
                yield self._changes
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")
            for segment, before, _ in self._changes:
                self._earlier[segment, str(before["id"])] = before

    def earlier(self, segment: str, object_id: str) -> Object | None:
        """The object before its last write by this process; None if there was none."""
        with self._lock:
            return self._earlier.get((segment, object_id))

    def row(self, wire: Wire, object_id: str) -> Row | None:
        sql = f'SELECT body, beta, hidden, id FROM "{wire.segment}" WHERE id = ?'  # noqa: S608 - the segment is a constant of the table of wires
        with self._lock:
            found = self._db.execute(sql, (object_id,)).fetchone()
        return None if found is None else Row(*found)

    def find(self, wire: Wire, object_id: str) -> Object | None:
        """The whole object, to be changed and put back."""
        row = self.row(wire, object_id)
        return None if row is None else _whole(row)

    def children(self, wire: Wire, parent: str) -> list[Object]:
        return [_whole(row) for row in self.child_rows(wire, parent)]

    def child_rows(self, wire: Wire, parent: str) -> list[Row]:
        sql = f'SELECT body, beta, hidden, id FROM "{wire.segment}" WHERE parent = ? ORDER BY created DESC, id'  # noqa: S608 - as above
        with self._lock:
            return [Row(*found) for found in self._db.execute(sql, (parent,))]

    def page(
        self,
        wire: Wire,
        condition: Condition,
        order: tuple[tuple[str, bool], ...],
        *,
        skip: int,
        limit: int,
    ) -> list[tuple[Row, tuple[Value, ...]]]:
        """Rows with their keys in this order."""
        keys = ", ".join(sql for sql, _ in order)
        sorting = ", ".join(f"{sql} {'DESC' if down else 'ASC'}" for sql, down in order)
        sql = f'SELECT body, beta, hidden, id, {keys} FROM "{wire.segment}" WHERE {condition.sql} ORDER BY {sorting} LIMIT ? OFFSET ?'  # noqa: S608 - all parts come from the table of wires; values are bound
        with self._lock:
            found = self._db.execute(sql, (*condition.values, limit, skip)).fetchall()
        return [(Row(*item[:4]), item[4:]) for item in found]

    def count(self, wire: Wire, condition: Condition) -> int:
        sql = f'SELECT count(*) FROM "{wire.segment}" WHERE {condition.sql}'  # noqa: S608 - as above
        with self._lock:
            total: int = self._db.execute(sql, condition.values).fetchone()[0]
        return total

    def replace(self, wire: Wire, before: Object, after: Object) -> None:
        """Inside a transaction."""
        self.put(wire, [after])
        self._changes.append((wire.segment, before, after))

    def put(self, wire: Wire, objects: Iterable[JsonObject]) -> None:
        places = _places(wire)
        marks = ", ".join("?" * (6 + len(places)))
        sql = f'INSERT OR REPLACE INTO "{wire.segment}" VALUES ({marks})'  # noqa: S608 - as above
        self._db.executemany(sql, (_values(wire, places, item) for item in objects))

    def _prepare(self, seed: Seed) -> None:
        """Tables and seed appear in one transaction: a killed start leaves nothing half-made."""
        with self.writing():
            version: int = self._db.execute("PRAGMA user_version").fetchone()[0]
            empty = not self._db.execute("SELECT 1 FROM sqlite_master").fetchone()
            if empty:
                self._create()
                for segment, objects in seed().items():
                    self.put(WIRES[segment], objects)
        if not empty and (not is_store(self._path) or version != SCHEMA_VERSION):
            raise _unusable(self._path)
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = NORMAL")

    def _create(self) -> None:
        for wire in WIRES.values():
            columns = ", ".join(f'"{place.path}"' for place in _places(wire))
            name = wire.segment
            self._db.execute(
                f'CREATE TABLE "{name}" (id TEXT PRIMARY KEY, created INTEGER NOT NULL, parent TEXT,'
                f" body TEXT NOT NULL, beta TEXT, hidden INTEGER NOT NULL, {columns})"
            )
            self._db.execute(f'CREATE INDEX "{name} newest" ON "{name}" (created, id)')
            self._db.execute(f'CREATE INDEX "{name} parent" ON "{name}" (parent)')
        self._db.execute("CREATE TABLE tenant (secret BLOB NOT NULL)")
        self._db.execute("INSERT INTO tenant VALUES (?)", (secrets.token_bytes(32),))
        self._db.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
        self._db.execute(f"PRAGMA application_id = {APPLICATION_ID}")


def is_store(path: Path) -> bool:
    """Whether the file says that it is ours (SQLite's header: application id at byte 68)."""
    with path.open("rb") as file:
        header = file.read(100)
    return header[:16] == b"SQLite format 3\0" and header[68:72] == APPLICATION_ID.to_bytes(
        4, "big"
    )


def discard(path: Path) -> None:
    """Throw the store away. Raises Failure for a file that is not one of ours."""
    try:
        if path.exists() and path.stat().st_size and not is_store(path):
            raise _unusable(path)
        for name in (path, *(path.with_name(path.name + end) for end in ("-wal", "-shm"))):
            name.unlink(missing_ok=True)
    except OSError as problem:
        raise Failure(
            f"the emulator's store {path} cannot be removed: {problem.strerror}"
        ) from problem


def _open(path: Path, wait_seconds: float) -> sqlite3.Connection:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with suppress(FileExistsError):
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        return sqlite3.connect(
            path, timeout=wait_seconds, isolation_level=None, check_same_thread=False
        )
    except (OSError, sqlite3.Error) as problem:
        raise Failure(
            f"the emulator's store {path} cannot be opened: {problem}",
            remedy="name a file in a folder that can be written with --store",
        ) from problem


def _refused(path: Path, problem: sqlite3.DatabaseError) -> Failure:
    """An OperationalError is about the moment (locked, disk full), anything else about the file."""
    if isinstance(problem, sqlite3.OperationalError):
        return Failure(f"the emulator's store {path} cannot be used: {problem}")
    return _unusable(path)


def _unusable(path: Path) -> Failure:
    ours = is_store(path)
    found = "was made by another version of this tool" if ours else "is not a store of the emulator"
    remedy = (
        "start again with `reconciler emulator --fresh`"
        if ours
        else "name another file with --store"
    )
    return Failure(f"{path} {found}", remedy=remedy)


def _whole(row: Row) -> Object:
    body: Object = json.loads(row.body)
    if row.beta is not None:
        body |= json.loads(row.beta)
    return body


def _places(wire: Wire) -> list[Column]:
    """The columns, each once: two names of a filter may lead to one."""
    return list({place.path: place for place in wire.columns.values()}.values())


def _values(wire: Wire, places: list[Column], item: JsonObject) -> tuple[Value, ...]:
    beta = {name: item[name] for name in wire.beta_blank}
    body = {name: value for name, value in item.items() if name not in beta}
    reads = wire.kind.reads
    created = ticks(str(item[reads.created]))
    return (
        str(item["id"]),
        created or 0,
        _text(at(item, reads.parent)) if reads.parent else None,
        compact(body),
        compact(beta) if beta else None,
        int(any(item.get(name) in members for name, members in wire.hidden.items())),
        *(_column(place, at(item, place.path.split("/"))) for place in places),
    )


def _column(place: Column, value: Json) -> Value:
    if place.type == "time":
        return ticks(value) if isinstance(value, str) else None
    return _text(value)


def _text(value: Json) -> str | None:
    return storable(value) if isinstance(value, str) else None


def at(item: JsonObject, path: Sequence[str]) -> Json:
    """The value at a path of names; None where it leads nowhere."""
    value: Json = item
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return value


def compact(value: Json) -> str:
    """JSON in ASCII: lone surrogates and control characters pass as escapes."""
    return json.dumps(value, separators=(",", ":"))
