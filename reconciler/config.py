"""reconciler.yaml → Config: checked as a whole, all findings at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from reconciler.model import SourceFile
    from reconciler.settings import Config, Tenant


def parse(source: SourceFile, *, root: str) -> Config:
    """``root``: absolute folder of the file. Raises InvalidInput with every finding."""
    raise NotImplementedError


def tenant(config: Config, name: str | None, *, graph_url: str | None = None) -> Tenant:
    """The named (or default) tenant, with ``--graph-url`` taking the place of its own.

    Raises UsageError if there is no such tenant or the URL may not be used.
    """
    raise NotImplementedError


def tenant_of(config: Config, path: str) -> Tenant | None:
    """The tenant whose ``desired`` folder holds ``path`` (POSIX, relative to the root)."""
    raise NotImplementedError
