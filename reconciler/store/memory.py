"""What documents said when they were read before, in SQLite: safe to delete, never in git.

Keyed by git's name for the content, and checked by a hash over tool, content and text: what was cut,
edited or left by another tool is as good as not there. That is no signature: whoever can write here
could write the documents. Files that others could have written, or that a checkout brought (git makes
none that are for their owner alone), are not read. Whatever goes wrong in here costs time only.
"""

from __future__ import annotations

import logging
import os
import stat
from contextlib import closing, contextmanager
from errno import EPERM
from hashlib import sha1, sha256
from typing import TYPE_CHECKING, Final

from reconciler.store.durable import make_folder
from reconciler.store.edition import edition

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator
    from pathlib import Path

logger = logging.getLogger(__name__)

FOLDER: Final = "documents"
NAME: Final = "files.sqlite3"
WAITING: Final = 1000
"""Texts written at once: bounds memory, and how long another process has to wait."""
SPARE: Final = 20_000
"""How many texts are kept beside twice those of this run: of other tenants, of a base."""

_CHECK_BYTES: Final = 32
_OTHERS: Final = 0o077
_UNUSABLE: Final = "what is remembered of documents cannot be used, all of them are read"

_TABLE: Final = "CREATE TABLE IF NOT EXISTS files (name BLOB PRIMARY KEY, told BLOB NOT NULL)"
_FIND: Final = "SELECT told FROM files WHERE name = ?"
_KEEP: Final = "INSERT OR REPLACE INTO files VALUES (?, ?)"
_DROP_OLDEST: Final = "DELETE FROM files WHERE rowid <= (SELECT max(rowid) FROM files) - ?"


@contextmanager
def documents_memory(state: Path, *, parser: str, wait_seconds: float = 2.0) -> Iterator[Memory]:
    """``state``: the folder of what this tool keeps. ``parser``: which YAML library reads.

    ``wait_seconds``: how long for another process that writes; then all documents are read.
    """
    with closing(_opened(state / FOLDER, parser, wait_seconds)) as memory:
        yield memory
        memory.write()


class Memory:
    """Implements ports.Memory. ``connection`` None: it remembers nothing. ``reader``: see edition."""

    def __init__(self, connection: sqlite3.Connection | None, reader: bytes) -> None:
        self._connection = connection
        self._reader = reader
        self._waiting: list[tuple[bytes, bytes]] = []
        self._asked = 0

    def recall(self, content: bytes) -> str | None:
        if self._connection is None:
            return None
        try:
            self._begin()
            found = self._connection.execute(_FIND, (_name(content),)).fetchone()
        except self._connection.Error as problem:
            self._give_up(problem)
            return None
        told = found[0] if found else b""
        text = told[_CHECK_BYTES:] if isinstance(told, bytes) else b""
        if not text or told[:_CHECK_BYTES] != self._check(content, text):
            return None
        return text.decode("ascii")

    def _begin(self) -> None:
        """Questions in one transaction cost a fifth; it ends now and then, for others to write."""
        if self._connection is not None:
            if self._asked % WAITING == 0:
                self._connection.commit()
            if not self._connection.in_transaction:
                self._connection.execute("BEGIN")
            self._asked += 1

    def remember(self, content: bytes, text: str) -> None:
        if self._connection is None:
            return
        told = text.encode("ascii")
        self._waiting.append((_name(content), self._check(content, told) + told))
        if len(self._waiting) >= WAITING:
            self.write()

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()

    def write(self) -> None:
        """To disk what waits for it; the oldest texts go."""
        if self._connection is None or not self._waiting:
            return
        try:
            with self._connection:
                self._connection.executemany(_KEEP, self._waiting)
                self._connection.execute(_DROP_OLDEST, (2 * self._asked + SPARE,))
        except self._connection.Error as problem:
            self._give_up(problem)
        self._waiting.clear()

    def _give_up(self, problem: Exception) -> None:
        logger.info("%s: %s", _UNUSABLE, problem)
        self.close()
        self._connection = None

    def _check(self, content: bytes, text: bytes) -> bytes:
        """Of lengths as well, so that no part can pass for another."""
        head = b"%b %d\0" % (self._reader, len(content))
        return sha256(head + content + text).digest()


def _name(content: bytes) -> bytes:
    """Git's name of the blob, whether there is a repository or not."""
    return sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).digest()


def _opened(folder: Path, parser: str, wait_seconds: float) -> Memory:
    import sqlite3

    try:
        _claim(folder)
        ours = edition(parser)
        connection = sqlite3.connect(folder / NAME, timeout=wait_seconds)
        try:
            connection.execute("PRAGMA synchronous = OFF")  # what a crash takes is read again
            connection.execute(_TABLE)
        except sqlite3.Error:
            connection.close()
            raise
    except (OSError, sqlite3.Error) as problem:
        logger.info("%s: %s", _UNUSABLE, problem)
        return Memory(None, b"")
    return Memory(connection, ours)


def _claim(folder: Path) -> None:
    """Make what is not there; raises OSError if anything in the folder is not ours alone."""
    make_folder(folder)
    for name, content in ((".gitignore", b"*\n"), (NAME, b"")):
        path = folder / name
        if not path.exists():
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            os.write(descriptor, content)
            os.close(descriptor)
    for path in (folder, *folder.iterdir()):
        found = path.lstat()
        is_ours = found.st_uid == os.geteuid() and not found.st_mode & _OTHERS
        if not is_ours or stat.S_ISLNK(found.st_mode):
            raise PermissionError(EPERM, "others could have written it; delete it", str(path))
