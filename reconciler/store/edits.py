"""Edited documents on disk: each file whole or not at all, and only if nobody changed it meanwhile."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING

from reconciler.errors import Failure
from reconciler.store.draft import replace_file, sweep
from reconciler.store.durable import sync_folder
from reconciler.store.folder import read_one

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reconciler.model.edits import FileEdit


def write_edits(root: Path, edits: Sequence[FileEdit]) -> None:
    """Paths are relative to ``root``, which no link may leave: its target is replaced.

    A file keeps its permissions. Raises Failure before the first write if a file is not what was
    read, and names what was written if a later one fails.
    """
    targets = [Path(os.path.realpath(root / edit.path)) for edit in edits]
    for edit, target in zip(edits, targets, strict=True):
        _check(edit, target, root)
    for folder in {target.parent for target in targets}:
        sweep(folder)
    written: list[str] = []
    for edit, target in zip(edits, targets, strict=True):
        try:
            _write(target, edit.after)
        except OSError as problem:
            done = f"; written before: {', '.join(written)}" if written else ""
            raise Failure(
                f"{edit.path!a} cannot be written: {problem.strerror or problem}{done}",
                remedy="see that the folder has room and may be written to, then run this again",
            ) from problem
        written.append(edit.path)


def _check(edit: FileEdit, target: Path, root: Path) -> None:
    found = read_one(target, edit.path, within=root)
    if found.content is None:
        raise Failure(f"{edit.path!a} {found.problem}; nothing was written")
    if found.content != edit.before:
        raise Failure(
            f"{edit.path!a} changed while it was edited; nothing was written",
            remedy="run this again",
        )


def _write(target: Path, content: bytes | None) -> None:
    if content is None:
        target.unlink()
    else:
        replace_file(target, (content,), mode=stat.S_IMODE(target.stat().st_mode))
    sync_folder(target.parent)
