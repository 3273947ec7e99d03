"""validate: every finding of every document, offline; nothing is sent."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Final

from reconciler import config as configuration
from reconciler.documents import load
from reconciler.errors import InvalidInput
from reconciler.model.desired import Loaded
from reconciler.model.words import Finding, Place
from reconciler.store.folder import read_folder, read_one
from reconciler.stories import desired

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence, Set as AbstractSet

    from reconciler.model.words import SourceFile
    from reconciler.settings import Config, Tenant


@dataclass(frozen=True, slots=True)
class Checked:
    findings: tuple[Finding, ...]
    files: int
    objects: int

    @property
    def has_errors(self) -> bool:
        return any(finding.level == "error" for finding in self.findings)


def tenants(config: Config, chosen: Sequence[Tenant]) -> Checked:
    """All documents of these tenants."""
    return _sum(_all_of(config, tenant) for tenant in chosen)


def _all_of(config: Config, tenant: Tenant) -> Loaded:
    """A folder that cannot be read hides nothing of other tenants."""
    try:
        return load(desired.folder(config, tenant), desired.rules(config, tenant))
    except InvalidInput as problem:
        return Loaded(declared=(), findings=problem.findings, files=0)


def paths(config: Config, given: Sequence[Path]) -> Checked:
    """The documents at or below these paths; each path's tenant is found by its folder.

    An object that another file of the tenant declares as well is told at the given one.
    """
    by_tenant: dict[str, list[str]] = {}
    problems: list[Finding] = []
    for path in given:
        shares = _shares(config, path)
        if not shares:
            problems.append(Finding(Place(str(path)), _why_no_tenant(path)))
        for tenant, shown in shares:
            by_tenant.setdefault(tenant.name, []).append(shown)
    found = _sum(_loaded(config, config.tenants[name], shown) for name, shown in by_tenant.items())
    return replace(found, findings=(*problems, *found.findings))


def _why_no_tenant(path: Path) -> str:
    if not path.exists():
        return "there is no such file or folder; name another path"
    return "it lies in no tenant's 'desired' folder; move it there, or name another path"


def _loaded(config: Config, tenant: Tenant, shown: Iterable[str]) -> Loaded:
    """Of the tenant's other files only those are parsed that may name an object of the given ones."""
    rules = desired.rules(config, tenant)
    files = list(_files(config, tenant, shown))
    own = {source.path for source in files}
    alone = load(files, rules)
    ids = {item.ref.id.encode() for item in alone.declared}
    others = [
        source
        for source in desired.folder(config, tenant)
        if source.path not in own and _may_name(source.content or b"", ids)
    ]
    if not others:
        return alone
    found = load([*files, *others], rules)
    return replace(alone, findings=tuple(one for one in found.findings if one.place.path in own))


_WORD: Final = re.compile(rb"[0-9A-Za-z_-]+")


def _may_name(content: bytes, ids: AbstractSet[bytes]) -> bool:
    """An escape may hide an id."""
    return b"\\" in content or not ids.isdisjoint(_WORD.findall(content))


def _shares(config: Config, path: Path) -> Sequence[tuple[Tenant, str]]:
    """The part of each tenant's folder that lies at, above or below the path; may be none."""
    shown = _shown(config, path)
    own = configuration.tenant_of(config, shown) if shown is not None else None
    if own is not None and shown is not None:
        return [(own, shown)]
    return [
        (tenant, tenant.desired)
        for tenant in config.tenants.values()
        if shown is not None and PurePosixPath(tenant.desired).is_relative_to(shown)
    ]


def _shown(config: Config, path: Path) -> str | None:
    try:
        return path.resolve().relative_to(Path(config.root).resolve()).as_posix()
    except ValueError:
        return None


def _files(config: Config, tenant: Tenant, shown: Iterable[str]) -> Iterator[SourceFile]:
    """Each file once, however many of the given paths lead to it."""
    seen: set[str] = set()
    root = Path(config.root)
    for name in shown:
        path = root / name
        for source in (
            read_folder(path, name, within=root)
            if path.is_dir()
            else (read_one(path, name, within=root / tenant.desired),)
        ):
            if source.path not in seen:
                seen.add(source.path)
                yield source


def _sum(loads: Iterable[Loaded]) -> Checked:
    findings: list[Finding] = []
    files = objects = 0
    for loaded in loads:
        findings.extend(loaded.findings)
        files += loaded.files
        objects += len(loaded.declared)
    return Checked(tuple(findings), files, objects)
