"""Whether a run could keep its journal and take its lock here: tried out, and taken back."""

from __future__ import annotations

import os
from secrets import token_hex
from typing import TYPE_CHECKING, Final

from reconciler.errors import JournalFailure
from reconciler.store.journal import UNSYNCED
from reconciler.store.lock import locked
from reconciler.store.opening import folder

if TYPE_CHECKING:
    from pathlib import Path

_NEW: Final = os.O_WRONLY | os.O_CREAT | os.O_EXCL


def try_journal(path: Path, *, below: Path) -> str:
    """A file is made there, written to disk, by its name too, and deleted. Raises JournalFailure."""
    draft = f".doctor-{token_hex(8)}"
    try:
        with folder(path, below=below, making=0o700) as found:
            try:
                with os.fdopen(found.open(draft, _NEW), "wb") as file:
                    file.write(b"\n")
                    file.flush()
                    os.fsync(file.fileno())
                is_synced = found.sync()
            finally:
                found.remove(draft)
    except OSError as problem:
        raise JournalFailure(
            f"no journal can be written to {os.fspath(path)!a}: {problem.strerror or problem}",
            remedy="nothing is applied without a journal: make the folder writable, or make room",
        ) from problem
    return "can be written" if is_synced else f"can be written; {UNSYNCED}"


def try_lock(state: Path, tenant_name: str, *, home: Path | None) -> str:
    """The lock of the tenant is taken and let go. Raises Failure."""
    with locked(state, tenant_name, home=home):
        return f"free, in {os.fspath(home or state)}"
