"""Files of a repository that git reads as they stand: one that is a pipe or a device would never end.

No commit brings them, but an archive with a ``.git`` in it does.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

_READ: Final = (
    *("HEAD", "config", "config.worktree", "packed-refs", "index", "shallow", "info/attributes"),
    *("info/grafts", "objects/info/alternates", "objects/info/commit-graph"),
)
_OUR_REFS: Final = "refs/reconciler"
_MOST: Final = 10_000
"""Entries below our refs: those of this tool are as many as tenants."""
_LARGEST: Final = 512 * 1024 * 1024
_LARGEST_POINTER: Final = 4096
_GITDIR: Final = "gitdir: "


def endless(git: str) -> str | None:
    """What git had better not read, in words; None: nothing. ``git``: the ``.git`` that was found."""
    try:
        own = _folder(Path(git))
        common = own / _line(own / "commondir") if (own / "commondir").exists() else own
        for path in (
            *(here / name for here in {own, common} for name in _READ),
            _branch(own, common),
        ):
            if why := _problem(path):
                return f"{os.fspath(path)!a} {why}"
        return next(_odd_refs(common / _OUR_REFS), None)
    except (OSError, ValueError) as problem:
        return f"{git!a} cannot be looked at: {problem}"


def _folder(git: Path) -> Path:
    """Where a file says that it is, if it is a file."""
    return git if git.is_dir() else git.parent / _line(git).removeprefix(_GITDIR)


def _branch(own: Path, common: Path) -> Path:
    head = own / "HEAD"
    name = _line(head).removeprefix("ref: ") if not _problem(head) and head.is_file() else ""
    return common / name if name.startswith("refs/") else common / "HEAD"


def _line(path: Path) -> str:
    """The first one of a small file. Raises OSError for what is none."""
    if why := _problem(path, _LARGEST_POINTER):
        raise OSError(f"{os.fspath(path)!a} {why}")
    return os.fsdecode(path.read_bytes()).partition("\n")[0]


def _problem(path: Path, largest: int = _LARGEST) -> str | None:
    try:
        found = path.stat()
    except OSError:
        return None  # it is not there, or git says why
    if stat.S_ISDIR(found.st_mode):
        return None
    if not stat.S_ISREG(found.st_mode):
        return "is no regular file"
    return f"is larger than {largest} bytes" if found.st_size > largest else None


def _odd_refs(top: Path) -> Iterator[str]:
    """Links among them, which git follows wherever they lead, and what is no small file."""
    todo, seen = [top], 0
    while todo:
        path = todo.pop()
        seen += 1
        if seen > _MOST:
            yield f"more than {_MOST} entries are below {os.fspath(top)!a}"
            return
        if path.is_symlink():
            yield f"{os.fspath(path)!a} is a link"
        elif why := _problem(path, _LARGEST_POINTER):
            yield f"{os.fspath(path)!a} {why}"
        elif path.is_dir():
            todo += path.iterdir()
