"""An applied tree in memory: what was applied last, object by object, and each time it was replaced."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from reconciler.model.base import Base

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import datetime

    from reconciler.errors import BaseFailure
    from reconciler.model.desired import Spec
    from reconciler.model.words import Ref

FIRST = "first run: this plan is two-way"


class Replaced(NamedTuple):
    entries: Mapping[Ref, Spec]
    released: tuple[Ref, ...]
    digest: str
    run: str
    at: datetime


@dataclass
class MemoryTree:
    """``problem``: what reading and replacing it end with; ``full``: what replacing does."""

    specs: dict[Ref, Spec] = field(default_factory=dict)
    problem: BaseFailure | None = None
    full: BaseFailure | None = None
    log: list[Replaced] = field(default_factory=list)
    has_history: bool = False

    def read(self) -> Base:
        if self.problem:
            raise self.problem
        if not (self.has_history or self.log):
            return Base(notice=FIRST)
        return Base(dict(self.specs), self._commit(), is_applied=True)

    def replace(
        self,
        entries: Mapping[Ref, Spec],
        released: Collection[Ref],
        *,
        digest: str,
        run: str,
        at: datetime,
    ) -> str | None:
        if problem := self.problem or self.full:
            raise problem
        self.log.append(Replaced(entries, tuple(released), digest, run, at))
        self.specs = {ref: spec for ref, spec in self.specs.items() if ref not in released}
        self.specs |= entries
        return self._commit()

    def _commit(self) -> str:
        return f"c{len(self.log):039x}"
