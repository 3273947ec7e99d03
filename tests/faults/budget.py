"""How much to run: FAULT_RIG=quick (pytest by itself), ci (.ci/run) or full; FAULT_SEED repeats."""

from __future__ import annotations

import os
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True)
class Budget:
    faults: int
    """Runs of test_faults that a fault strikes."""
    kills: int
    """Forked runs of test_kills."""
    processes: int
    """Runs of the real command that are killed."""
    rivals: int
    """Seeds of test_two_applies."""
    worlds: int
    """Examples of test_idempotence."""
    disks: int
    """Sizes of the disk in test_disk_full."""
    incidents: int
    """In the tenant of scenarios/test_quota of which every hundredth is declared."""
    every_bit: bool
    """test_tampering: each bit of each byte, not one bit of each."""


BUDGETS: Final[Mapping[str, Budget]] = MappingProxyType(
    {
        "quick": Budget(100, 10, 2, 20, 20, 3, 10_000, every_bit=False),
        "ci": Budget(1000, 100, 5, 20, 50, 8, 10_000, every_bit=False),
        "full": Budget(10_000, 500, 20, 200, 1000, 40, 100_000, every_bit=True),
    }
)
BUDGET: Final = BUDGETS[os.environ.get("FAULT_RIG", "quick")]
SEED: Final = int(os.environ.get("FAULT_SEED", "20261121"))
