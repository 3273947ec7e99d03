"""From a tenant's folder to its checked declarations."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from reconciler.documents import Rules, load
from reconciler.errors import InvalidInput
from reconciler.store.folder import read_folder

if TYPE_CHECKING:
    from collections.abc import Iterable

    from reconciler.model.desired import Loaded
    from reconciler.model.words import SourceFile
    from reconciler.settings import Config, Tenant


def rules(config: Config, tenant: Tenant) -> Rules:
    return Rules(kinds=tenant.kinds, pairs=config.pairs, require=config.require, cloud=tenant.cloud)


def folder(config: Config, tenant: Tenant) -> Iterable[SourceFile]:
    return read_folder(Path(config.root, tenant.desired), tenant.desired)


def read(config: Config, tenant: Tenant) -> Loaded:
    """All documents of the tenant. Raises InvalidInput with every finding if one is an error."""
    loaded = load(folder(config, tenant), rules(config, tenant))
    if any(finding.level == "error" for finding in loaded.findings):
        raise InvalidInput(loaded.findings)
    return loaded
