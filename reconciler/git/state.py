"""Which commit the documents are at, for the plan's header. Not knowing is an answer, no error."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from reconciler.git.running import run
from reconciler.model.plan import GitState

if TYPE_CHECKING:
    from pathlib import Path

TIMEOUT_SECONDS: Final = 10.0

_COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")


def read_state(root: Path, folder: str) -> GitState:
    """``folder``: POSIX path below ``root``; only changes in it make the state dirty.

    No git, no repository, no commit yet, or no answer in time: an empty state.
    """
    commit = _git(root, "rev-parse", "--verify", "--quiet", "HEAD^{commit}")
    if commit is None or _COMMIT.fullmatch(commit.strip()) is None:
        return GitState()
    changed = _git(root, "status", "--porcelain", "--untracked-files=all", "--", folder)
    return GitState(commit.strip(), dirty=changed != "")


def _git(root: Path, *arguments: str) -> str | None:
    answer = run(root, *arguments, timeout_seconds=TIMEOUT_SECONDS)
    return None if answer.problem else answer.out.decode("utf-8", "replace")
