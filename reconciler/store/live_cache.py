"""The cache of live state: one SQLite file for one tenant of one Graph, safe to delete at any time.

Whatever is wrong with it costs one reading anew and never an error. No connection stays open, each
change is one transaction, and SQLite's rollback journal does without files that outlive it: two
processes at once each see one whole state.
"""

from __future__ import annotations

import hmac
import logging
import os
import re
import sqlite3
from contextlib import closing, contextmanager, suppress
from datetime import datetime
from errno import EPERM
from hashlib import blake2b
from secrets import token_hex
from typing import TYPE_CHECKING, Final, TypeVar

from reconciler import __version__
from reconciler.codec.lives import packed, unpacked
from reconciler.codec.nouns import ref
from reconciler.codec.rows import canonical, encode
from reconciler.codec.strict import parse_rows
from reconciler.model.held import Held
from reconciler.store.opening import folder, is_own

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator
    from contextlib import AbstractContextManager
    from pathlib import Path

    from reconciler.model.live import Live
    from reconciler.model.words import Json
    from reconciler.store.opening import Folder

T = TypeVar("T")

logger = logging.getLogger(__name__)

SCHEMA_VERSION: Final = 3
WAIT_SECONDS: Final = 2.0
"""For another process that writes; its transaction takes a fraction of that."""
UNUSED_SECONDS: Final = 7 * 24 * 3600
"""A file of this tenant that nobody wrote for so long is removed: it holds names of people."""
_AT_ONCE: Final = 2000
"""Rows that are parsed at once: few enough that their text does not count beside the objects."""
_OURS: Final = re.compile(r"[0-9a-f]{32}\.sqlite3")
_OF_THE_MOMENT: Final = frozenset(
    {
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_NOMEM,
        sqlite3.SQLITE_PERM,
        sqlite3.SQLITE_READONLY,
    }
)
"""Errors that are not about what the file holds."""
_TABLES: Final = """
CREATE TABLE IF NOT EXISTS kinds (
    kind TEXT PRIMARY KEY, mark TEXT, whole_until INTEGER, read_at TEXT, units INTEGER, seal BLOB
);
CREATE TABLE IF NOT EXISTS objects (
    kind TEXT, id TEXT, revision INTEGER, live TEXT, seal BLOB, PRIMARY KEY (kind, id)
);
"""


