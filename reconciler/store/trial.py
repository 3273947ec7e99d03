"""Whether a run could keep its journal and take its lock here: tried out, and taken back."""

from __future__ import annotations

import os
import tempfile
from typing import TYPE_CHECKING

from reconciler.errors import JournalFailure
from reconciler.store.durable import make_folder
from reconciler.store.lock import locked

if TYPE_CHECKING:
    from pathlib import Path


def try_journal(folder: Path) -> str:
    """A file is made there, written to disk and deleted. Raises JournalFailure."""
    try:
        make_folder(folder)
        with tempfile.NamedTemporaryFile(prefix=".doctor-", dir=folder) as file:
            file.write(b"\n")
            file.flush()
            os.fsync(file.fileno())
    except OSError as problem:
        raise JournalFailure(
            f"no journal can be written to {os.fspath(folder)!a}: {problem.strerror or problem}",
            remedy="nothing is applied without a journal: make the folder writable, or make room",
        ) from problem
    return "can be written"


def try_lock(folder: Path, tenant_name: str) -> str:
    """The lock of the tenant is taken and let go. Raises Failure."""
    with locked(folder, tenant_name):
        return "free"
