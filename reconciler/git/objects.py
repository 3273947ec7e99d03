"""Trees and blobs, many at once: one process lists, one sizes up, one reads. Nothing missing is left out."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final, NamedTuple

from reconciler.errors import BaseFailure
from reconciler.git import remotes
from reconciler.git.access import access
from reconciler.git.running import failed, run

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from reconciler.git.running import Answer

LINK: Final = "120000"
FOLDER: Final = "040000"
SUBMODULE: Final = "160000"
_UNREADABLE: Final = "objects of the repository cannot be read"
_FILES: Final = frozenset({"100644", "100755"})


class Entry(NamedTuple):
    """One line of a tree. A tuple, for there are ten thousand of them."""

    path: str
    mode: str
    name: str
    """Of the object: hexadecimal, its length says by which hash."""

    @property
    def is_file(self) -> bool:
        return self.mode in _FILES

    @property
    def is_link(self) -> bool:
        return self.mode == LINK


def below(root: Path, commit: str, folder: str, *, remedy: str) -> Iterator[Entry]:
    """All entries below a folder that ends in ``/``, folders too; paths are from ``root``.

    Raises BaseFailure if the tree is not here whole.
    """
    return _listed(root, commit, "-r", "-t", "--", folder, remedy=remedy)


def level(root: Path, commit: str, *paths: str, remedy: str) -> Iterator[Entry]:
    """What lies in the tree's top folder, or at these paths of it (in them, if they end in ``/``)."""
    return _listed(root, commit, "--full-tree", "--", *paths, remedy=remedy)


def _listed(root: Path, commit: str, *words: str, remedy: str) -> Iterator[Entry]:
    options, paths = words[: words.index("--")], words[words.index("--") :]
    answer = run(root, "ls-tree", "-z", *options, commit, *paths)
    if answer.problem:
        raise failed(f"the tree of {commit} cannot be read", answer, remedy=remedy)
    for line in os.fsdecode(answer.out).split("\0")[:-1]:
        head, _, path = line.partition("\t")
        mode, _, name = head.split()
        yield Entry(path, mode, name)


def sizes(root: Path, names: Iterable[str], *, remedy: str) -> Mapping[str, int]:
    """Of these objects, in bytes, told by their heads alone. A partial clone fetches what it lacks.

    Raises BaseFailure if one is not here.
    """
    asked = [*dict.fromkeys(names)]
    if not asked:
        return {}
    answer = _ask(root, "--batch-check", asked)
    found = _sized(asked, answer)
    if len(found) < len(asked) and _bring(root, [name for name in asked if name not in found]):
        answer = _ask(root, "--batch-check", asked)
        found = _sized(asked, answer)
    if answer.problem:
        raise failed(_UNREADABLE, answer, remedy=remedy)
    if len(found) < len(asked):
        lacking = next(name for name in asked if name not in found)
        raise BaseFailure(f"the object {lacking} is not in this repository", remedy=remedy)
    return found


def contents(
    root: Path, names: Sequence[str], *, kind: str = "blob", remedy: str
) -> Iterator[bytes]:
    """Of these objects, in this order, once their sizes were looked at. Raises BaseFailure."""
    if not names:
        return
    answer = _ask(root, "--batch", names)
    if answer.problem:
        raise failed(_UNREADABLE, answer, remedy=remedy)
    start, out = 0, answer.out
    for name in names:
        end = out.find(b"\n", start)
        found, *rest = out[start : max(end, start)].split(b" ")
        if found != name.encode("ascii") or len(rest) != 2 or rest[0] != kind.encode():  # noqa: PLR2004 — type and size
            raise BaseFailure(f"the object {name} is not in this repository", remedy=remedy)
        size = int(rest[1])
        yield out[end + 1 : end + 1 + size]
        start = end + 1 + size + 1


def _ask(root: Path, how: str, names: Sequence[str]) -> Answer:
    return run(root, "cat-file", how, "--buffer", given="\n".join(names).encode() + b"\n")


def _sized(names: Sequence[str], answer: Answer) -> Mapping[str, int]:
    """Without those that are not here; a partial clone ends at the first one of them."""
    lines = answer.out.decode("utf-8", "replace").splitlines()
    said = ((name, line.rpartition(" ")[2]) for name, line in zip(names, lines, strict=False))
    return {name: int(size) for name, size in said if size.isdecimal()}


def _bring(root: Path, names: Sequence[str]) -> bool:
    """From the remotes that promised to have them, asked as any remote is: git alone would not be."""
    listed = run(root, "config", "--get-regexp", r"^remote\..*\.promisor$", "true").out
    lines = listed.decode("utf-8", "surrogateescape").splitlines()
    promisors = [line.rpartition(" ")[0][len("remote.") : -len(".promisor")] for line in lines]
    given = "\n".join(names).encode() + b"\n"
    words = (*remotes.BRINGING, "--no-filter", "--stdin", "--")
    forge = access(os.environ)
    answers = [
        remotes.speak(root, one, forge, "fetch", *words, one, given=given) for one in promisors
    ]
    return any(answer.problem is None for answer in answers)
