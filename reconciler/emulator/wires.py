"""How each kind looks on the wire, beside what KINDS says: one flat table, looped over.

Sources: the reference pages named in each row (API notes 2 to 4) for options, limits and filterable
properties; Microsoft's OpenAPI slices in tests/contract/ for the property names.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, Literal

from reconciler.kinds import KINDS
from reconciler.kinds.shapes import EnumShape

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reconciler.kinds.kind import Kind
    from reconciler.model import Json


@dataclass(frozen=True, slots=True)
class Column:
    """A property that can be filtered and sorted by; ``path`` leads to it inside the object."""

    path: str
    type: Literal["text", "time", "enum"]
    members: Mapping[str, str] = field(default_factory=dict)
    """Of an enumeration: case-folded spelling → wire name."""


@dataclass(frozen=True, slots=True)
class Paging:
    """``largest``: what a page can hold; ``clamps``: more is cut down, else it is refused."""

    default: int
    largest: int
    clamps: bool
    largest_skip: int | None = None


@dataclass(frozen=True, slots=True)
class Wire:
    kind: Kind
    blank: Mapping[str, Json]
    """Every property of v1.0 with the value an object has if a seed leaves it out."""
    columns: Mapping[str, Column]
    """What ``$filter`` may name; several names may lead to one path."""
    options: frozenset[str]
    """Query options of the list."""
    paging: Paging
    beta_blank: Mapping[str, Json] = field(default_factory=dict)
    """Properties that only beta answers."""
    sortable: frozenset[str] | None = None
    """None: all columns."""
    enums: tuple[str, ...] = ()
    """Enumerations that can only be read."""
    hidden: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Members behind the sentinel: ``unknownFutureValue`` for who does not ask for them."""
    closed_at: str | None = None
    """Read-only time that follows the closing status."""
    navigation: Mapping[str, str] = field(default_factory=dict)
    """Name of related objects → their kind."""
    has_comments: bool = False
    actions: frozenset[str] = frozenset()
    """Last path segments of ``executeResponseAction``, if the kind has it."""
    bulk: frozenset[str] = frozenset()
    """Last path segments of ``updateAlerts``, if the kind has it (beta)."""
    list_type: str | None = None
    """``@odata.type`` that the published list carries."""

    @property
    def segment(self) -> str:
        return self.kind.collection.rpartition("/")[2]

    @property
    def versions(self) -> frozenset[str]:
        """What v1.0 has, beta has too."""
        return frozenset({self.kind.version, "beta"})

    @property
    def enum_names(self) -> tuple[str, ...]:
        own = (item.name for item in self.kind.fields if isinstance(item.shape, EnumShape))
        return (*own, *self.enums)


def _enum(*members: str) -> Mapping[str, str]:
    return {member.casefold(): member for member in members}


def _own(kind: str, name: str) -> Column:
    """A writable enumeration: its members are those of the kind, old names are not among them."""
    shape = KINDS[kind].by_name[name].shape
    members = (*shape.names, *shape.read_only) if isinstance(shape, EnumShape) else ()
    return Column(name, "enum", _enum(*members))


_SERVICE_HIDDEN: Final = (
    "microsoftDefenderForCloud",
    "microsoftSentinel",
    "microsoftInsiderRiskManagement",
    "microsoftThreatIntelligence",
    "microsoftSecurityForAI",
)
_SERVICES: Final = (
    "unknown",
    "microsoftDefenderForEndpoint",
    "microsoftDefenderForIdentity",
    "microsoftDefenderForCloudApps",
    "microsoftDefenderForOffice365",
    "microsoft365Defender",
    "azureAdIdentityProtection",
    "microsoftAppGovernance",
    "dataLossPrevention",
    *_SERVICE_HIDDEN,
)
_DETECTION_HIDDEN: Final = (
    "microsoftDefenderForCloud",
    "microsoftDefenderForIoT",
    "microsoftDefenderForServers",
    "microsoftDefenderForStorage",
    "microsoftDefenderForDNS",
    "microsoftDefenderForDatabases",
    "microsoftDefenderForContainers",
    "microsoftDefenderForNetwork",
    "microsoftDefenderForAppService",
    "microsoftDefenderForKeyVault",
    "microsoftDefenderForResourceManager",
    "microsoftDefenderForApiManagement",
    "nrtAlerts",
    "scheduledAlerts",
    "microsoftDefenderThreatIntelligenceAnalytics",
    "builtInMl",
    "microsoftInsiderRiskManagement",
    "microsoftThreatIntelligence",
    "microsoftDefenderForAIServices",
    "securityCopilot",
    "microsoftSentinel",
)
_SEVERITIES: Final = _enum("unknown", "informational", "low", "medium", "high")
_RESPONSES: Final = (  # api/security-incidenttask-executeresponseaction
    "collectInvestigationPackage",
    "isolateDevice",
    "unIsolateDevice",
    "restrictAppExecution",
    "unRestrictAppExecution",
    "runAntiVirusScan",
    "stopAndQuarantineFile",
    "submitIocRule",
)
RESPONSE_TYPES: Final = frozenset(_RESPONSES)
"""The action types that ``executeResponseAction`` takes."""

