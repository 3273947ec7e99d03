"""The remotes: what their addresses are, and asking them for a ref. Unknown is not absent."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from reconciler.git.access import access
from reconciler.git.running import TIMEOUT_SECONDS, Answer, reach, repository, run

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from reconciler.git.access import Access

ANY: Final = "REMOTE"
"""In a command for people: the remote whose name cannot be printed as it is (a URL holds tokens)."""

BRINGING: Final = (
    *("--no-tags", "--no-write-fetch-head", "--no-recurse-submodules", "--no-auto-maintenance"),
    "--refmap=",
)
"""Objects and nothing else: no ref is touched."""

_URL: Final = re.compile(r"[0-9A-Za-z+.-]+://|[^/]*:")
"""Also ``host:path``, which goes by ssh."""
_NAME: Final = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_PLAIN: Final = re.compile(r"[0-9A-Za-z_][0-9A-Za-z_./-]*")


@dataclass(frozen=True, slots=True)
class Asked:
    """``holder``: a remote that has the ref. ``unknown``: one that could not be asked, and why.

    ``others``: refs beside it that some remote has, where none has it.
    """

    holder: str | None = None
    others: frozenset[str] = frozenset()
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
    others = frozenset[str]()
    for remote in dict.fromkeys((*_tracked(root), *_lines(listed))):
        words = ("--refs", "--", remote, f"{folder_of(ref)}/*")
        answer = speak(root, remote, forge, "ls-remote", *words, timeout_seconds=timeout_seconds)
        if answer.problem:
            unknown = (shown(remote), answer)
            continue
        found = told(answer, folder_of(ref))
        if ref in found:
            return Asked(holder=shown(remote))
        others |= found.keys()
    return Asked(others=others, unknown=unknown)


def folder_of(ref: str) -> str:
    return ref.rpartition("/")[0]


def told(answer: Answer, folder: str) -> Mapping[str, str]:
    """The commits of refs that lie right in this folder, as ls-remote lists them."""
    lines = (line.partition("\t") for line in _lines(answer))
    return {
        ref: name
        for name, _, ref in lines
        if folder_of(ref) == folder and _NAME.fullmatch(name) and ref.isascii()
    }


def speak(
    root: Path,
    remote: str,
    access: Access,
    command: str,
    *words: str,
    given: bytes = b"",
    timeout_seconds: float = TIMEOUT_SECONDS,
) -> Answer:
    """What the remote answers, without what is secret. The token goes to its own forge only."""
    addresses = _addresses(root, remote, is_push=command == "push")
    if any(_is_brought(root, one) for one in addresses):
        return Answer(problem="its address is a folder of this checkout, which is no remote")
    settings = access.settings(addresses)
    answer = reach(
        root, command, *words, given=given, settings=settings, timeout_seconds=timeout_seconds
    )
    return access.masked(answer)


def _addresses(root: Path, remote: str, *, is_push: bool) -> Sequence[str]:
    """As git would reach it, rewritten by what is configured."""
    if is_push:
        return _words(root, "remote", "get-url", "--push", "--all", "--", remote)
    return _words(root, "ls-remote", "--get-url", "--", remote)


def _is_brought(root: Path, address: str) -> bool:
    """Hooks of such a folder would run: whoever wrote the checkout wrote them."""
    found = repository(root)
    path = address.removeprefix("file://")
    if found is None or _URL.match(path):
        return False
    real = os.path.realpath(os.path.join(found.top, path))  # noqa: PTH118 — as git joins them
    return f"{real}/".startswith(f"{found.top.rstrip('/')}/")


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
