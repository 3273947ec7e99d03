"""What other products and other kinds call a property or a value: for hints, never accepted.

Sources: Microsoft Sentinel's incidents and closing reasons (``owner``, ``labels``, ``BenignPositive``,
``Undetermined``), Defender for Endpoint's alerts (``NotAvailable``, ``UnSpecified``), the legacy alerts
of Graph, and words that people carry over from ticket systems.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from reconciler.kinds.kind import Kind

_SAME: Final = (
    ("tags", "customTags", "labels", "tag"),
    ("assignedTo", "owner", "assignee", "assignedUser", "analyst"),
    ("classification", "feedback", "verdict"),
    ("determination", "classificationReason"),
    ("displayName", "title", "name", "incidentName", "alertDisplayName"),
    ("comments", "resolvingComment", "comment", "classificationComment", "closingComment", "notes"),
    ("severity", "priority"),
    ("status", "state"),
    ("customDetails", "details", "customFields"),
    ("closedDateTime", "closedTime", "resolvedDateTime"),
)
"""In each row the names of one thing."""
_BY_NAME: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {name.casefold(): row for row in _SAME for name in row}
)


def field_of(kind: Kind, key: str) -> str | None:
    """What ``key`` is called in this kind; None: it has no such thing, or nobody knows the word."""
    return next((name for name in _BY_NAME.get(key.casefold(), ()) if name in kind.by_name), None)


def having(key: str, kinds: Iterable[Kind]) -> list[tuple[str, str]]:
    """Other kinds that have what ``key`` means, each with its name of it."""
    found = ((kind.name, key if key in kind.by_name else field_of(kind, key)) for kind in kinds)
    return [(kind, name) for kind, name in found if name is not None]


def _folded(names: Mapping[str, str]) -> Mapping[str, str]:
    return MappingProxyType({old.casefold(): new for old, new in names.items()})


_OPEN: Final = ("new", "open", "active", "newAlert", "unresolved", "reopened")
_BUSY: Final = ("investigating", "assigned", "triaged", "acknowledged", "ongoing", "pending")
_DONE: Final = ("closed", "resolved", "completed", "done", "fixed", "dismissed", "inactive")


def _statuses(first: str, last: str) -> Mapping[str, str]:
    return _folded(
        dict.fromkeys(_OPEN, first)
        | dict.fromkeys(_BUSY, "inProgress")
        | dict.fromkeys(_DONE, last)
    )


_UNSET: Final = dict.fromkeys(
    ("undetermined", "notAvailable", "notSet", "none", "unspecified", "undefined"), "unknown"
)

INCIDENT_STATUS: Final = _statuses("active", "resolved")
ALERT_STATUS: Final = _statuses("new", "resolved")
TASK_STATUS: Final = _folded(
    {**_statuses("open", "completed"), "notApplicable": "notRelevant", "cancelled": "notRelevant"}
)
LEGACY_STATUS: Final = _statuses("newAlert", "resolved")
SEVERITY: Final = _folded(
    {**_UNSET, "critical": "high", "severe": "high", "moderate": "medium", "info": "informational"}
)
CLASSIFICATION: Final = _folded(
    {
        **_UNSET,
        **dict.fromkeys(
            ("benignPositive", "benign", "expected", "informational"),
            "informationalExpectedActivity",
        ),
        "malicious": "truePositive",
    }
)
DETERMINATION: Final = _folded(
    {
        **_UNSET,
        "suspiciousActivity": "other",
        "suspiciousButExpected": "confirmedActivity",
        "incorrectAlertLogic": "notMalicious",
        "inaccurateData": "notEnoughDataToValidate",
        "benign": "notMalicious",
        "pentest": "securityTesting",
        "penetrationTest": "securityTesting",
    }
)
FEEDBACK: Final = _folded(
    {
        **_UNSET,
        **dict.fromkeys(
            ("informationalExpectedActivity", "benign", "expected", "informational"),
            "benignPositive",
        ),
        "malicious": "truePositive",
    }
)
