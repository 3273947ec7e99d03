"""Files that one process holds at a time.

The kernel lets go of an open file however its process ends: by flock, on Windows by LockFileEx. A
Python with neither has SQLite, whose own locks end with the process too.
"""

from __future__ import annotations

import os
import warnings
from errno import EIO
from typing import TYPE_CHECKING

from reconciler.store.opening import database

if TYPE_CHECKING:
    from contextlib import ExitStack
    from pathlib import Path
    from types import ModuleType


def hold(descriptor: int) -> bool:
    """Lock an open file until it is closed, without waiting. False: another process holds it.

    On Windows nobody else can read its first byte meanwhile. Raises OSError: ENOSYS where this system
    locks no open files.
    """
    is_ours: bool = _library().lock_descriptor(descriptor, blocking=False)
    return is_ours


def release(descriptor: int) -> None:
    """Let go of a file that stays open. Raises OSError."""
    _library().unlock_descriptor(descriptor)


def hold_beside(path: Path, descriptor: int, held: ExitStack, *, below: Path) -> bool:
    """As ``hold``, for ``path`` and until ``held`` ends; where it must, by a database beside it.

    A file system that cannot lock is no such place. Raises OSError.
    """
    if _library().has_fcntl or os.name == "nt":
        return hold(descriptor)
    import sqlite3

    place = database(path.with_name(f"{path.name}.sqlite3"), below=below)
    connection = sqlite3.connect(place, timeout=0, isolation_level=None)
    held.callback(connection.close)
    try:
        connection.execute("BEGIN EXCLUSIVE")
    except sqlite3.Error as problem:
        if problem.sqlite_errorcode == sqlite3.SQLITE_BUSY:
            return False
        raise OSError(EIO, f"no exclusive lock: {problem}", os.fspath(place)) from problem
    return True


def _library() -> ModuleType:
    """Without its warning of a system that locks no open files: what that means stands above."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "only soft file lock", UserWarning)
        import filelock
    return filelock
