"""Trees and blobs, many at once: one process lists, one reads. Nothing that is missing is left out."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final, NamedTuple

from reconciler.errors import BaseFailure
from reconciler.git.running import failed, run

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

LINK: Final = "120000"
_FILES: Final = frozenset({"100644", "100755"})


class Entry(NamedTuple):
    """One line of a tree. ``size``: in bytes; None: no blob, or one that is not here.

    A tuple, for there are ten thousand of them.
    """

    path: str
    mode: str
    name: str
    """Of the object: hexadecimal, its length says by which hash."""
    size: int | None

    @property
    def is_file(self) -> bool:
        return self.mode in _FILES

    @property
    def is_link(self) -> bool:
        return self.mode == LINK


def listing(root: Path, commit: str, *folder: str, remedy: str) -> Iterator[Entry]:
    """All entries, folders too, or those below one folder that ends in ``/``.

    Paths of all entries are from the top of the tree, those of a folder's from ``root``; without
    saying which, git shows of a whole tree only what lies where ``root`` is in its repository.
    Raises BaseFailure if the tree is not here whole.
    """
    whole = () if folder else ("--full-tree",)
    answer = run(root, "ls-tree", *whole, "-r", "-t", "-z", "-l", commit, "--", *folder)
    if answer.problem:
        raise failed(f"the tree of {commit} cannot be read", answer, remedy=remedy)
    for line in os.fsdecode(answer.out).split("\0")[:-1]:
        head, _, path = line.partition("\t")
        mode, _, name, size = head.split()
        yield Entry(path, mode, name, int(size) if size.isdecimal() else None)


def contents(root: Path, names: Sequence[str], *, remedy: str) -> Iterator[bytes]:
    """Of these blobs, in this order. Raises BaseFailure before the first one if one is not here."""
    if not names:
        return
    asked = "\n".join(names).encode("ascii") + b"\n"
    answer = run(root, "cat-file", "--batch", "--buffer", given=asked)
    if answer.problem:
        raise failed("objects of the repository cannot be read", answer, remedy=remedy)
    yield from [*_blobs(answer.out, names, remedy)]


def _blobs(out: bytes, names: Sequence[str], remedy: str) -> Iterator[bytes]:
    start = 0
    for name in names:
        end = out.find(b"\n", start)
        found, *rest = out[start : max(end, start)].split(b" ")
        if found != name.encode("ascii") or len(rest) != 2 or rest[0] != b"blob":  # noqa: PLR2004 — type and size
            raise BaseFailure(f"the object {name} is not in this repository", remedy=remedy)
        size = int(rest[1])
        yield out[end + 1 : end + 1 + size]
        start = end + 1 + size + 1
