"""A new commit of a few changed files on top of an old one: no index, no work tree, no ref.

One ``git fast-import`` writes blobs, trees and commit as one pack. The branch that its format wants
is let go before the stream ends, so that git never writes it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from reconciler.git.running import failed, run

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping
    from datetime import datetime
    from pathlib import Path

FALLBACK: Final = b"reconciler <reconciler@localhost>"
"""Who commits where git knows nobody: a pipeline has to set nothing up."""

_BRANCH: Final = b"refs/reconciler/unborn"
_IDENTITY: Final = re.compile(rb"([^<>\n]* <[^<>\n]*>) [0-9]+ [+-][0-9]{4}\n")


@dataclass(frozen=True, slots=True)
class Draft:
    """``parent``: None for the first one. ``is_fresh``: nothing of the parent's tree is kept."""

    parent: str | None
    is_fresh: bool
    written: Mapping[str, bytes]
    dropped: Collection[str]
    message: str
    at: datetime
    kept: Mapping[str, str] = field(default_factory=dict)
    """By path, blobs that go along where nothing of the parent's tree is kept."""
    merged: str | None = None
    """The commit that these are from: a second parent."""


def commit(root: Path, draft: Draft, *, remedy: str) -> str:
    """The new commit's name; no ref leads to it. Raises BaseFailure."""
    stream = b"".join(_stream(draft, _identity(root)))
    answer = run(
        root,
        *("-c", "core.ignoreCase=false"),  # ids that differ in case only are two objects
        *("fast-import", "--quiet", "--force", "--done", "--date-format=raw"),
        given=stream,
    )
    if answer.problem:
        raise failed("git cannot write what was applied", answer, remedy=remedy)
    return answer.out.decode("ascii").strip()


def _identity(root: Path) -> bytes:
    """The one that is configured; what git would guess from the machine's name is not."""
    answer = run(root, "-c", "user.useConfigOnly=true", "var", "GIT_COMMITTER_IDENT")
    found = _IDENTITY.fullmatch(answer.out)
    return found[1] if found else FALLBACK


def _stream(draft: Draft, identity: bytes) -> Iterator[bytes]:
    """Paths are of our own making: kinds and allow-listed ids, nothing that has to be quoted."""
    yield b"commit %s\nmark :1\n" % _BRANCH
    yield b"committer %s %d +0000\n" % (identity, int(draft.at.timestamp()))
    yield _data(draft.message.encode())
    if draft.parent:
        yield b"from %s\n" % draft.parent.encode("ascii")
    if draft.merged:
        yield b"merge %s\n" % draft.merged.encode("ascii")
    if draft.is_fresh:
        yield b"deleteall\n"
    for path, name in draft.kept.items():
        yield b"M 100644 %s %s\n" % (name.encode("ascii"), path.encode("ascii"))
    for path in draft.dropped:
        yield b"D %s\n" % path.encode("ascii")
    for path, content in draft.written.items():
        yield b"M 100644 inline %s\n" % path.encode("ascii") + _data(content)
    yield b"\nget-mark :1\nreset %s\n\ndone\n" % _BRANCH


def _data(content: bytes) -> bytes:
    return b"data %d\n%s\n" % (len(content), content)
