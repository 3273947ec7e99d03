"""Which commit the documents are at, for the plan's header. Not knowing is an answer, no error.

What was read is compared with the commit's own blobs, byte by byte. ``git status`` would start what
attributes name, believe what the index says of a file, and leave out what is ignored.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from reconciler.errors import BaseFailure
from reconciler.git.documents import listed
from reconciler.git.running import is_outside, run
from reconciler.model.plan import GitState

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from reconciler.model.words import SourceFile

TIMEOUT_SECONDS: Final = 10.0

_COMMIT: Final = re.compile(rb"([0-9a-f]{40}|[0-9a-f]{64})\n")
_HASHES: Final = {40: "sha1", 64: "sha256"}


@dataclass(slots=True)
class Provenance:
    """Documents compared with HEAD's while they are read; ``left``: blobs not seen yet, by path."""

    commit: str | None = None
    left: dict[str, str] = field(default_factory=dict)
    is_other: bool = False

    def watch(self, files: Iterable[SourceFile]) -> Iterator[SourceFile]:
        for source in files:
            name = self.left.pop(source.path, None)
            if name is None or source.content is None or not is_checked_out(name, source.content):
                self.is_other = True
            yield source

    def state(self) -> GitState:
        """Dirty if a document differs, is missing or is not the commit's."""
        if self.commit is None:
            return GitState()
        return GitState(self.commit, dirty=self.is_other or bool(self.left))


def provenance(root: Path, folder: str) -> Provenance:
    """``folder``: POSIX path below ``root``.

    No git, no repository, no commit yet, or no answer in time: an empty state.
    """
    try:
        if is_outside(root):
            return Provenance()
    except BaseFailure:
        return Provenance()
    words = ("--verify", "--quiet", "HEAD^{commit}")
    found = _COMMIT.fullmatch(run(root, "rev-parse", *words, timeout_seconds=TIMEOUT_SECONDS).out)
    if found is None:
        return Provenance()
    commit = found[1].decode("ascii")
    try:
        items = [*listed(root, commit, folder)]
    except BaseFailure:
        return Provenance(commit, is_other=True)
    held = {path: item.name for path, item in items if not isinstance(item, str)}
    return Provenance(commit, held, is_other=len(held) < len(items))


def is_blob(name: str, content: bytes) -> bool:
    """Whether the object of that name has this content."""
    found = hashlib.new(_HASHES[len(name)], b"blob %d\0" % len(content), usedforsecurity=False)
    found.update(content)
    return found.hexdigest() == name


def is_checked_out(name: str, content: bytes) -> bool:
    """Whether git may have made this file of that blob: with other line ends, and no other filter.

    A document says the same with either. A carriage return that stands alone is a line end to YAML.
    """
    if is_blob(name, content):
        return True
    unified = content.replace(b"\r\n", b"\n")
    return unified != content and b"\r" not in unified and is_blob(name, unified)
