"""validate: every finding of every document, offline; nothing is sent."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from reconciler import config as configuration
from reconciler.documents import load
from reconciler.errors import InvalidInput
from reconciler.model.words import Finding, Place
from reconciler.store.folder import read_folder, read_one
from reconciler.stories import desired

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from reconciler.model.desired import Loaded
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
    return _sum(
        load(desired.folder(config, tenant), desired.rules(config, tenant)) for tenant in chosen
    )


def paths(config: Config, given: Sequence[Path]) -> Checked:
    """The documents at or below these paths; each path's tenant is found by its folder.

    Doubles are found among the given files only. Raises InvalidInput for a path of no tenant.
    """
    shares = [share for path in given for share in _shares(config, path)]
    by_tenant: dict[str, list[str]] = {}
    for tenant, shown in shares:
        by_tenant.setdefault(tenant.name, []).append(shown)
    return _sum(
        load(
            _files(config, config.tenants[name], shown), desired.rules(config, config.tenants[name])
        )
        for name, shown in by_tenant.items()
    )


def _shares(config: Config, path: Path) -> Sequence[tuple[Tenant, str]]:
    """The part of each tenant's folder that lies at, above or below the path."""
    shown = _shown(config, path)
    own = configuration.tenant_of(config, shown) if shown is not None else None
    if own is not None and shown is not None:
        return [(own, shown)]
    below = [
        (tenant, tenant.desired)
        for tenant in config.tenants.values()
        if shown is not None and PurePosixPath(tenant.desired).is_relative_to(shown)
    ]
    if not below:
        message = "it lies in no tenant's 'desired' folder; move it there, or name another path"
        raise InvalidInput((Finding(Place(str(path)), message),))
    return below


def _shown(config: Config, path: Path) -> str | None:
    try:
        return path.resolve().relative_to(Path(config.root).resolve()).as_posix()
    except ValueError:
        return None


def _files(config: Config, tenant: Tenant, shown: Iterable[str]) -> Iterator[SourceFile]:
    """Each file once, however many of the given paths lead to it."""
    seen: set[str] = set()
    within = Path(config.root, tenant.desired)
    for name in shown:
        path = Path(config.root, name)
        for source in (
            read_folder(path, name) if path.is_dir() else (read_one(path, name, within=within),)
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
