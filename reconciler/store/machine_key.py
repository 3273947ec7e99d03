"""A random key of this person on this machine, outside every repository.

What lies below a repository can be put there by whoever opens a pull request. A name that is made
with this key cannot be guessed there.
"""

from __future__ import annotations

import os
from contextlib import suppress
from errno import EPERM
from secrets import token_bytes
from typing import TYPE_CHECKING, Final

from reconciler.store.durable import make_folder

if TYPE_CHECKING:
    from pathlib import Path

_BYTES: Final = 32
_NEW: Final = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_OLD: Final = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC


def machine_key(folder: Path) -> bytes:
    """Made on first use. Raises OSError, also if it is not this person's alone."""
    make_folder(folder)
    _check(os.lstat(folder))
    path = folder / "key"
    with suppress(FileExistsError):
        _make(path)
    descriptor = os.open(path, _OLD)
    try:
        _check(os.fstat(descriptor))
        found = os.read(descriptor, _BYTES)
    finally:
        os.close(descriptor)
    if len(found) < _BYTES:
        raise OSError(EPERM, "the key is cut short", os.fspath(path))
    return found


def _make(path: Path) -> None:
    """Whole at once: another process may look at the same moment."""
    draft = path.with_name(f".key-{os.getpid()}")
    try:
        with os.fdopen(os.open(draft, _NEW, 0o600), "wb") as file:
            file.write(token_bytes(_BYTES))
        os.link(draft, path)
    finally:
        draft.unlink(missing_ok=True)


def _check(found: os.stat_result) -> None:
    if found.st_uid != os.getuid() or found.st_mode & 0o077:
        raise OSError(EPERM, "it is not for its owner alone")
