"""Drafts: what a file is to hold is written without a name, and takes the file's place at once.

A run that is killed leaves nothing, or (in the one moment between name and place, and where the file
system knows no files without a name) a hidden file that is no document. The next run removes it. Each
draft is locked while its run is alive, and the kernel lets go of the lock however that ends. Windows
gives no new name to a file that is open: there no draft is locked, and what a killed run left stays.
"""

from __future__ import annotations

import os
import re
from contextlib import ExitStack, suppress
from pathlib import Path
from secrets import token_hex
from typing import TYPE_CHECKING, Final

from reconciler.store import exclusive

if TYPE_CHECKING:
    from collections.abc import Iterable

_PREFIX: Final = ".reconciler-"
_NAME: Final = re.compile(r"\.reconciler-[0-9a-f]{16}")
_DESCRIPTORS: Final = Path("/proc/self/fd")
_CLOSED: Final = getattr(os, "O_CLOEXEC", 0)
_NEW: Final = os.O_WRONLY | os.O_CREAT | os.O_EXCL | _CLOSED
_OWNERS: Final = 0o600


def draft_name() -> str:
    """A new one, which ``sweep`` knows."""
    return f"{_PREFIX}{token_hex(8)}"


def replace_file(target: Path, chunks: Iterable[bytes], *, mode: int = _OWNERS) -> None:
    """Put these bytes in the place of ``target``, on disk before they have it. Raises OSError."""
    draft = target.parent / draft_name()
    try:
        with ExitStack() as held:
            descriptor, is_named = _opened(draft)
            with os.fdopen(descriptor, "wb") as file:
                hold(descriptor, held)
                file.writelines(chunks)
                file.flush()
                if mode != _OWNERS and hasattr(os, "fchmod"):
                    os.fchmod(descriptor, mode)
                os.fsync(descriptor)
                if not is_named:  # src_dir_fd: so that the link in /proc is followed
                    os.link(_DESCRIPTORS / str(descriptor), draft, src_dir_fd=descriptor)
            draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)


def sweep(folder: Path) -> None:
    """Remove drafts of ours that killed runs left. Whatever cannot be removed stays."""
    with suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            if _NAME.fullmatch(entry.name) and entry.is_file(follow_symlinks=False):
                with suppress(OSError), ExitStack() as held:
                    descriptor = os.open(entry.path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0))
                    held.callback(os.close, descriptor)
                    if hold(descriptor, held):
                        Path(entry.path).unlink()


def _opened(draft: Path) -> tuple[int, bool]:
    """A new file, and whether it has its name yet."""
    nameless = getattr(os, "O_TMPFILE", 0)
    if nameless and hasattr(os, "link") and _DESCRIPTORS.is_dir():
        with suppress(OSError):  # not every file system can
            return os.open(draft.parent, os.O_WRONLY | nameless | _CLOSED, _OWNERS), False
    return os.open(draft, _NEW, _OWNERS), True


def hold(descriptor: int, held: ExitStack) -> bool:
    """Lock a draft until ``held`` ends: its run is alive. False: another run's is, or none can tell."""
    if os.name == "nt":
        return False
    copy = os.dup(descriptor)
    held.callback(os.close, copy)
    try:
        return exclusive.hold(copy)
    except OSError:
        return False
