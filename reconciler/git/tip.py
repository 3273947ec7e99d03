"""One ref: what it points to, and moving it from there, so that no one else's move is undone."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from reconciler.errors import BaseFailure
from reconciler.git.objects import contents
from reconciler.git.running import failed, run

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from reconciler.git.running import Answer

MAX_COMMIT_BYTES: Final = 64 * 1024
"""Ours have less than one KiB."""

MAX_REFS: Final = 1000

_FORMAT: Final = "%(refname) %(objecttype) %(objectname) %(objectsize)"
_HEAD: Final = re.compile(rb"(\S+) (\S+) ([0-9a-f]+) ([0-9]+)\n")
_NONE: Final = ""
"""As the old value: the ref must not exist."""


@dataclass(frozen=True, slots=True)
class Tip:
    commit: str
    message: bytes


def find(root: Path, ref: str, *, remedy: str) -> Tip | None:
    """None if there is no such ref. Raises BaseFailure if there is one and it leads to no commit."""
    answer = run(root, "for-each-ref", "--count=1", f"--format={_FORMAT}", ref)
    if answer.problem:
        raise failed(f"{ref} cannot be read", answer, remedy=remedy)
    found = _HEAD.match(answer.out)
    if found is None or found[1] != ref.encode():
        if answer.said and f"broken ref {ref}" in answer.said.raw:  # with exit code 0
            raise BaseFailure(f"{ref} is broken", remedy=remedy, detail=answer.said)
        return None
    if found[2] != b"commit":
        kind = found[2].decode("ascii", "replace")
        raise BaseFailure(f"{ref} points to a {kind}; expected a commit", remedy=remedy)
    commit = found[3].decode("ascii")
    if int(found[4]) > MAX_COMMIT_BYTES:
        raise BaseFailure(
            f"{ref} points to a commit of {int(found[4])} bytes; at most {MAX_COMMIT_BYTES} are read",
            remedy=remedy,
        )
    said = run(root, "cat-file", "commit", commit)
    if said.problem:
        raise failed(f"{ref} cannot be read", said, remedy=remedy)
    return Tip(commit, said.out.partition(b"\n\n")[2])


def below(root: Path, folder: str, *, remedy: str) -> Mapping[str, Tip]:
    """All commits that refs of a folder lead to; of what is too large to be ours, no message."""
    answer = run(root, "for-each-ref", f"--count={MAX_REFS}", f"--format={_FORMAT}", f"{folder}/")
    if answer.problem:
        raise failed(f"{folder} cannot be listed", answer, remedy=remedy)
    found = [head for head in _HEAD.finditer(answer.out) if head[2] == b"commit"]
    read = [head[3].decode("ascii") for head in found if int(head[4]) <= MAX_COMMIT_BYTES]
    texts = dict(zip(read, contents(root, read, kind="commit", remedy=remedy), strict=True))
    names = ((os.fsdecode(head[1]), head[3].decode("ascii")) for head in found)
    return {name: Tip(at, texts.get(at, b"").partition(b"\n\n")[2]) for name, at in names}


def move(root: Path, ref: str, new: str, old: str | None, *, remedy: str) -> bool:
    """False if it no longer is at ``old`` (None: there was no such ref). Raises BaseFailure."""
    answer = run(root, "update-ref", "--no-deref", ref, new, old or _NONE)
    return _is_done(answer, root, ref, old, remedy=remedy)


def try_move(root: Path, ref: str, old: str | None, *, remedy: str) -> None:
    """Locks the ref as a move does, and lets it go as it was. Raises BaseFailure.

    Whoever moved it meanwhile has shown that it can be moved.
    """
    given = f"verify {ref} {old or _NONE}\n".encode()
    answer = run(root, "update-ref", "--no-deref", "--stdin", given=given)
    _is_done(answer, root, ref, old, remedy=remedy)


def _is_done(answer: Answer, root: Path, ref: str, old: str | None, *, remedy: str) -> bool:
    if answer.problem is None:
        return True
    now = find(root, ref, remedy=remedy)
    if (now.commit if now else None) == old:
        raise failed(f"{ref} cannot be moved", answer, remedy=remedy)
    return False
