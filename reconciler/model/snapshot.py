"""A snapshot: what live was, kept so that a plan can be made without asking again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reconciler.model.live import Observation
    from reconciler.model.plan import PlanTenant
    from reconciler.model.words import Ref


@dataclass(frozen=True, slots=True)
class Snapshot:
    """``observations``: of each object that was read; one without a key was not looked for."""

    tool_version: str
    taken_at: str
    """UTC; before the first read, so nothing in it is younger."""
    tenant: PlanTenant
    observations: Mapping[Ref, Observation]
    format_version: str = "1.0"
