"""Writing files below a folder of a repository: whole or not at all, and never out of it.

Whoever opened the last pull request chose what lies in that folder. So no link is followed on the
way down: each step is opened from the one before it, by descriptor.
"""

from __future__ import annotations

import os
from contextlib import contextmanager, suppress
from pathlib import PurePosixPath
from secrets import token_hex
from typing import TYPE_CHECKING, Final

from reconciler.errors import Failure

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_FOLDER: Final = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_NEW: Final = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_FILE_MODE: Final = 0o644
_FOLDER_MODE: Final = 0o755


def write_below(top: Path, name: str, text: str, *, overwrite: bool = False) -> bool:
    """``name``: POSIX path below ``top``. False if it is there already and may not be replaced.

    Folders are made as needed, ``top`` too. Raises Failure, and leaves what was there before.
    """
    path = PurePosixPath(name)
    try:
        top.mkdir(parents=True, exist_ok=True)
        with _opened(top, path.parent) as folder:
            return _put(folder, path.name, text, overwrite=overwrite)
    except OSError as problem:
        raise Failure(
            f"cannot write {os.fspath(top / name)!a}: {problem.strerror or problem}",
            remedy="the folder has to have room and may hold no links to folders",
        ) from problem


def is_there(top: Path, name: str) -> bool:
    """Whatever it is: a link that leads nowhere is in the way, too."""
    return os.path.lexists(top / name)


@contextmanager
def _opened(top: Path, below: PurePosixPath) -> Iterator[int]:
    """A descriptor of the folder. ``top`` itself may be reached through links: it was named."""
    folder = os.open(os.path.realpath(top), _FOLDER)
    try:
        for part in below.parts:
            with suppress(FileExistsError):
                os.mkdir(part, _FOLDER_MODE, dir_fd=folder)
            inner = os.open(part, _FOLDER, dir_fd=folder)
            os.close(folder)
            folder = inner
        yield folder
    finally:
        os.close(folder)


def _put(folder: int, name: str, text: str, *, overwrite: bool) -> bool:
    """A draft takes the name at once; a link that had it is replaced, not followed.

    Not synced: what a crash of the machine takes can be imported again.
    """
    if not overwrite and _has(folder, name):
        return False
    draft = f".reconciler-{token_hex(8)}"
    try:
        with os.fdopen(os.open(draft, _NEW, _FILE_MODE, dir_fd=folder), "wb") as file:
            os.fchmod(file.fileno(), _FILE_MODE)
            file.write(text.encode())
        os.replace(draft, name, src_dir_fd=folder, dst_dir_fd=folder)
    finally:
        with suppress(FileNotFoundError):
            os.unlink(draft, dir_fd=folder)
    return True


def _has(folder: int, name: str) -> bool:
    try:
        os.stat(name, dir_fd=folder, follow_symlinks=False)
    except FileNotFoundError:
        return False
    return True
