"""The applied tree: refs/reconciler/applied/<tenant>, one canonical JSON an object (contract 5)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import datetime
    from pathlib import Path

    from reconciler.model.base import Base
    from reconciler.model.desired import Spec
    from reconciler.model.words import Ref


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

    def read(self) -> Base:
        """Two-way (a notice, no commit) outside git and where neither we nor the remote has it.

        Raises BaseFailure if it is there, or may be there, and cannot be read.
        """
        raise NotImplementedError

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

        Two runs race object by object. The same commit if nothing differs; None outside git.
        Raises BaseFailure.
        """
        raise NotImplementedError
