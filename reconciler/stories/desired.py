"""From a tenant's folder to its checked declarations."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from reconciler.documents import Rules, load, parser
from reconciler.errors import InvalidInput
from reconciler.settings import STATE_FOLDER
from reconciler.store.folder import read_folder

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from reconciler.model.desired import Loaded
    from reconciler.model.words import SourceFile
    from reconciler.ports import DocumentMemory
    from reconciler.settings import Config, Tenant


def rules(config: Config, tenant: Tenant) -> Rules:
    return Rules(kinds=tenant.kinds, pairs=config.pairs, require=config.require, cloud=tenant.cloud)


def folder(config: Config, tenant: Tenant) -> Iterable[SourceFile]:
    return read_folder(Path(config.root, tenant.desired), tenant.desired)


@contextmanager
def memory(config: Config, tenant: Tenant) -> Iterator[DocumentMemory]:
    """Of the tenant's documents that were read before, as they are here or at another commit."""
    from reconciler.store.document_memory import documents_memory

    state = Path(config.root, STATE_FOLDER)
    with documents_memory(state, tenant.name, parser=parser()) as found:
        yield found


def read(config: Config, tenant: Tenant) -> Loaded:
    """All documents of the tenant. Raises InvalidInput with every finding if one is an error."""
    with memory(config, tenant) as known:
        loaded = load(folder(config, tenant), rules(config, tenant), memory=known)
        if any(finding.level == "error" for finding in loaded.findings):
            raise InvalidInput(loaded.findings)
    return loaded