_PAGED: Final = frozenset({"$filter", "$top", "$skip", "$orderby", "$select", "$count"})

INCIDENTS: Final = Wire(  # api/security-list-incidents; $top: API notes 2.2
    kind=KINDS["Incident"],
    blank=MappingProxyType(
        {
            "id": None,
            "tenantId": None,
            "status": "active",
            "incidentWebUrl": None,
            "redirectIncidentId": None,
            "displayName": None,
            "createdDateTime": None,
            "lastUpdateDateTime": None,
            "assignedTo": None,
            "classification": "unknown",
            "determination": "unknown",
            "severity": "unknown",
            "customTags": [],
            "systemTags": [],
            "description": None,
            "lastModifiedBy": None,
            "resolvingComment": None,
            "summary": None,
            "priorityScore": None,
            "comments": [],
        }
    ),
    beta_blank=MappingProxyType({"recommendedActions": None, "recommendedHuntingQueries": []}),
    columns=MappingProxyType(
        {
            "assignedTo": Column("assignedTo", "text"),
            "classification": _own("Incident", "classification"),
            "createdDateTime": Column("createdDateTime", "time"),
            "determination": _own("Incident", "determination"),
            "lastUpdateDateTime": Column("lastUpdateDateTime", "time"),
            "severity": _own("Incident", "severity"),
            "status": _own("Incident", "status"),
        }
    ),
    options=_PAGED | {"$expand"},
    paging=Paging(default=50, largest=50, clamps=True),
    hidden=MappingProxyType({"status": frozenset({"awaitingAction"})}),
    navigation=MappingProxyType({"alerts": "Alert"}),
    has_comments=True,
)

TASKS: Final = Wire(  # api/security-list-incidenttasks; page and schema differ on some names
    kind=KINDS["IncidentTask"],
    blank=MappingProxyType(
        {
            "@odata.type": "#microsoft.graph.security.incidentTask",
            "id": None,
            "incident": None,
            "status": "open",
            "source": None,
            "displayName": None,
            "description": None,
            "createdDateTime": None,
            "createdByDisplayName": None,
            "lastModifiedDateTime": None,
            "lastModifiedByDisplayName": None,
            "actionType": "text",
            "actionStatus": "notStarted",
            "responseAction": None,
        }
    ),
    columns=MappingProxyType(
        {
            "incidentId": Column("incident/id", "text"),
            "incident/id": Column("incident/id", "text"),
            "status": _own("IncidentTask", "status"),
            "type": Column("actionType", "text"),
            "actionType": Column("actionType", "text"),
            "createdDateTime": Column("createdDateTime", "time"),
            "lastUpdateDateTime": Column("lastModifiedDateTime", "time"),
            "lastModifiedDateTime": Column("lastModifiedDateTime", "time"),
        }
    ),
    options=frozenset({"$filter", "$orderby", "$top", "$select"}),
    sortable=frozenset({"lastUpdateDateTime", "lastModifiedDateTime"}),
    paging=Paging(default=500, largest=500, clamps=False),
    enums=("source", "actionType", "actionStatus"),
    actions=frozenset({"executeResponseAction", "microsoft.graph.security.executeResponseAction"}),
    list_type="collection(#microsoft.graph.security.incidentTask)",
)

