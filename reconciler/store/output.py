"""Files that this tool writes: whole or not at all, and over nothing but its own."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from reconciler.errors import Failure, JournalFailure, UsageError
from reconciler.store.draft import replace_file, sweep
from reconciler.store.durable import make_folder, sync_folder
from reconciler.store.opening import is_within, named, open_named, read_most, sort

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

Sort: TypeAlias = Literal["plan", "snapshot", "history", "journal", "store"]

_HEAD: Final = 4096
_BEGINNINGS: Final = {
    "plan": re.compile(rb'\s*\{\s*"formatVersion"\s*:.*"createdAt"\s*:', re.DOTALL),
    "snapshot": re.compile(rb'\s*\{\s*"formatVersion"\s*:.*"takenAt"\s*:', re.DOTALL),
    "history": re.compile(rb'\{"number":\d+,"asked":\{'),
}
"""How a file of each sort begins. A store judges for itself."""


def check_output(path: Path, what: Sort, *, desired: Sequence[Path] = ()) -> None:
    """That ``path`` may be written: it is new, empty or an older one of its sort.

    ``desired``: the folders of documents, where nothing else belongs. Raises UsageError, Failure.
    """
    shown = _shown(path)
    try:
        real = named(path, is_written=True)
        if any(is_within(real, folder) for folder in desired):
            raise UsageError(
                f"cannot write {shown}: it lies in a folder of documents",
                remedy="name a file elsewhere",
            )
        if what == "journal" and real.is_file() and real.stat().st_size:
            raise JournalFailure(
                f"cannot write {shown}: it is there already, and no empty file",
                remedy="a journal is never written over: name a new file, or a folder",
            )
        beginning = _BEGINNINGS.get(what)
        if beginning is not None and path.exists() and not _is_ours(path, beginning):
            raise UsageError(
                f"cannot write {shown}: it is there, and no {what} of this tool",
                remedy=f"name a new file, or an older {what}",
            )
    except OSError as problem:
        raise _unwritable(path, problem) from problem


def write_file(path: Path, chunks: Iterable[str]) -> None:
    """Replaces ``path`` at once, for its owner alone (0600): plans hold titles of incidents.

    Through a link of a person its target is replaced. Raises Failure, and leaves what was there.
    """
    try:
        target = named(path, is_written=True)
        if target.exists() and not target.is_file():
            raise Failure(f"cannot write {_shown(path)}: it is no regular file")
        _replace(target, chunks)
    except OSError as problem:
        raise _unwritable(path, problem) from problem


def output_folder(folder: Path) -> Path:
    """Where it really is; it need not be there yet. Raises Failure."""
    try:
        return named(folder, is_written=True)
    except OSError as problem:
        raise _unwritable(folder, problem) from problem


def make_output_folder(folder: Path) -> None:
    """With those above it, for its owner alone. Raises Failure."""
    try:
        make_folder(output_folder(folder))
    except OSError as problem:
        raise Failure(
            f"cannot make the folder {_shown(folder)}: {problem.strerror or problem}",
            remedy="name a folder in a place that may be written to",
        ) from problem


def _is_ours(path: Path, beginning: re.Pattern[bytes]) -> bool:
    """An empty file is nobody's: mktemp and touch make them. Raises Failure for a pipe, a device."""
    mode = path.stat().st_mode
    if not path.is_file():
        raise Failure(f"cannot write {_shown(path)}: it is {sort(mode)}, no regular file")
    descriptor = open_named(path)
    try:
        head = read_most(descriptor, _HEAD)
    finally:
        os.close(descriptor)
    return not head or beginning.match(head) is not None


def _replace(target: Path, chunks: Iterable[str]) -> None:
    sweep(target.parent)
    replace_file(target, (chunk.encode("utf-8", "backslashreplace") for chunk in chunks))
    sync_folder(target.parent)


def _unwritable(path: Path, problem: OSError) -> Failure:
    return Failure(
        f"cannot write {_shown(path)}: {problem.strerror or problem}",
        remedy="name a file in a folder that exists, has room and may be written to",
    )


def _shown(path: Path) -> str:
    return ascii(os.fspath(path))
