"""The applied tree: refs/reconciler/applied/<tenant>, one canonical JSON an object (contract 5)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from reconciler.codec import applied as codec
from reconciler.codec.strict import Odd
from reconciler.errors import BaseFailure
from reconciler.git import absence, committing, lines, remotes, tip
from reconciler.git.committing import Draft
from reconciler.git.lines import ASIDE, CLOUD, FOLDER, GRAPH, TENANT_ID, Owner, said
from reconciler.git.objects import FOLDER as FOLDER_MODE, Entry, contents, level, sizes
from reconciler.git.running import is_outside
from reconciler.git.state import is_blob
from reconciler.model.base import Base

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    from reconciler.git.lines import Lines
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

_GUID: Final = re.compile(r"[0-9a-f-]{36}")
_LONGEST_PATH: Final = 300

_WRITABLE: Final = (
    "make the repository writable, make room, and remove a stale .lock if no git is running"
)
_WRITING: Final = f"{_WRITABLE}; the same plan again records what is done"


@dataclass(frozen=True, slots=True)
class AppliedTree:
    """What was applied to one tenant last, in the repository that holds ``root``.

    ``owner``: whose objects they are. A tree of another directory under the tenant's name is none,
    and one of the same directory under another name is.
    """

    root: Path
    tenant: str
    is_embedded: bool = False
    owner: Owner = field(default_factory=Owner)
    configured: frozenset[str] = frozenset()
    """Names of all tenants of the configuration."""

    @property
    def ref(self) -> str:
        return _ref(self.tenant)

    @property
    def earlier_ref(self) -> str | None:
        """Where the record is, if the tenant had another name when it was made. Raises BaseFailure."""
        refs = map(_ref, self.configured)
        return lines.find(self.root, self.ref, self.owner, refs, remedy=self._remedy()).named

    def read(self) -> Base:
        """Two-way (a notice, no commit) outside git and where neither we nor the remote has it.

        Raises BaseFailure if it is there, or may be there, and cannot be read.
        """
        if is_outside(self.root):
            return Base(notice=absence.OUTSIDE)
        found = self._lines()
        if found.line is None and not found.shared:
            return Base(notice=self._notice_of_absence(found))
        line, *shared = filter(None, (found.line, *found.shared))
        specs = dict(self._specs(line.commit))
        elsewhere = {} if found.line else dict(specs)
        for other in shared:
            elsewhere |= {ref: spec for ref, spec in self._specs(other.commit) if ref not in specs}
        return Base(
            {**elsewhere, **specs},
            line.commit,
            is_applied=True,
            elsewhere=frozenset(elsewhere),
            notice=self._notice_of_name(found),
        )

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
            found = self._lines()
            trailers = {"Plan": digest, "Run": run, **self.owner.trailers(self.tenant, found.line)}
            draft = self._draft(found, wanted, dropped, _said(trailers), at)
            if draft is None:
                return found.line.commit if found.line else None
            self._put_aside(found)
            new = committing.commit(self.root, draft, remedy=_WRITING)
            old = found.own.commit if found.own else None
            if tip.move(self.root, self.ref, new, old, remedy=_WRITING):
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
        found: Lines,
        wanted: Mapping[str, bytes],
        dropped: Collection[str],
        trailers: str,
        at: datetime,
    ) -> Draft | None:
        """None if nothing differs. What another owner left at the name is history, and no more.

        The first parent is what the name points to, so that a push from a shallow clone moves it on.
        """
        line = found.line
        held = self._held(line.commit) if line else {}
        goes_on = found.own or line
        is_fresh = goes_on is None or goes_on is not line
        written = {
            path: content
            for path, content in wanted.items()
            if path not in held or not is_blob(held[path], content)
        }
        gone = [path for path in dropped if path in held]
        if not written and not gone:
            return None
        message = f"Applied to {self.tenant}: {_counted(len(written), len(gone))}\n\n{trailers}"
        parent = goes_on.commit if goes_on else None
        kept = {path: name for path, name in held.items() if is_fresh and path not in gone}
        dropped = () if is_fresh else gone
        merged = line.commit if is_fresh and line and parent else None
        return Draft(parent, is_fresh, written, dropped, message, at, kept, merged)

    def _put_aside(self, found: Lines) -> None:
        """What another directory has under this name is kept beside it, where its tenant finds it."""
        if found.own is None or self.owner.whose(found.own) != "others":
            return
        there = said(found.own, TENANT_ID)
        if there is None or not _GUID.fullmatch(there):
            return
        aside = f"{self.ref}{ASIDE}{there}"
        before = tip.find(self.root, aside, remedy=self._remedy())
        old = before.commit if before else None
        tip.move(self.root, aside, found.own.commit, old, remedy=_WRITING)

    def _lines(self) -> Lines:
        refs = map(_ref, self.configured)
        found = lines.find(self.root, self.ref, self.owner, refs, remedy=self._remedy())
        if found.own is not None and self.owner.whose(found.own) != "others":
            self._check_graph(found.own)
        if found.doubtful is not None:
            raise BaseFailure(
                f"{found.doubtful} is of no tenant of the configuration and does not say whose it "
                f"is: it may be what was applied to '{self.tenant}' under an earlier name",
                remedy=f"if it is: git update-ref {self.ref} {found.doubtful}; if it is not: "
                f"git update-ref -d {found.doubtful}, or plan without it: --base none",
            )
        return found

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

    def _notice_of_absence(self, found: Lines) -> str:
        """A store that lies here was never applied to from anywhere else: no remote is asked."""
        if found.own is not None and self.owner.instance is not None:
            return absence.ANEW
        if self.owner.instance is not None:
            return absence.FIRST
        if found.own is not None:
            there = said(found.own, TENANT_ID) or said(found.own, CLOUD)
            return absence.OTHER.format(self.ref, ascii(there))
        return absence.notice(self.root, self.ref, self.tenant, is_embedded=self.is_embedded)

    def _notice_of_name(self, found: Lines) -> str | None:
        if found.named is not None:
            return f"What was applied is on record as {found.named}: the same tenant, renamed since"
        if found.line is None:
            return (
                "Nothing was applied under this name yet; what was applied to the same directory as "
                "another tenant of the configuration is the base"
            )
        return None

    def _check_graph(self, found: Tip) -> None:
        """Raises BaseFailure for what was applied at another Graph under the tenant's name."""
        if not self.owner.is_at(found):
            raise BaseFailure(
                f"{self.ref} holds what was applied to another Graph, {said(found, GRAPH)!a}; this "
                f"one is {self.owner.graph}",
                remedy="plan without it: --base none (then nothing is recorded), or, if that was "
                f"a rehearsal, forget it: git update-ref -d {self.ref}",
            )

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
    return entry.mode == FOLDER_MODE and codec.is_folder(entry.path)


def _ref(tenant: str) -> str:
    """Git refuses names that end in ``.lock``; no tenant's name ends in ``-``."""
    return f"{FOLDER}/{tenant}{'-' if tenant.endswith('.lock') else ''}"


def _said(trailers: Mapping[str, str | None]) -> str:
    return "".join(f"{key}: {value}\n" for key, value in trailers.items() if value is not None)


def _counted(written: int, gone: int) -> str:
    objects = f"{written} object{'' if written == 1 else 's'}"
    return f"{objects}, {gone} released" if gone else objects
