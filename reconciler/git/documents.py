"""The documents at a commit: what --base REF is judged against."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

from reconciler.errors import BaseFailure
from reconciler.git.links import FOLDER, LEAVES, Links
from reconciler.git.objects import (
    LINK,
    SUBMODULE,
    below,
    contents,
    level,
    sizes,
)
from reconciler.git.running import is_outside, repository, run
from reconciler.model.words import SourceFile
from reconciler.store.folder import MAX_BYTES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from reconciler.git.objects import Entry

_COMMIT: Final = re.compile(r"([0-9a-f]{40}|[0-9a-f]{64})\n")
_SUFFIXES: Final = (".yaml", ".yml")  # as store.folder has them: a test reads both
_WHAT: Final = {SUBMODULE: "a submodule", LINK: "a link"}
_LONGEST_REVISION: Final = 100
_OVER: Final = bytes(MAX_BYTES + 1)

_OTHERWISE: Final = "or use --base auto or none"
_WHOLE: Final = f"fetch the commit whole (git fetch --refetch --no-filter), {_OTHERWISE}"


def commit_of(root: Path, revision: str) -> str:
    """The full object name. Raises BaseFailure if this clone has no such commit."""
    shown = ascii(revision[:_LONGEST_REVISION])
    if is_outside(root):
        raise BaseFailure(f"outside git there is no commit {shown}", remedy="leave out --base")
    asked = f"{revision}^{{commit}}"
    answer = run(root, "rev-parse", "--verify", "--end-of-options", asked)
    found = _COMMIT.fullmatch(answer.out.decode("utf-8", "replace"))
    if answer.problem is None and found is not None and not revision.startswith("-"):
        return found[1]
    if run(root, "rev-parse", "--is-shallow-repository").out == b"true\n":
        raise BaseFailure(
            f"this clone is shallow and has no commit {shown}",
            remedy=f"get its history: git fetch --unshallow, {_OTHERWISE}",
            detail=answer.said,
        )
    raise BaseFailure(
        f"this clone has no commit {shown}",
        remedy=f"name one that 'git log' shows, or fetch it first, {_OTHERWISE}",
        detail=answer.said,
    )


def files_at(root: Path, commit: str, folder: str) -> Iterator[SourceFile]:
    """Files of ``folder`` (POSIX, below ``root``) as they were, by the rules of store.folder.

    None at all if the folder was not there: git has no empty ones. One process for all of them.
    Raises BaseFailure if they cannot be read whole.
    """
    return _read(root, [*listed(root, commit, folder)])


def listed(root: Path, commit: str, folder: str) -> Iterator[tuple[str, Entry | str]]:
    """By the path that is shown: the blob of a document, or the problem with it."""
    prefix = "" if folder in {"", "."} else f"{folder.rstrip('/')}/"
    entries = {item.path: item for item in _entries(root, commit, prefix)}
    if not entries:
        _check_way(root, commit, prefix)
    shown = [item for item in entries.values() if _is_shown(item.path.removeprefix(prefix))]
    shown.sort(key=lambda item: item.path.split("/"))
    found = [*_found(shown, _links(root, entries, prefix))]
    leaving = [path for path, item in found if item == LEAVES and not _is_document(path)]
    files = _ends_at_files(root, commit, leaving)
    return ((path, item) for path, item in found if path not in files)


def _links(root: Path, entries: Mapping[str, Entry], prefix: str) -> Links:
    links = [item for item in entries.values() if item.is_link]
    targets = contents(root, [item.name for item in links], remedy=_WHOLE)
    return Links(entries, dict(zip((item.path for item in links), targets, strict=True)), prefix)


def _ends_at_files(root: Path, commit: str, paths: Sequence[str]) -> frozenset[str]:
    """Those of these links that end at a file of the same commit; behind others may be documents."""
    if not paths:
        return frozenset()
    top = _top(root)
    whole = {item.path: item for item in _entries(top, commit, "")}
    links, inner = _links(top, whole, ""), _inner(root)
    ends = ((path, links.follow(f"{inner}{path}")) for path in paths)
    return frozenset(path for path, end in ends if not isinstance(end, str) and end.is_file)


def _check_way(root: Path, commit: str, prefix: str) -> None:
    """Nothing is in the folder: it was not there, or something else stood in its place."""
    parts = f"{_inner(root)}{prefix}".split("/")[:-1]
    for end in range(1, len(parts) + 1):
        path = "/".join(parts[:end])
        found = next(level(root, commit, path, remedy=_WHOLE), None)
        if found is None:
            return
        if found.mode in _WHAT:
            what = _WHAT[found.mode]
            raise BaseFailure(
                f"at commit {commit[:12]} {path!a} is {what}, not a folder: what was declared there "
                "is not in this commit",
                remedy=f"name a commit at which it is a folder, {_OTHERWISE}",
            )


def _top(root: Path) -> Path:
    found = repository(root)
    return Path(found.top) if found else root


def _inner(root: Path) -> str:
    """Where the configuration's folder lies in its repository."""
    inner = os.path.relpath(os.path.realpath(root), _top(root))
    return "" if inner == "." else f"{inner}/"


def _entries(root: Path, commit: str, prefix: str) -> Iterator[Entry]:
    for item in below(root, commit, prefix or "./", remedy=_WHOLE):
        if item.path.startswith(prefix) and item.path != "./":
            yield item


def _is_shown(below: str) -> bool:
    """Dot-files and dot-folders are skipped, and all that is in them."""
    return not below.startswith(".") and "/." not in below


def _is_document(path: str) -> bool:
    return path.lower().endswith(_SUFFIXES)


def _found(entries: Iterable[Entry], links: Links) -> Iterator[tuple[str, Entry | str]]:
    for item in entries:
        is_ours = _is_document(item.path)
        if item.mode == SUBMODULE:
            yield item.path, "is a submodule; what it held is not in this commit"
        elif item.is_link:
            target = links.follow(item.path)
            if is_ours or target in {FOLDER, LEAVES}:
                yield item.path, target
        elif item.is_file and is_ours:
            yield item.path, item


def _read(root: Path, found: list[tuple[str, Entry | str]]) -> Iterator[SourceFile]:
    held = sizes(root, (item.name for _, item in found if not isinstance(item, str)), remedy=_WHOLE)
    names = [name for name, size in held.items() if size <= MAX_BYTES]  # else it is not read at all
    blobs = dict(zip(names, contents(root, names, remedy=_WHOLE), strict=True))
    for path, item in found:
        if isinstance(item, str):
            yield SourceFile(path, None, item)
        else:
            yield SourceFile(path, blobs.get(item.name, _OVER))
