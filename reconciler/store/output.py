"""Files that this tool writes: whole or not at all."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from reconciler.errors import Failure
from reconciler.store.durable import make_folder, sync_folder

if TYPE_CHECKING:
    from collections.abc import Iterable


def write_file(path: Path, chunks: Iterable[str]) -> None:
    """Replaces ``path`` at once, for its owner alone (0600): plans hold titles of incidents.

    Through a link its target is replaced. Raises Failure, and leaves what was there before.
    """
    try:
        target = Path(os.path.realpath(path))
        if target.exists() and not target.is_file():
            raise Failure(f"cannot write {_shown(path)}: it is no regular file")
        _replace(target, chunks)
    except OSError as problem:
        raise Failure(
            f"cannot write {_shown(path)}: {problem.strerror or problem}",
            remedy="name a file in a folder that exists, has room and may be written to",
        ) from problem


def make_output_folder(folder: Path) -> None:
    """With those above it, for its owner alone. Raises Failure."""
    try:
        make_folder(folder)
    except OSError as problem:
        raise Failure(
            f"cannot make the folder {_shown(folder)}: {problem.strerror or problem}",
            remedy="name a folder in a place that may be written to",
        ) from problem


def _replace(target: Path, chunks: Iterable[str]) -> None:
    descriptor, name = tempfile.mkstemp(prefix=".reconciler-", dir=target.parent)
    draft = Path(name)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", errors="backslashreplace") as file:
            file.writelines(chunks)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)
    sync_folder(target.parent)


def _shown(path: Path) -> str:
    return ascii(os.fspath(path))
