"""Running git: asks nobody, starts nothing that a repository names, and always ends.

Only plumbing is run, with the repository found from the folder alone: what the environment says
about another one (in a hook, say) is left out.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from reconciler.errors import BaseFailure
from reconciler.model.words import Foreign

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

TIMEOUT_SECONDS: Final = 120.0
"""For what lies on this disk; a partial clone may fetch what it lacks meanwhile."""

_REDIRECTING: Final = frozenset(
    {
        "GIT_DIR",
        "GIT_WORK_TREE",
        "GIT_IMPLICIT_WORK_TREE",
        "GIT_INDEX_FILE",
        "GIT_COMMON_DIR",
        "GIT_OBJECT_DIRECTORY",
        "GIT_ALTERNATE_OBJECT_DIRECTORIES",
        "GIT_QUARANTINE_PATH",
        "GIT_SHALLOW_FILE",
        "GIT_GRAFT_FILE",
        "GIT_NAMESPACE",
        "GIT_PREFIX",
        "GIT_GLOB_PATHSPECS",
        "GIT_NOGLOB_PATHSPECS",
        "GIT_ICASE_PATHSPECS",
    }
)
_QUIET: Final = {
    "LC_ALL": "C",
    "GIT_TERMINAL_PROMPT": "0",
    "GCM_INTERACTIVE": "never",
    "SSH_ASKPASS_REQUIRE": "never",
}
"""Nobody is asked. ssh, which has no terminal in a session of its own, has nobody to ask either."""

_OPTIONS: Final = (
    *("--no-optional-locks", "--literal-pathspecs", "--no-replace-objects"),
    *("-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", "-c", "gc.auto=0"),
    *("-c", "core.fsync=committed", "-c", "core.filesRefLockTimeout=10000"),
)
"""What a ref leads to is on disk before the ref is; its lock is held that long by whoever moves it."""

_LONGEST_SAYING: Final = 2000
_LOGIN: Final = re.compile(r"(?<=://)[^\s/@]+(?=@)")


@dataclass(frozen=True, slots=True)
class Answer:
    """What git wrote. ``problem``: why that does not count, in our words; None: it ended well.

    ``code``: its exit code; None: it could not be started, or was ended.
    """

    out: bytes = b""
    problem: str | None = None
    said: Foreign | None = None
    code: int | None = None


def run(
    root: Path,
    *arguments: str,
    given: bytes = b"",
    settings: Sequence[tuple[str, str]] = (),
    timeout_seconds: float = TIMEOUT_SECONDS,
) -> Answer:
    """Never raises for what git does: no git, no answer in time and an exit code are answers.

    ``settings``: of git's configuration; they may be secret, so no command line holds them.
    """
    command = ("git", *_OPTIONS, "-C", os.fspath(root), *arguments)
    try:
        with subprocess.Popen(  # noqa: S603 — fixed words; what was typed stands where no option can
            command,
            env=_environment() | _configured(settings),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        ) as process:
            out, said = _talk(process, given, timeout_seconds)
    except subprocess.TimeoutExpired:
        return Answer(problem=f"git did not answer within {timeout_seconds:g} s")
    except FileNotFoundError:
        return Answer(problem="git cannot be started: no such program")
    except OSError as error:
        return Answer(problem=f"git cannot be started: {error.strerror}")
    except ValueError:
        return Answer(problem="git cannot be started: what it is asked for holds a NUL character")
    code = process.returncode
    return Answer(out, f"git ended with exit code {code}" if code else None, _saying(said), code)


def is_outside(root: Path) -> bool:
    """Whether nothing above ``root`` claims to be a repository; what claims it has to be readable."""
    here = os.path.realpath(root)
    while not os.path.lexists(os.path.join(here, ".git")):  # noqa: PTH118 — of a real path's text
        above = os.path.dirname(here)  # noqa: PTH120 — the same
        if above == here:
            return True
        here = above
    return False


def failed(message: str, answer: Answer, *, remedy: str) -> BaseFailure:
    return BaseFailure(f"{message}: {answer.problem}", remedy=remedy, detail=answer.said)


def _environment() -> dict[str, str]:
    kept = {key: value for key, value in os.environ.items() if key not in _REDIRECTING}
    return kept | _QUIET


def _configured(settings: Sequence[tuple[str, str]]) -> dict[str, str]:
    """After what the environment configures by itself, so that these win."""
    if not settings:
        return {}
    said = os.environ.get("GIT_CONFIG_COUNT", "")
    first = int(said) if said.isdecimal() else 0
    numbered = [*enumerate(settings, first)]
    keys = {f"GIT_CONFIG_KEY_{number}": key for number, (key, _) in numbered}
    values = {f"GIT_CONFIG_VALUE_{number}": value for number, (_, value) in numbered}
    return keys | values | {"GIT_CONFIG_COUNT": str(first + len(settings))}


def _talk(
    process: subprocess.Popen[bytes], given: bytes, timeout_seconds: float
) -> tuple[bytes, bytes]:
    """Whatever ends the wait ends git and all that git started: a child may hold the pipes."""
    try:
        return process.communicate(given, timeout=timeout_seconds)
    except BaseException:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        raise


def _saying(said: bytes) -> Foreign | None:
    """Git quotes addresses of remotes, and these may hold a token."""
    text = _LOGIN.sub("***", said.decode("utf-8", "replace").strip())
    return Foreign(text[-_LONGEST_SAYING:]) if text else None
