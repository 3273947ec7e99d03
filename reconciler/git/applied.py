"""The applied tree: refs/reconciler/applied/<tenant>, one canonical JSON an object (contract 5)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from reconciler.codec import applied as codec
from reconciler.codec.strict import Odd
from reconciler.errors import BaseFailure
from reconciler.git import absence, committing, remotes, tip
from reconciler.git.committing import Draft
from reconciler.git.objects import FOLDER, Entry, contents, level, sizes
from reconciler.git.running import is_outside
from reconciler.git.state import is_blob
from reconciler.model.base import Base

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    from reconciler.git.tip import Tip
    from reconciler.model.desired import Spec
    from reconciler.model.words import Ref

ATTEMPTS: Final = 20
"""Each one that fails is another run that ended well in between."""
MAX_BYTES: Final = 4 * 1024 * 1024
"""Of one entry: what a document of 1 MiB says, and up to three bytes for each of its own as ASCII."""
MAX_ENTRIES: Final = 200_000
MAX_TREE_BYTES: Final = MAX_ENTRIES * 80
"""Of one folder as git keeps it: mode, name and hash of each entry."""
MAX_TOTAL_BYTES: Final = 64 * 1024 * 1024
"""All entries together, each counted as often as it is there. Sizes are asked before contents."""

_FOLDER: Final = "refs/reconciler/applied"
_GRAPH: Final = "Graph"
_ORIGIN: Final = re.compile(rb"^%s: (.*)$" % _GRAPH.encode(), re.MULTILINE)
_TRAILER: Final = "Embedded-Tenant"
_INSTANCE: Final = re.compile(rb"^%s: (.*)$" % _TRAILER.encode(), re.MULTILINE)
_LONGEST_PATH: Final = 300

_WRITABLE: Final = (
    "make the repository writable, make room, and remove a stale .lock if no git is running"
)
_WRITING: Final = f"{_WRITABLE}; the same plan again records what is done"


@dataclass(frozen=True, slots=True)
class AppliedTree:
    """What was applied to one tenant last, in the repository that holds ``root``.

    ``instance``: which embedded tenant this is (its store's own id); a tree of another one is none.
    None: a real tenant, or one whose store is not ours to see.
    """

    root: Path
    tenant: str
    is_embedded: bool = False
    instance: str | None = None
    graph: str | None = None
    """At which Graph the objects are; None: not compared. A rehearsal elsewhere is no base here."""

    @property
    def ref(self) -> str:
        """Git refuses names that end in ``.lock``; no tenant's name ends in ``-``."""
        ending = "-" if self.tenant.endswith(".lock") else ""
        return f"{_FOLDER}/{self.tenant}{ending}"

    def read(self) -> Base:
        """Two-way (a notice, no commit) outside git and where neither we nor the remote has it.

        Raises BaseFailure if it is there, or may be there, and cannot be read.
        """
        if is_outside(self.root):
            return Base(notice=absence.OUTSIDE)
        found = tip.find(self.root, self.ref, remedy=self._remedy())
        if found is None:
            return Base(notice=self._notice_of_absence())
        self._check_graph(found)
        if not self._is_ours(found):
            return Base(notice=absence.ANEW)
        return Base(dict(self._specs(found.commit)), found.commit, is_applied=True)

    def replace(
        self,
        entries: Mapping[Ref, Spec],
        released: Collection[Ref],
        *,
        digest: str,
        run: str,
        at: datetime,
    ) -> str | None:
        """The new commit: these objects replaced, those dropped, all others as they are by now.

        Two runs race object by object. The same commit if nothing differs; None outside git, and
        where nothing was ever applied. Raises BaseFailure.
        """
        if is_outside(self.root):
            return None
        wanted = {codec.path(ref): codec.dump(ref, spec) for ref, spec in entries.items()}
        dropped = {codec.path(ref) for ref in released} - wanted.keys()
        for _ in range(ATTEMPTS):
            now = tip.find(self.root, self.ref, remedy=self._remedy())
            self._check_graph(now)
            trailers = {
                "Plan": digest,
                "Run": run,
                _GRAPH: self.graph,
                _TRAILER: self.instance or _instance(now),
            }
            draft = self._draft(now, wanted, dropped, _said(trailers), at)
            if draft is None:
                return now.commit if now is not None and self._is_ours(now) else None
            new = committing.commit(self.root, draft, remedy=_WRITING)
            if tip.move(self.root, self.ref, new, draft.parent, remedy=_WRITING):
                return new
        raise BaseFailure(
            f"{self.ref} moved {ATTEMPTS} times while it was to be replaced",
            remedy="apply one plan at a time; the same plan again records what is done",
        )

    def check(self) -> str | None:
        """That it can be read and moved, in words; nothing is moved. None outside git.

        Raises BaseFailure for whatever would stop a plan or the end of an apply.
        """
        if is_outside(self.root):
            return None
        base = self.read()
        now = tip.find(self.root, self.ref, remedy=self._remedy())
        tip.try_move(self.root, self.ref, now.commit if now else None, remedy=_WRITABLE)
        if now is None:
            return f"{self.ref} can be made: the first apply does"
        if base.commit is None:
            return f"{self.ref} can be moved; it is of an embedded tenant that is no more"
        return f"{self.ref} can be moved; at {base.commit[:12]}, {_counted(len(base.specs), 0)}"

    def _draft(
        self,
        now: Tip | None,
        wanted: Mapping[str, bytes],
        dropped: Collection[str],
        trailers: str,
        at: datetime,
    ) -> Draft | None:
        """None if nothing differs. The tree of another embedded tenant is history, and no more."""
        is_fresh = now is None or not self._is_ours(now)
        held = {} if now is None or is_fresh else self._held(now.commit)
        written = {
            path: content
            for path, content in wanted.items()
            if path not in held or not is_blob(held[path], content)
        }
        gone = [path for path in dropped if path in held]
        if not written and not gone:
            return None
        message = f"Applied to {self.tenant}: {_counted(len(written), len(gone))}\n\n{trailers}"
        return Draft(now.commit if now else None, is_fresh, written, gone, message, at)

    def _held(self, commit: str) -> Mapping[str, str]:
        return {entry.path: entry.name for entry in self._entries(commit) if entry.is_file}

    def _entries(self, commit: str) -> Sequence[Entry]:
        """Two levels and no more: a tree may hold itself a million times over."""
        remedy = self._remedy()
        self._check_sizes([f"{commit}^{{tree}}"], MAX_TREE_BYTES)
        top = [*level(self.root, commit, remedy=remedy)]
        folders = [entry for entry in top if _is_folder(entry)]
        self._check_sizes([entry.name for entry in folders], MAX_TREE_BYTES)
        paths = [f"{entry.path}/" for entry in folders]
        found = level(self.root, commit, *paths, remedy=remedy) if paths else ()
        entries = [*(entry for entry in top if not _is_folder(entry)), *found]
        if len(entries) > MAX_ENTRIES:
            raise self._too_much(f"{len(entries)} entries; at most {MAX_ENTRIES}")
        return entries

    def _check_sizes(self, names: Sequence[str], most: int) -> None:
        held = sizes(self.root, names, remedy=self._remedy())
        if any(size > most for size in held.values()):
            raise self._too_much(f"a folder of {max(held.values())} bytes; at most {most}")

    def _too_much(self, found: str) -> BaseFailure:
        return BaseFailure(
            f"{self.ref} holds {found} are read",
            remedy=f"something else wrote it: {self._remedy()}",
        )

    def _notice_of_absence(self) -> str:
        """A store that lies here was never applied to from anywhere else: no remote is asked."""
        if self.instance is not None:
            return absence.FIRST
        return absence.notice(self.root, self.ref, self.tenant, is_embedded=self.is_embedded)

    def _check_graph(self, found: Tip | None) -> None:
        """Raises BaseFailure for what was applied at another Graph under the tenant's name."""
        said = _ORIGIN.findall(found.message) if found else []
        if self.graph is not None and said and said != [self.graph.encode()]:
            there = ascii(said[0].decode("utf-8", "replace"))
            raise BaseFailure(
                f"{self.ref} holds what was applied to another Graph, {there}; this one is "
                f"{self.graph}",
                remedy="plan without it: --base none (then nothing is recorded), or, if that was "
                f"a rehearsal, forget it: git update-ref -d {self.ref}",
            )

    def _is_ours(self, found: Tip) -> bool:
        if self.instance is None:
            return True
        return _instance(found) == self.instance

    def _specs(self, commit: str) -> Iterator[tuple[Ref, Spec]]:
        entries = self._entries(commit)
        files = [entry.name for entry in entries if entry.is_file]
        held = sizes(self.root, files, remedy=self._remedy())
        refs = [self._ref_of(entry, held.get(entry.name)) for entry in entries]
        total = sum(held[name] for name in files)
        if total > MAX_TOTAL_BYTES:
            raise self._too_much(f"{total} bytes; at most {MAX_TOTAL_BYTES}")
        blobs = contents(self.root, files, remedy=self._remedy())
        for ref, content in zip(refs, blobs, strict=True):
            try:
                yield ref, codec.load(ref, content)
            except Odd as problem:
                raise self._unreadable(codec.path(ref), str(problem)) from problem

    def _ref_of(self, entry: Entry, size: int | None) -> Ref:
        if size is None or size > MAX_BYTES:
            raise self._unreadable(entry.path, "it is no regular file, or it is over 4 MiB")
        try:
            return codec.ref(entry.path)
        except Odd as problem:
            raise self._unreadable(entry.path, str(problem)) from problem

    def _unreadable(self, path: str, why: str) -> BaseFailure:
        return BaseFailure(
            f"{self.ref} holds {path[:_LONGEST_PATH]!a}, which cannot be read: {why}",
            remedy=f"something else wrote it, or a newer reconciler did: {self._remedy()}; "
            f"'git update-ref -d {self.ref}' forgets it here",
        )

    def _remedy(self) -> str:
        return (
            f"mend the repository, or get it whole with 'git fetch --refetch --no-filter "
            f"{remotes.ANY} +{self.ref}:{self.ref}', or plan without it: --base none"
        )


def _is_folder(entry: Entry) -> bool:
    return entry.mode == FOLDER and codec.is_folder(entry.path)


def _instance(found: Tip | None) -> str | None:
    """Which embedded tenant the last run saw; one that cannot see it passes that on."""
    said = _INSTANCE.findall(found.message) if found else []
    return said[0].decode("ascii", "replace") if len(said) == 1 else None


def _said(trailers: Mapping[str, str | None]) -> str:
    return "".join(f"{key}: {value}\n" for key, value in trailers.items() if value is not None)


def _counted(written: int, gone: int) -> str:
    objects = f"{written} object{'' if written == 1 else 's'}"
    return f"{objects}, {gone} released" if gone else objects
