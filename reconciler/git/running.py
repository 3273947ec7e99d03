"""Running git: asks nobody, starts nothing that a checkout names, and always ends.

Only plumbing is run. Which repository it is about is found here and handed on, never left for git to
find: a folder that looks like a repository of its own, committed beside the configuration, is none.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass
from io import BytesIO
from threading import Thread
from typing import IO, TYPE_CHECKING, Final, NamedTuple

from reconciler.errors import BaseFailure
from reconciler.git import surroundings
from reconciler.git.own_files import endless
from reconciler.model.words import Foreign

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

TIMEOUT_SECONDS: Final = 120.0

_OPTIONS: Final = (
    *("--no-pager", "--no-optional-locks", "--literal-pathspecs", "--no-replace-objects"),
    *("-c", "safe.bareRepository=explicit", "-c", "core.fsmonitor=false"),
    *("-c", "core.hooksPath=/dev/null", "-c", "core.alternateRefsCommand=true"),
    *("-c", "gc.auto=0", "-c", "push.negotiate=false"),
    *("-c", "core.fsync=committed", "-c", "core.filesRefLockTimeout=10000"),
)
"""What a ref leads to is on disk before the ref is; its lock is held that long by whoever moves it."""

_NO_PROTOCOL: Final = "none"
"""A local command reaches no remote: not even for what a partial clone lacks."""
_PROTOCOLS: Final = "file:http:https:ssh"
"""Neither ``ext`` nor another helper, which are programs; git:// tells nobody apart."""
_ON_THE_OTHER_SIDE: Final[Mapping[str, str]] = {
    "ls-remote": "--upload-pack=git-upload-pack",
    "fetch": "--upload-pack=git-upload-pack",
    "push": "--receive-pack=git-receive-pack",
}
"""By command: what a remote's ``uploadpack`` and ``receivepack`` would name otherwise."""

_NEW_GROUP: Final[int] = getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0)
"""Of Windows, which has no sessions: Ctrl-C is not for git there either."""

LARGEST_ANSWER: Final = 256 * 1024 * 1024
"""In bytes: names and hashes of a million files, or one portion of documents."""
_CHUNK: Final = 256 * 1024

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


class Repository(NamedTuple):
    """``top``: the real path of the folder that holds ``.git``, a folder or a file that names one."""

    top: str
    git: str


def repository(root: Path) -> Repository | None:
    """The nearest one from ``root`` up. None: nothing claims to be one, or ``root`` lies inside one's own files."""
    here = os.path.realpath(root)
    while os.path.basename(here) != ".git":  # noqa: PTH119 — of a real path's text
        claim = os.path.join(here, ".git")  # noqa: PTH118 — the same
        if os.path.lexists(claim):
            return Repository(here, claim)
        above = os.path.dirname(here)  # noqa: PTH120 — the same
        if above == here:
            break
        here = above
    return None


def run(
    root: Path, *arguments: str, given: bytes = b"", timeout_seconds: float = TIMEOUT_SECONDS
) -> Answer:
    """A command that reads and writes on this disk only.

    Never raises for what git does: no git, no answer in time and an exit code are answers.
    """
    env = {"GIT_ALLOW_PROTOCOL": _NO_PROTOCOL}
    return _run(root, arguments, env, given=given, timeout_seconds=timeout_seconds)


def reach(
    root: Path,
    command: str,
    *arguments: str,
    given: bytes = b"",
    settings: Sequence[tuple[str, str]] = (),
    timeout_seconds: float = TIMEOUT_SECONDS,
) -> Answer:
    """A command that speaks to a remote, as a person's configuration says how to reach it.

    ``settings``: of git's configuration; they may be secret, so no command line holds them, and no
    program but git's own is started that could read them.
    """
    env = {"GIT_ALLOW_PROTOCOL": _PROTOCOLS} | surroundings.configured(settings)
    words = (command, _ON_THE_OTHER_SIDE[command], *arguments)
    return _run(root, words, env, given=given, timeout_seconds=timeout_seconds)


def _run(
    root: Path,
    arguments: Sequence[str],
    env: Mapping[str, str],
    *,
    given: bytes,
    timeout_seconds: float,
) -> Answer:
    found = repository(root)
    if found is None:
        return Answer(problem="there is no git repository here")
    if why := endless(found.git):
        return Answer(problem=why)
    where = {"GIT_DIR": found.git, "GIT_WORK_TREE": found.top}
    return _start(os.path.realpath(root), arguments, {**env, **where}, given, timeout_seconds)


