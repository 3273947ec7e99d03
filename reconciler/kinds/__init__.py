"""KINDS is the one source: schemas, paths, comparison, plan and emulator all loop over it.

No comparison with a kind's name stands outside this package.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from reconciler.kinds.alert import ALERT
from reconciler.kinds.incident import INCIDENT
from reconciler.kinds.incident_task import INCIDENT_TASK
from reconciler.kinds.legacy_alert import LEGACY_ALERT

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reconciler.kinds.kind import Kind

KINDS: Final[Mapping[str, Kind]] = MappingProxyType(
    {kind.name: kind for kind in (INCIDENT, INCIDENT_TASK, ALERT, LEGACY_ALERT)}
)

SETS: Final[Mapping[str, Kind]] = MappingProxyType(
    {kind.set_name: kind for kind in KINDS.values() if kind.set_name}
)
"""A set is a form of document: its name → the kind of its members."""

__all__ = ["KINDS", "SETS"]
