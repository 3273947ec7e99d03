"""Files that one process holds at a time.

The kernel lets go of an open file however its process ends: by flock, on Windows by LockFileEx. A
system with neither knows files by name only: one names its process, and means nothing once that has
ended.
"""

from __future__ import annotations

import os
import warnings
from typing import TYPE_CHECKING

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


def hold_beside(path: Path, descriptor: int, held: ExitStack) -> bool:
    """As ``hold``, for ``path`` and until ``held`` ends; where it must, by a file of that name beside it.

    A file system that cannot lock is no such place: other machines may write there. Raises OSError.
    """
    library = _library()
    if library.has_fcntl or os.name == "nt":
        return hold(descriptor)
    lock = library.SoftFileLock(f"{path}.held", mode=0o600, thread_local=False)
    try:
        lock.acquire(blocking=False)
    except library.Timeout:
        return False
    held.callback(lock.release)
    return True


def _library() -> ModuleType:
    """Without its warning of a system that locks no open files: what that means stands above."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "only soft file lock", UserWarning)
        import filelock
    return filelock