def _start(
    folder: str,
    arguments: Sequence[str],
    env: Mapping[str, str],
    given: bytes,
    timeout_seconds: float,
) -> Answer:
    command = ("git", *_OPTIONS, "-C", folder, *arguments)
    try:
        with subprocess.Popen(  # noqa: S603 — fixed words; what was typed stands where no option can
            command,
            env={**surroundings.environment(), **env},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
            creationflags=_NEW_GROUP,
        ) as process:
            out, said = _talk(process, given, timeout_seconds)
    except subprocess.TimeoutExpired:
        return Answer(problem=f"git did not answer within {timeout_seconds:g} s")
    except OverflowError:
        return Answer(problem=f"git answered with more than {LARGEST_ANSWER // 1024 // 1024} MiB")
    except FileNotFoundError:
        return Answer(problem="git cannot be started: no such program")
    except OSError as error:
        return Answer(problem=f"git cannot be started: {error.strerror}")
    except ValueError:
        return Answer(problem="git cannot be started: what it is asked for holds a NUL character")
    code = process.returncode
    return Answer(out, f"git ended with exit code {code}" if code else None, _saying(said), code)


def is_outside(root: Path) -> bool:
    """Whether nothing above ``root`` claims to be a repository.

    Raises BaseFailure for a claim that git does not take: of another owner, say, of which git asks
    only where it looks for the repository itself.
    """
    found = repository(root)
    if found is None:
        return True
    env = {"GIT_ALLOW_PROTOCOL": _NO_PROTOCOL}
    if why := endless(found.git):
        answer = Answer(problem=why)
    else:
        answer = _start(found.top, ("rev-parse", "--git-dir"), env, b"", TIMEOUT_SECONDS)
    if answer.problem is None and not _is_same(found, os.fsdecode(answer.out.rstrip(b"\n"))):
        answer = Answer(problem=f"git does not take {found.git!a} for one")
    if answer.problem:
        remedy = "mend the repository, or plan without it: --base none"
        raise failed("the git repository here cannot be read", answer, remedy=remedy)
    return False


def _is_same(found: Repository, git: str) -> bool:
    """A file that names the repository is followed, or refused, by git alone."""
    if not os.path.isdir(found.git):  # noqa: PTH112 — of a real path's text
        return True
    try:
        return os.path.samefile(os.path.join(found.top, git), found.git)  # noqa: PTH118, PTH121
    except OSError:
        return False


def failed(message: str, answer: Answer, *, remedy: str) -> BaseFailure:
    """``remedy``: ours, where git has none of its own to give."""
    if answer.said and "safe.directory" in answer.said.raw:
        remedy = (
            "if you trust the owner of that folder, tell git so, as it says above: "
            "git config --global --add safe.directory FOLDER"
        )
    return BaseFailure(f"{message}: {answer.problem}", remedy=remedy, detail=answer.said)


def _talk(
    process: subprocess.Popen[bytes], given: bytes, timeout_seconds: float
) -> tuple[bytes, bytes]:
    """Whatever ends the wait ends git and all that git started: a child may hold the pipes.

    Raises OverflowError for more than LARGEST_ANSWER: a tree may hold itself a million times over.
    """
    pipe, process.stdout = process.stdout, None
    chunks: list[bytes] = []
    reader = Thread(target=_take, args=(process, pipe, chunks), daemon=True)
    reader.start()
    try:
        _, said = process.communicate(given, timeout=timeout_seconds)
        reader.join(timeout_seconds)
    except BaseException:
        _end(process)
        raise
    if sum(map(len, chunks)) > LARGEST_ANSWER:
        raise OverflowError
    return b"".join(chunks), said


def _take(process: subprocess.Popen[bytes], pipe: IO[bytes] | None, chunks: list[bytes]) -> None:
    """All that git writes, until it is too much."""
    left = LARGEST_ANSWER
    with pipe or BytesIO() as source:
        while left >= 0 and (chunk := source.read(_CHUNK)):
            chunks.append(chunk)
            left -= len(chunk)
        if left < 0:
            _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    """With all that it started."""
    if sys.platform != "win32" and hasattr(os, "killpg"):
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        return
    tool = os.path.join(os.environ.get("SYSTEMROOT", ""), "System32", "taskkill.exe")  # noqa: PTH118 — of Windows
    with suppress(OSError):
        words = (tool, "/F", "/T", "/PID", str(process.pid))
        subprocess.run(words, capture_output=True, check=False)  # noqa: S603 — fixed words
    process.terminate()  # on Windows no other than kill()


def _saying(said: bytes) -> Foreign | None:
    """Git quotes addresses of remotes, and these may hold a token."""
    text = _LOGIN.sub("***", said.decode("utf-8", "replace").strip())
    return Foreign(text[-_LONGEST_SAYING:]) if text else None
