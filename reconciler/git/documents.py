"""The documents at a commit: what --base REF is judged against."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from reconciler.model.words import SourceFile


def commit_of(root: Path, revision: str) -> str:
    """The full object name. Raises BaseFailure if this clone has no such commit."""
    raise NotImplementedError


def files_at(root: Path, commit: str, folder: str) -> Iterator[SourceFile]:
    """Files of ``folder`` (POSIX, below ``root``) as they were, by the rules of store.folder.

    One process for all of them. Raises BaseFailure if they cannot be read whole.
    """
    raise NotImplementedError
