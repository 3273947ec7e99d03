"""Which commit the documents are at, for the plan's header. Not knowing is an answer, no error."""

from __future__ import annotations

import os
import re
import subprocess
from typing import TYPE_CHECKING, Final

from reconciler.model.plan import GitState

if TYPE_CHECKING:
    from pathlib import Path

TIMEOUT_SECONDS: Final = 10.0

_COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")

_REDIRECTING: Final = frozenset(
    {
        "GIT_DIR",
        "GIT_WORK_TREE",
        "GIT_INDEX_FILE",
        "GIT_COMMON_DIR",
        "GIT_OBJECT_DIRECTORY",
        "GIT_ALTERNATE_OBJECT_DIRECTORIES",
        "GIT_NAMESPACE",
        "GIT_PREFIX",
    }
)
"""Left out: the commit named is the one of the repository that holds the folder, also in a hook."""


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
    """Plumbing that takes no lock and starts nothing that a repository's configuration names."""
    command = (
        *("git", "--no-optional-locks", "--literal-pathspecs"),
        *("-c", "core.fsmonitor=false", "-C", os.fspath(root)),
        *arguments,
    )
    environment = {key: value for key, value in os.environ.items() if key not in _REDIRECTING}
    try:
        answer = subprocess.run(  # noqa: S603 — fixed words; the folder stands behind "--"
            command,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=TIMEOUT_SECONDS,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return answer.stdout.decode("utf-8", "replace")
