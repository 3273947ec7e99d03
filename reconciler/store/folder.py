"""Folders of documents, and single files, as bytes: what is odd becomes a problem, never a hang.

A folder in a pull request is chosen by whoever opens it: links that lead out of it, pipes and
devices are not followed and not opened.
"""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING, Final

from reconciler.errors import Failure, InvalidInput
from reconciler.model.words import Finding, Place, SourceFile
from reconciler.store.opening import is_within, open_named, read_most, read_named, regular, sort

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MAX_BYTES: Final = 1024 * 1024
"""Larger files are refused (CONTRACT 1). One byte more is read, so that the reader can tell."""

_SUFFIXES: Final = (".yaml", ".yml")


def read_folder(root: Path, shown: str, *, within: Path) -> Iterator[SourceFile]:
    """Every ``*.yaml`` and ``*.yml`` below ``root``, by name; ``shown`` stands for it in paths.

    ``within``: the repository, which no link on the way may leave. Dot-files and dot-folders are
    skipped. Raises InvalidInput if there is no such folder.
    """
    try:
        top = os.path.realpath(root, strict=True)
        if not is_within(top, within):
            message = "the folder is a link that leaves the repository; put the documents into it"
            raise InvalidInput((Finding(Place(shown), message),))
        entries = _entries(top)
    except OSError as problem:
        message = f"the folder cannot be read: {_why(problem)}; create it, or correct 'desired'"
        raise InvalidInput((Finding(Place(shown), message),)) from problem
    prefix = "" if shown in {"", "."} else f"{shown.rstrip('/')}/"
    return _walk(entries, prefix, top)


def read_one(path: Path, shown: str, *, within: Path | None = None) -> SourceFile:
    """A file that was named. ``within``: a link must not lead out of this folder."""
    try:
        target = os.path.realpath(path, strict=True)
        if within is not None and not is_within(target, within):
            return SourceFile(shown, None, "is a link that leaves the folder")
        return _read_regular(target, shown, path.stat().st_mode)
    except OSError as problem:
        return SourceFile(shown, None, f"cannot be read: {_why(problem)}")


def read_plan(path: Path) -> bytes:
    """A plan file, whole. Raises Failure; whether it is a plan is its codec's to say."""
    return _read_saved(path, "plan", "reconciler plan --out FILE")


def read_journal(path: Path) -> bytes:
    """A journal, whole. Raises Failure; whether it is a journal is its codec's to say."""
    return _read_saved(path, "journal", "reconciler apply")


def read_snapshot(path: Path) -> bytes:
    """A snapshot, whole. Raises Failure; whether it is a snapshot is its codec's to say."""
    return _read_saved(path, "snapshot", "reconciler snapshot --out FILE")


def check_file(path: Path, what: str) -> None:
    """A file that something else is about to read. Raises Failure if that could not end well."""
    try:
        os.close(open_named(path))
    except OSError as problem:
        raise Failure(
            f"the {what} {os.fspath(path)!a} cannot be read: {_why(problem)}"
        ) from problem


def _read_saved(path: Path, what: str, command: str) -> bytes:
    try:
        return read_named(path)
    except OSError as problem:
        raise Failure(
            f"the {what} {os.fspath(path)!a} cannot be read: {_why(problem)}",
            remedy=f"name a file that '{command}' wrote",
        ) from problem


def _walk(entries: list[os.DirEntry[str]], prefix: str, top: str) -> Iterator[SourceFile]:
    """Depth first on an own stack: a folder may be nested deeper than Python recurses."""
    todo = [(entry, prefix) for entry in reversed(entries)]
    while todo:
        entry, prefix = todo.pop()
        shown = prefix + entry.name
        try:
            if entry.is_dir(follow_symlinks=False):
                below = reversed(_entries(entry.path))
                todo.extend((child, f"{shown}/") for child in below)
                continue
            found = _read_entry(entry, shown, top)
        except OSError as problem:
            found = SourceFile(shown, None, f"cannot be read: {_why(problem)}")
        if found is not None:
            yield found


def _entries(folder: str) -> list[os.DirEntry[str]]:
    with os.scandir(folder) as found:
        return sorted(
            (entry for entry in found if not entry.name.startswith(".")),
            key=lambda entry: entry.name,
        )


def _read_entry(entry: os.DirEntry[str], shown: str, top: str) -> SourceFile | None:
    """None for what is none of our files. A link to a folder would hide documents: it is told."""
    is_ours = entry.name.lower().endswith(_SUFFIXES)
    if entry.is_symlink():
        return _read_link(entry, shown, top) if is_ours or entry.is_dir() else None
    if not is_ours:
        return None
    if entry.is_file(follow_symlinks=False):
        return SourceFile(shown, _content(entry.path))
    return _read_regular(entry.path, shown, entry.stat(follow_symlinks=False).st_mode)


def _read_link(entry: os.DirEntry[str], shown: str, top: str) -> SourceFile:
    target = os.path.realpath(entry.path, strict=True)
    if not target.startswith(f"{top.rstrip(os.sep)}{os.sep}"):
        return SourceFile(shown, None, "is a link that leaves the folder")
    if entry.is_dir():
        return SourceFile(shown, None, "is a link to a folder; links to folders are not followed")
    return _read_regular(target, shown, entry.stat().st_mode)


def _read_regular(path: str, shown: str, mode: int) -> SourceFile:
    if not stat.S_ISREG(mode):
        return SourceFile(shown, None, f"is {sort(mode)}, not a regular file")
    return SourceFile(shown, _content(path))


def _content(path: str) -> bytes:
    """At most one byte more than is allowed."""
    descriptor = regular(path, os.O_RDONLY)
    try:
        return read_most(descriptor, MAX_BYTES + 1)
    finally:
        os.close(descriptor)


def _why(problem: OSError) -> str:
    text = problem.strerror or str(problem)
    return f"{text[:1].lower()}{text[1:]}"
