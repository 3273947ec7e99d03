"""Asking the remotes for a ref that is not here. Unknown is not absent."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from reconciler.git.access import access
from reconciler.git.running import run

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from reconciler.git.running import Answer

ANY: Final = "REMOTE"
"""In a command for people: the remote whose name cannot be printed as it is (a URL holds tokens)."""

_PLAIN: Final = re.compile(r"[0-9A-Za-z_][0-9A-Za-z_./-]*")


@dataclass(frozen=True, slots=True)
class Asked:
    """``holder``: a remote that has the ref. ``unknown``: one that could not be asked, and why."""

    holder: str | None = None
    unknown: tuple[str, Answer] | None = None


def ask(root: Path, ref: str, *, timeout_seconds: float) -> Asked:
    """Every remote: a fork may be ``origin``, and the pipeline push elsewhere.

    Nothing in either: none of them has it, or there is no remote. In a pipeline whose checkout kept no
    credential, the job's token opens its own forge's.
    """
    forge = access(os.environ)
    listed = run(root, "remote")
    if listed.problem:
        return Asked(unknown=(ANY, listed))
    unknown = None
    for remote in dict.fromkeys((*_tracked(root), *_lines(listed))):
        words = ("ls-remote", "--refs", "--", remote, ref)
        answer = forge.masked(
            run(root, *words, settings=forge.settings, timeout_seconds=timeout_seconds)
        )
        if answer.problem:
            unknown = (shown(remote), answer)
        elif any(line.partition(b"\t")[2] == ref.encode() for line in answer.out.splitlines()):
            return Asked(holder=shown(remote))
    return Asked(unknown=unknown)


def shown(remote: str) -> str:
    return remote if _PLAIN.fullmatch(remote) else ANY


def _tracked(root: Path) -> Iterator[str]:
    """What the branch tracks may be an address without a name. ``.`` is this repository itself."""
    for head in _words(root, "symbolic-ref", "--quiet", "HEAD"):
        branch = head.removeprefix("refs/heads/")
        said = _words(root, "config", "--get", f"branch.{branch}.remote")
        yield from (remote for remote in said if remote != ".")


def _words(root: Path, *arguments: str) -> list[str]:
    """Line by line; nothing where git says that there is nothing."""
    return _lines(run(root, *arguments))


def _lines(answer: Answer) -> list[str]:
    return answer.out.decode("utf-8", "surrogateescape").splitlines()
