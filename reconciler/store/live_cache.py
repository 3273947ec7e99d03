"""The cache of live state: one SQLite file for one tenant of one Graph, safe to delete at any time.

Whatever is wrong with it costs one reading anew and never an error. No connection stays open, each
change is one transaction, and SQLite's rollback journal does without files that outlive it: two
processes at once each see one whole state.
"""

from __future__ import annotations

import hmac
import logging
import os
import sqlite3
import stat
from contextlib import closing, contextmanager, suppress
from datetime import datetime
from errno import EPERM
from secrets import token_hex
from typing import TYPE_CHECKING, Final, TypeVar

from reconciler import __version__
from reconciler.codec.lives import packed, unpacked
from reconciler.codec.nouns import ref
from reconciler.codec.rows import canonical, encode
from reconciler.codec.strict import parse_rows
from reconciler.model.held import Held
from reconciler.store.durable import make_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator
    from pathlib import Path

    from reconciler.model.live import Live
    from reconciler.model.words import Json

T = TypeVar("T")

logger = logging.getLogger(__name__)

SCHEMA_VERSION: Final = 2
WAIT_SECONDS: Final = 2.0
"""For another process that writes; its transaction takes a fraction of that."""
UNUSED_SECONDS: Final = 7 * 24 * 3600
"""A file of this tenant that nobody wrote for so long is removed: it holds names of people."""
_AT_ONCE: Final = 2000
"""Rows that are parsed at once: few enough that their text does not count beside the objects."""
_SUFFIX: Final = ".sqlite3"
_FLAGS: Final = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_LATEST: Final = 10_000_000 * 24 * 3600 * 365 * 9000
"""Of a time in 100 ns since year 1: far from where Python's calendar ends."""
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
    kind TEXT PRIMARY KEY, mark TEXT, whole_until INTEGER, read_at TEXT, units INTEGER
);
CREATE TABLE IF NOT EXISTS objects (
    kind TEXT, id TEXT, revision INTEGER, live TEXT, PRIMARY KEY (kind, id)
);
"""


class LiveCache:
    """Implements ports.LiveMemory. ``folder``: the tenant's own, made when something is kept.

    ``whose``: what tells this tenant and its Graph from any other. With ``key`` and the version of
    this tool it makes the file's name, so that what somebody else put there is never looked at.
    """

    def __init__(
        self, folder: Path, whose: Json, *, key: bytes, wait_seconds: float = WAIT_SECONDS
    ) -> None:
        told = canonical([SCHEMA_VERSION, __version__, whose])
        self._path = folder / f"{hmac.digest(key, told.encode(), 'sha256').hex()[:32]}{_SUFFIX}"
        self._wait_seconds = wait_seconds
        self._marks: dict[str, str] = {}

    def recall(self, kind: str) -> Held | None:
        """None if nothing is held, or nothing that can be used."""
        if not os.path.lexists(self._path):
            return None
        return self._tried("read", lambda: self._recalled(kind))

    def keep(self, kind: str, held: Held, *, changed: Collection[str] | None = None) -> None:
        self._tried("written", lambda: self._kept(kind, held, changed))

    def _recalled(self, kind: str) -> Held | None:
        with self._transaction("BEGIN") as database:
            return self._held(database, kind)

    def _kept(self, kind: str, held: Held, changed: Collection[str] | None) -> None:
        make_folder(self._path.parent)
        with self._transaction("BEGIN IMMEDIATE") as database:
            self._write(database, kind, held, changed)
        self._sweep()

    def _held(self, database: sqlite3.Connection, kind: str) -> Held | None:
        found = database.execute(
            "SELECT mark, whole_until, read_at, units FROM kinds WHERE kind = ?", (kind,)
        ).fetchone()
        if found is None:
            return None
        self._marks[kind], whole_until, read_at, units = found
        rows = database.execute("SELECT id, revision, live FROM objects WHERE kind = ?", (kind,))
        lives: dict[str, Live] = {}
        revisions: dict[str, int] = {}
        while some := rows.fetchmany(_AT_ONCE):
            for (one, dated, _), row in zip(some, parse_rows(row[2] for row in some), strict=True):
                lives[one], revisions[one] = unpacked(ref(kind, one), row), _whole(dated)
        return Held(lives, revisions, _possible(whole_until), _aware(read_at), _whole(units))

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
            (kind, one, held.revisions[one], encode(packed(held.lives[one]))) for one in sorted(ids)
        )
        database.executemany("INSERT INTO objects VALUES (?, ?, ?, ?)", rows)
        self._marks[kind] = token_hex(8)
        database.execute(
            "INSERT OR REPLACE INTO kinds VALUES (?, ?, ?, ?, ?)",
            (kind, self._marks[kind], held.whole_until, held.read_at.isoformat(), held.units),
        )

    @contextmanager
    def _transaction(self, begin: str) -> Iterator[sqlite3.Connection]:
        """All of it or nothing. Raises OSError for what is no file of this person, sqlite3.Error."""
        descriptor = os.open(self._path, _FLAGS, 0o600)
        try:
            _check(descriptor)
        finally:
            os.close(descriptor)
        opened = sqlite3.connect(self._path, timeout=self._wait_seconds, isolation_level=None)
        with closing(opened) as database, database:
            database.execute(begin)
            yield database

    def _tried(self, what: str, work: Callable[[], T]) -> T | None:
        """Whatever goes wrong stands in the log; what is broken is thrown away."""
        try:
            return work()
        except OSError as problem:
            logger.warning("the cache of live state cannot be %s: %s", what, problem.strerror)
        except sqlite3.Error as problem:
            code = getattr(problem, "sqlite_errorcode", sqlite3.SQLITE_ERROR)
            if code & 0xFF in _OF_THE_MOMENT:
                logger.warning("the cache of live state cannot be %s: %s", what, problem)
            else:
                self._discard(problem)
        except (ValueError, TypeError, OverflowError, RecursionError) as problem:
            self._discard(problem)
        return None

    def _discard(self, problem: Exception) -> None:
        logger.info("the cache of live state is thrown away: %s", type(problem).__name__)
        for path in (self._path, self._path.with_name(f"{self._path.name}-journal")):
            with suppress(OSError):
                path.unlink()

    def _sweep(self) -> None:
        """Of other versions, other stores of the emulator. Goes by the time of the file just written."""
        now = self._path.stat().st_mtime
        for path in self._path.parent.glob(f"*{_SUFFIX}"):
            if now - path.lstat().st_mtime > UNUSED_SECONDS:
                path.unlink(missing_ok=True)


def _drop(database: sqlite3.Connection, kind: str, ids: Collection[str] | None) -> None:
    """None: all."""
    if ids is None:
        database.execute("DELETE FROM objects WHERE kind = ?", (kind,))
        return
    rows = ((kind, one) for one in ids)
    database.executemany("DELETE FROM objects WHERE kind = ? AND id = ?", rows)


def _check(descriptor: int) -> None:
    found = os.fstat(descriptor)
    if not stat.S_ISREG(found.st_mode) or found.st_uid != os.getuid():
        raise OSError(EPERM, "it is no file of this person")
    os.fchmod(descriptor, 0o600)


def _whole(found: object) -> int:
    """SQLite keeps in a column whatever it is given."""
    if not isinstance(found, int):
        raise TypeError("no number")
    return found


def _possible(found: object) -> int:
    ticks = _whole(found)
    if not 0 <= ticks < _LATEST:
        raise ValueError("no time")
    return ticks


def _aware(text: str) -> datetime:
    found = datetime.fromisoformat(text)
    if found.utcoffset() is None:
        raise ValueError("a time without its zone")
    return found