ALERTS: Final = Wire(  # api/security-list-alerts_v2; $top: API notes 4.1
    kind=KINDS["Alert"],
    blank=MappingProxyType(
        {
            "@odata.type": "#microsoft.graph.security.alert",
            "id": None,
            "providerAlertId": None,
            "incidentId": None,
            "status": "new",
            "severity": "unknown",
            "classification": "unknown",
            "determination": "unknown",
            "serviceSource": "unknown",
            "detectionSource": "unknown",
            "productName": None,
            "detectorId": None,
            "tenantId": None,
            "title": None,
            "description": None,
            "recommendedActions": None,
            "category": None,
            "categories": [],
            "assignedTo": None,
            "alertWebUrl": None,
            "incidentWebUrl": None,
            "actorDisplayName": None,
            "threatDisplayName": None,
            "threatFamilyName": None,
            "mitreTechniques": [],
            "createdDateTime": None,
            "lastUpdateDateTime": None,
            "resolvedDateTime": None,
            "firstActivityDateTime": None,
            "lastActivityDateTime": None,
            "systemTags": [],
            "alertPolicyId": None,
            "additionalData": None,
            "investigationState": None,
            "comments": [],
            "customDetails": {},
            "evidence": [],
        }
    ),
    columns=MappingProxyType(
        {
            "assignedTo": Column("assignedTo", "text"),
            "classification": _own("Alert", "classification"),
            "determination": _own("Alert", "determination"),
            "createdDateTime": Column("createdDateTime", "time"),
            "lastUpdateDateTime": Column("lastUpdateDateTime", "time"),
            "severity": Column("severity", "enum", _SEVERITIES),
            "serviceSource": Column("serviceSource", "enum", _enum(*_SERVICES)),
            "status": _own("Alert", "status"),
        }
    ),
    options=_PAGED,
    paging=Paging(default=100, largest=1000, clamps=True),
    enums=("severity", "serviceSource", "detectionSource", "investigationState"),
    hidden=MappingProxyType(
        {
            "serviceSource": frozenset(_SERVICE_HIDDEN),
            "detectionSource": frozenset(_DETECTION_HIDDEN),
        }
    ),
    closed_at="resolvedDateTime",
    has_comments=True,
)

LEGACY: Final = Wire(  # api/alert-list
    kind=KINDS["LegacyAlert"],
    blank=MappingProxyType(
        {
            "id": None,
            "activityGroupName": None,
            "alertDetections": [],
            "assignedTo": None,
            "azureSubscriptionId": None,
            "azureTenantId": "",
            "category": None,
            "closedDateTime": None,
            "cloudAppStates": [],
            "comments": [],
            "confidence": None,
            "createdDateTime": None,
            "description": None,
            "detectionIds": [],
            "eventDateTime": None,
            "feedback": None,
            "fileStates": [],
            "historyStates": [],
            "hostStates": [],
            "incidentIds": [],
            "investigationSecurityStates": [],
            "lastEventDateTime": None,
            "lastModifiedDateTime": None,
            "malwareStates": [],
            "messageSecurityStates": [],
            "networkConnections": [],
            "processes": [],
            "recommendedActions": [],
            "registryKeyStates": [],
            "securityResources": [],
            "severity": "unknown",
            "sourceMaterials": [],
            "status": "newAlert",
            "tags": [],
            "title": None,
            "triggers": [],
            "uriClickSecurityStates": [],
            "userStates": [],
            "vendorInformation": None,
            "vulnerabilityStates": [],
        }
    ),
    columns=MappingProxyType(
        {
            "assignedTo": Column("assignedTo", "text"),
            "category": Column("category", "text"),
            "closedDateTime": Column("closedDateTime", "time"),
            "createdDateTime": Column("createdDateTime", "time"),
            "eventDateTime": Column("eventDateTime", "time"),
            "feedback": _own("LegacyAlert", "feedback"),
            "lastModifiedDateTime": Column("lastModifiedDateTime", "time"),
            "severity": Column("severity", "enum", _SEVERITIES),
            "status": _own("LegacyAlert", "status"),
            "title": Column("title", "text"),
            "vendorInformation/provider": Column("vendorInformation/provider", "text"),
            "vendorInformation/subProvider": Column("vendorInformation/subProvider", "text"),
            "vendorInformation/vendor": Column("vendorInformation/vendor", "text"),
        }
    ),
    options=_PAGED,
    paging=Paging(default=100, largest=1000, clamps=False, largest_skip=500),
    enums=("severity",),
    bulk=frozenset({"updateAlerts", "microsoft.graph.updateAlerts"}),
)

WIRES: Final[Mapping[str, Wire]] = MappingProxyType(
    {wire.segment: wire for wire in (INCIDENTS, TASKS, ALERTS, LEGACY)}
)
"""By the last segment of the collection's path."""

BY_KIND: Final[Mapping[str, Wire]] = MappingProxyType(
    {wire.kind.name: wire for wire in WIRES.values()}
)
