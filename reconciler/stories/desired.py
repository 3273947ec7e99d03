"""From a tenant's folder to its checked declarations."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from reconciler.documents import Rules, load
from reconciler.errors import InvalidInput
from reconciler.store.folder import read_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from reconciler.model.desired import Loaded
    from reconciler.model.words import SourceFile
    from reconciler.settings import Config, Tenant

    Watch: TypeAlias = Callable[[Iterable[SourceFile]], Iterable[SourceFile]]


def rules(config: Config, tenant: Tenant) -> Rules:
    return Rules(kinds=tenant.kinds, pairs=config.pairs, require=config.require, cloud=tenant.cloud)


def folder(config: Config, tenant: Tenant) -> Iterable[SourceFile]:
    root = Path(config.root)
    return read_folder(root / tenant.desired, tenant.desired, within=root)


def read(config: Config, tenant: Tenant, *, watch: Watch | None = None) -> Loaded:
    """All documents of the tenant, each shown to ``watch`` as it was read.

    Raises InvalidInput with every finding if one is an error.
    """
    files = folder(config, tenant)
    loaded = load(files if watch is None else watch(files), rules(config, tenant))
    if any(finding.level == "error" for finding in loaded.findings):
        raise InvalidInput(loaded.findings)
    return loaded
