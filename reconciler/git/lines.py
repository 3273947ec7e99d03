"""Whose record a ref of the applied tree is: it belongs to a directory, whatever its tenant is called."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, NamedTuple, TypeAlias

from reconciler.git import tip
from reconciler.git.running import run

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from reconciler.git.tip import Tip

FOLDER: Final = "refs/reconciler/applied"
ASIDE: Final = "+"
"""Between a tenant's name and the directory whose record was under it before; no name holds it."""
GRAPH: Final = "Graph"
INSTANCE: Final = "Embedded-Tenant"
TENANT_ID: Final = "Tenant-Id"
CLOUD: Final = "Cloud"
HOLDS: Final = "Holds"
"""How many runs under each name a record goes on from: a shallow clone has no history to tell."""

Whose: TypeAlias = Literal["ours", "others", "unsaid"]


@dataclass(frozen=True, slots=True)
class Owner:
    """The directory, or the emulator, that a tenant is. None: not known here."""

    tenant_id: str | None = None
    cloud: str | None = None
    instance: str | None = None
    """Which embedded tenant this is (its store's own id); a tree of another one is none."""
    graph: str | None = None
    """At which Graph the objects are; None: not compared. A rehearsal elsewhere is no base here."""

    def whose(self, found: Tip) -> Whose:
        if self.instance is not None:
            return "ours" if said(found, INSTANCE) == self.instance else "others"
        if self.cloud is None or said(found, CLOUD) is None:
            return "unsaid"
        if said(found, CLOUD) != self.cloud:
            return "others"
        there = said(found, TENANT_ID)
        if self.tenant_id is None or there is None:
            return "unsaid"
        return "ours" if there == self.tenant_id else "others"

    def is_at(self, found: Tip) -> bool:
        """Whether it was applied at this Graph, as far as that is said."""
        return self.graph is None or said(found, GRAPH) in {None, self.graph}

    def trailers(self, name: str, before: Tip | None) -> Mapping[str, str | None]:
        """Return what the commit of a run under ``name`` says, which goes on from ``before``.

        A run that does not know one of them passes on what was said before.
        """
        runs = dict(_runs(before)) if before else {}
        runs[name] = runs.get(name, 0) + 1
        mine = {
            GRAPH: self.graph,
            CLOUD: self.cloud,
            TENANT_ID: self.tenant_id,
            INSTANCE: self.instance,
        }
        told = {
            key: value or (said(before, key) if before and key != GRAPH else None)
            for key, value in mine.items()
        }
        return {**told, HOLDS: " ".join(f"{one}={count}" for one, count in sorted(runs.items()))}


def said(found: Tip, key: str) -> str | None:
    """What the commit says of its owner; None as well if it says so twice."""
    lines = re.findall(rb"^%s: (.*)$" % key.encode(), found.message, re.MULTILINE)
    return lines[0].decode("ascii", "replace") if len(lines) == 1 else None


class Lines(NamedTuple):
    """``own``: at the tenant's own name, whosever it is. ``line``: what our record goes on from.

    ``shared``: records of the same directory under names of other tenants of the configuration.
    ``doubtful``: a ref that no tenant of the configuration has, and that may be ours.
    """

    own: Tip | None
    line: Tip | None
    named: str | None = None
    """The ref that ``line`` was found at, if that is not the tenant's own."""
    shared: tuple[Tip, ...] = ()
    doubtful: str | None = None


def find(root: Path, ref: str, owner: Owner, configured: Iterable[str], *, remedy: str) -> Lines:
    """``configured``: refs of all tenants of the configuration. Raises BaseFailure."""
    own = tip.find(root, ref, remedy=remedy)
    others = {
        name: found
        for name, found in tip.below(root, FOLDER, remedy=remedy).items()
        if name != ref and "/" not in name.removeprefix(f"{FOLDER}/") and owner.is_at(found)
    }
    known = {name for name in configured if name != ref}
    ours = {name: found for name, found in others.items() if owner.whose(found) == "ours"}
    left = {name: found for name, found in ours.items() if name not in known}
    shared = tuple(found for name, found in ours.items() if name in known)
    if own is not None and owner.whose(own) != "others":
        left = {name: found for name, found in left.items() if _leads_to(root, own, found)}
        named = _latest(root, left)
        return Lines(own, left[named] if named else own, named, shared)
    named = _latest(root, left)
    if named is None and owner.instance is None and own is None:
        unsaid = [n for n, one in others.items() if n not in known and _may_be_ours(owner, one)]
        if owner.tenant_id is None and owner.cloud == "emulator" and len(unsaid) == 1:
            return Lines(own, others[unsaid[0]], unsaid[0], shared)
        return Lines(own, None, None, shared, unsaid[0] if unsaid else None)
    return Lines(own, left[named] if named else None, named, shared)


def _may_be_ours(owner: Owner, found: Tip) -> bool:
    """A record of an embedded store, and one that names a directory where we do not, is not."""
    is_unsaid = owner.cloud is not None and owner.whose(found) == "unsaid"
    return is_unsaid and said(found, INSTANCE) is None


def _latest(root: Path, found: Mapping[str, Tip]) -> str | None:
    """The one that all others lead to, else the last by name: nobody renames twice at once."""
    latest = None
    for name in sorted(found):
        if latest is None or not _leads_to(root, found[name], found[latest]):
            latest = name
    return latest


def _leads_to(root: Path, older: Tip, newer: Tip) -> bool:
    """Whether the newer record goes on from the older one: by what they say, else by history."""
    if older.commit == newer.commit:
        return False
    held = _runs(older)
    if held:
        has = _runs(newer)
        return all(has.get(name, 0) >= count for name, count in held.items())
    words = ("merge-base", "--is-ancestor", older.commit, newer.commit)
    return run(root, *words).problem is None


def _runs(found: Tip) -> Mapping[str, int]:
    """How many runs under each name the record holds; nothing if it does not say."""
    pairs = (word.rpartition("=") for word in (said(found, HOLDS) or "").split())
    return {name: int(count) for name, _, count in pairs if count.isdecimal()}