class LiveCache:
    """Implements ports.LiveMemory. ``path``: the tenant's own folder, made when something is kept.

    ``below``: the repository, from which on no link is followed. ``whose``: what tells this tenant
    and its Graph from any other. With ``key`` and the version of this tool it makes the file's name,
    so that what somebody else put there is never looked at; each row is sealed with it, too.
    """

    def __init__(
        self,
        path: Path,
        whose: Json,
        *,
        below: Path,
        key: bytes,
        wait_seconds: float = WAIT_SECONDS,
    ) -> None:
        told = canonical([SCHEMA_VERSION, __version__, whose])
        name = f"{hmac.digest(key, told.encode(), 'sha256').hex()[:32]}.sqlite3"
        self._path = path / name
        self._below = below
        self._key = key
        self._wait_seconds = wait_seconds
        self._marks: dict[str, str] = {}
        self._is_told = False

    def recall(self, kind: str) -> Held | None:
        """None if nothing is held, or nothing that can be used."""
        if not os.path.lexists(self._path):
            return None
        return self._tried("read", lambda: self._recalled(kind))

    def keep(self, kind: str, held: Held, *, changed: Collection[str] | None = None) -> None:
        self._tried("written", lambda: self._kept(kind, held, changed))

    def _recalled(self, kind: str) -> Held | None:
        with self._folder() as found, self._transaction(found, "BEGIN") as database:
            return self._held(database, kind)

    def _kept(self, kind: str, held: Held, changed: Collection[str] | None) -> None:
        with self._folder(making=0o700) as found:
            with self._transaction(found, "BEGIN IMMEDIATE") as database:
                self._write(database, kind, held, changed)
            _sweep(found, self._path.name)

    def _held(self, database: sqlite3.Connection, kind: str) -> Held | None:
        found = database.execute(
            "SELECT mark, whole_until, read_at, units, seal FROM kinds WHERE kind = ?", (kind,)
        ).fetchone()
        if found is None:
            return None
        self._check((kind, *found))
        self._marks[kind], whole_until, read_at, units, _ = found
        rows = database.execute(
            "SELECT kind, id, revision, live, seal FROM objects WHERE kind = ?", (kind,)
        )
        lives: dict[str, Live] = {}
        revisions: dict[str, int] = {}
        while some := rows.fetchmany(_AT_ONCE):
            for row in some:
                self._check(row)
            parsed = parse_rows(row[3] for row in some)
            for (_, one, dated, _, _), row in zip(some, parsed, strict=True):
                lives[one], revisions[one] = unpacked(ref(kind, one), row), dated
        return Held(lives, revisions, whole_until, datetime.fromisoformat(read_at), units)

    def _write(
        self, database: sqlite3.Connection, kind: str, held: Held, changed: Collection[str] | None
    ) -> None:
        """Under a new mark: nobody adds to what somebody else has kept since it was recalled."""
        for table in _TABLES.split(";"):
            database.execute(table)
        row = database.execute("SELECT mark FROM kinds WHERE kind = ?", (kind,)).fetchone()
        if changed is not None and row != (self._marks.get(kind),):
            logger.info("%s: another run has kept what it read meanwhile; this one does not", kind)
            return
        _drop(database, kind, changed)
        ids = held.lives.keys() if changed is None else held.lives.keys() & changed
        rows = (
            self._sealed(kind, one, held.revisions[one], encode(packed(held.lives[one])))
            for one in sorted(ids)
        )
        database.executemany("INSERT INTO objects VALUES (?, ?, ?, ?, ?)", rows)
        self._marks[kind] = token_hex(8)
        read_at = held.read_at.isoformat()
        database.execute(
            "INSERT OR REPLACE INTO kinds VALUES (?, ?, ?, ?, ?, ?)",
            self._sealed(kind, self._marks[kind], held.whole_until, read_at, held.units),
        )

    def _sealed(self, *row: str | int) -> tuple[str | int | bytes, ...]:
        return (*row, self._seal(row))

    def _check(self, row: tuple[object, ...]) -> None:
        """What this person's tool did not write is no cache. Raises ValueError."""
        if self._seal(row[:-1]) != row[-1]:
            raise ValueError("a row is not as it was written")

    def _seal(self, row: tuple[object, ...]) -> bytes:
        text = "\n".join(map(str, row)).encode()
        return blake2b(text, key=self._key, digest_size=16, person=b"live cache").digest()

    def _folder(self, making: int | None = None) -> AbstractContextManager[Folder]:
        return folder(self._path.parent, below=self._below, making=making)

    @contextmanager
    def _transaction(self, found: Folder, begin: str) -> Iterator[sqlite3.Connection]:
        """All of it or nothing.

        Raises OSError for a folder of somebody else, ValueError for a file that others could have
        written, sqlite3.Error.
        """
        if not is_own(os.lstat(found.path)):
            raise OSError(EPERM, "somebody else owns its folder or may write to it")
        path = found.database(self._path.name)
        descriptor = found.open(path.name, os.O_RDWR | os.O_CREAT)
        try:
            if not is_own(os.fstat(descriptor), closed=0o077):
                raise ValueError("it is not for its owner alone")
        finally:
            os.close(descriptor)
        opened = sqlite3.connect(path, timeout=self._wait_seconds, isolation_level=None)
        with closing(opened) as database, database:
            database.execute(begin)
            yield database

    def _tried(self, what: str, work: Callable[[], T]) -> T | None:
        """Whatever goes wrong stands in the log; what is broken is thrown away."""
        try:
            return work()
        except OSError as problem:
            self._tell(f"cannot be {what}: {problem.strerror}")
        except sqlite3.Error as problem:
            code = getattr(problem, "sqlite_errorcode", sqlite3.SQLITE_ERROR)
            if code & 0xFF in _OF_THE_MOMENT:
                self._tell(f"cannot be {what}: {problem}")
            else:
                self._discard(problem)
        except (ValueError, TypeError, OverflowError, RecursionError) as problem:
            self._discard(problem)
        return None

    def _tell(self, text: str) -> None:
        """Once: what is wrong with one kind is wrong with all of them."""
        if not self._is_told:
            logger.warning("the cache of live state %s", text)
        self._is_told = True

    def _discard(self, problem: Exception) -> None:
        self._tell(f"is thrown away, and all is read again: {problem}")
        with suppress(OSError), self._folder() as found:
            for end in ("", "-journal"):
                found.remove(f"{self._path.name}{end}")


def _sweep(found: Folder, name: str) -> None:
    """Of other versions, other stores of the emulator. Goes by the time of the file just written."""
    now = found.stat(name).st_mtime
    for one in found.names():
        if _OURS.fullmatch(one) and now - found.stat(one).st_mtime > UNUSED_SECONDS:
            found.remove(one)


def _drop(database: sqlite3.Connection, kind: str, ids: Collection[str] | None) -> None:
    """None: all."""
    if ids is None:
        database.execute("DELETE FROM objects WHERE kind = ?", (kind,))
        return
    rows = ((kind, one) for one in ids)
    database.executemany("DELETE FROM objects WHERE kind = ? AND id = ?", rows)
