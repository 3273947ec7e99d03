"""Writing files below a folder of a repository: whole or not at all, and never out of it."""

from __future__ import annotations

import os
from contextlib import ExitStack
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final

from reconciler.errors import Failure
from reconciler.store.draft import draft_name, hold
from reconciler.store.opening import folder

if TYPE_CHECKING:
    from pathlib import Path

    from reconciler.store.opening import Folder

_NEW: Final = os.O_WRONLY | os.O_CREAT | os.O_EXCL
_FILE_MODE: Final = 0o644
_FOLDER_MODE: Final = 0o755


def write_below(top: Path, name: str, text: str, *, overwrite: bool = False) -> bool:
    """``name``: POSIX path below ``top``. False if it is there already and may not be replaced.

    Folders are made as needed, ``top`` too. Raises Failure, and leaves what was there before.
    """
    path = PurePosixPath(name)
    try:
        top.mkdir(parents=True, exist_ok=True)
        with folder(top / path.parent, below=top, making=_FOLDER_MODE) as found:
            return _put(found, path.name, text, overwrite=overwrite)
    except OSError as problem:
        raise Failure(
            f"cannot write {os.fspath(top / name)!a}: {problem.strerror or problem}",
            remedy="the folder has to have room and may hold no links to folders",
        ) from problem


def is_there(top: Path, name: str) -> bool:
    """Whatever it is: a link that leads nowhere is in the way, too."""
    return os.path.lexists(top / name)


def _put(found: Folder, name: str, text: str, *, overwrite: bool) -> bool:
    """A draft takes the name at once; a link that had it is replaced, not followed.

    Not synced: what a crash of the machine takes can be imported again.
    """
    if not overwrite and found.has(name):
        return False
    draft = draft_name()
    try:
        with ExitStack() as held:
            with os.fdopen(found.open(draft, _NEW, _FILE_MODE), "wb") as file:
                hold(file.fileno(), held)
                if hasattr(os, "fchmod"):
                    os.fchmod(file.fileno(), _FILE_MODE)
                file.write(text.encode())
            found.replace(draft, name)
    finally:
        found.remove(draft)
    return True
