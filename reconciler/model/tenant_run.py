"""How a command ended for one of several tenants."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class TenantRun:
    tenant: str
    exit_code: int
    seconds: float
    counts: Mapping[str, int] = field(default_factory=dict)
    """What its result counts, by name; empty if it has none, or counts nothing."""
