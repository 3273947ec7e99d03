"""What documents said when they were read before: a file a tenant, safe to delete, never in git.

Records in a row, each found by git's name for the content and checked by a hash over tool, content and
text: what was cut, edited or left by another tool is as good as not there. That is no signature:
whoever can write here could write the documents. Files that others could have written, or that a
checkout brought (git makes none that are for their owner alone), are not read. Whatever goes wrong in
here costs time only.
"""

from __future__ import annotations

import logging
import os
import stat
from contextlib import contextmanager, suppress
from errno import EPERM
from hashlib import sha1, sha256
from typing import TYPE_CHECKING, Final

from reconciler.store.durable import make_folder
from reconciler.store.edition import edition

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

logger = logging.getLogger(__name__)

FOLDER: Final = "documents"
SMALL_BYTES: Final = 4 * 1024 * 1024
"""A file that is not larger may hold anything; of a larger one a quarter has to be of use."""

_NAME, _CHECK, _SIZE = 20, 32, 4
_HEAD: Final = _NAME + _CHECK + _SIZE
_OTHERS: Final = 0o077
_APPEND: Final = os.O_WRONLY | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC


@contextmanager
def documents_memory(state: Path, tenant_name: str, *, parser: str) -> Iterator[Memory]:
    """``state``: the folder of what this tool keeps. ``parser``: which YAML library reads.

    Nothing is made or written before the block ends well.
    """
    memory = _opened(state / FOLDER / f"{tenant_name}.texts", parser)
    yield memory
    memory.write()
    memory.tidy()


class Memory:
    """Implements ports.DocumentMemory. ``path`` None: it remembers nothing. ``reader``: see edition."""

    def __init__(self, path: Path | None, reader: bytes = b"", data: bytes = b"") -> None:
        self._path = path
        self._reader = reader
        self._data = data
        self._places, end = _places(data)
        self._is_whole = end == len(data)
        self._waiting: list[bytes] = []
        self._used_bytes = 0

    def recall(self, content: bytes) -> bytes | None:
        at = self._places.get(_name(content))
        if at is None:
            return None
        start = at + _HEAD
        text = self._data[start : start + _size(self._data, at)]
        if self._data[at + _NAME : at + _NAME + _CHECK] != self._check(content, text):
            return None
        self._used_bytes += _HEAD + len(text)
        return text

    def remember(self, content: bytes, text: bytes) -> None:
        if self._path is None:
            return
        size = len(text).to_bytes(_SIZE)
        self._waiting.append(b"".join((_name(content), self._check(content, text), size, text)))

    def write(self) -> None:
        """What waits, at the end of the file and in one piece, so that others may do the same."""
        if self._path is None or not self._waiting:
            return
        data = b"".join(self._waiting)
        self._waiting.clear()
        self._used_bytes += len(data)
        try:
            _append(self._path, data)
        except OSError as problem:
            _tell(problem)
            self._path = None

    def tidy(self) -> None:
        """Start anew where the file broke off, or where most of it is of no use any more."""
        if self._path is None:
            return
        with suppress(OSError):
            size = self._path.stat().st_size
            if not self._is_whole or size > max(SMALL_BYTES, 4 * self._used_bytes):
                self._path.unlink()

    def _check(self, content: bytes, text: bytes) -> bytes:
        """Of a length as well, so that no part can pass for another."""
        head = b"%b %d\0" % (self._reader, len(content))
        return sha256(head + content + text).digest()


def _name(content: bytes) -> bytes:
    """Git's name of the blob, whether there is a repository or not."""
    return sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).digest()


def _places(data: bytes) -> tuple[Mapping[bytes, int], int]:
    """Where the last record of each name begins, and where the last one ends. Nothing is believed yet."""
    places = {}
    at, last = 0, len(data) - _HEAD
    while at <= last:
        places[data[at : at + _NAME]] = at
        at += _HEAD + _size(data, at)
    return places, at


def _size(data: bytes, at: int) -> int:
    start = at + _NAME + _CHECK
    return int.from_bytes(data[start : start + _SIZE])


def _opened(path: Path, parser: str) -> Memory:
    try:
        if not path.exists():
            return Memory(path, edition(parser))
        _check_owner(path)
        return Memory(path, edition(parser), path.read_bytes())
    except OSError as problem:
        _tell(problem)
        return Memory(None)


def _append(path: Path, data: bytes) -> None:
    make_folder(path.parent)
    _make(path.parent / ".gitignore", b"*\n")
    _make(path, b"")
    _check_owner(path)
    with os.fdopen(os.open(path, _APPEND), "wb", buffering=0) as file:
        file.write(data)


def _make(path: Path, content: bytes) -> None:
    with suppress(FileExistsError):
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)


def _check_owner(path: Path) -> None:
    """Raises PermissionError if the file or its folder is not ours alone."""
    for one in (path.parent, path):
        found = one.lstat()
        is_plain = stat.S_ISREG(found.st_mode) or stat.S_ISDIR(found.st_mode)
        if found.st_uid != os.geteuid() or found.st_mode & _OTHERS or not is_plain:
            raise PermissionError(EPERM, "others could have written it; delete it", str(one))


def _tell(problem: OSError) -> None:
    logger.info("what is remembered of documents cannot be used, all are read: %s", problem)
