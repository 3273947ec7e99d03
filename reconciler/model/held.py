"""Held: what is kept of one kind of a tenant from one run to the next."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from reconciler.model.live import Live


@dataclass(frozen=True, slots=True)
class Held:
    """Objects as Graph told them, merged ones too. What was missing or unreadable is never held."""

    lives: Mapping[str, Live]
    """By id."""
    revisions: Mapping[str, int]
    """By id, in 100 ns since year 1: what has no such time cannot be held."""
    whole_until: int
    """Each change that Graph dates before this moment (100 ns since year 1) is in ``lives``."""
    read_at: datetime
    """When all of it was read anew, by this machine's clock."""
    units: int
    """What reading it anew cost."""
