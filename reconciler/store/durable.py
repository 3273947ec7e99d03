"""What has to survive a crash: folders that are made, and names in them."""

from __future__ import annotations

import os
from errno import EBADF, EINVAL, ENOSYS, ENOTSUP, EOPNOTSUPP
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pathlib import Path

_CANNOT: Final = frozenset({EBADF, EINVAL, ENOSYS, ENOTSUP, EOPNOTSUPP})
"""How file systems (SMB, some FUSE) say that they do not sync folders. EIO is not among them."""


def make_folder(folder: Path) -> None:
    """With the folders above it, each for its owner alone and on disk. Raises OSError."""
    if folder.is_dir():
        return
    make_folder(folder.parent)
    folder.mkdir(mode=0o700, exist_ok=True)
    sync_folder(folder.parent)


def sync_folder(folder: Path) -> bool:
    """A new name is on disk only when its folder is. False: this file system cannot do that.

    Raises OSError for anything else that went wrong.
    """
    try:
        descriptor = os.open(folder, os.O_RDONLY | getattr(os, "O_DIRECTORY", 0))
    except PermissionError:  # Windows opens no folder
        return False
    try:
        os.fsync(descriptor)
    except OSError as problem:
        if problem.errno not in _CANNOT:
            raise
        return False
    finally:
        os.close(descriptor)
    return True
