"""How each kind looks on the wire, beside what KINDS says: one flat table, looped over.

Sources: the reference pages named in each row (API notes 2 to 4) for options, limits and filterable
properties; Microsoft's OpenAPI slices in tests/contract/ for the property names.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from reconciler.emulator import members
from reconciler.emulator.wire import Column, Paging, Wire
from reconciler.kinds import KINDS
from reconciler.kinds.shapes import EnumShape

if TYPE_CHECKING:
    from collections.abc import Mapping


def _enum(*names: str) -> Mapping[str, str]:
    return {name.casefold(): name for name in names}


def _own(kind: str, name: str) -> Column:
    """A writable enumeration: its members are those of the kind, old names are not among them."""
    shape = KINDS[kind].by_name[name].shape
    names = (*shape.names, *shape.read_only) if isinstance(shape, EnumShape) else ()
    return Column(name, "enum", _enum(*names))


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
            "severity": Column("severity", "enum", _enum(*members.SEVERITIES)),
            "serviceSource": Column("serviceSource", "enum", _enum(*members.SERVICES)),
            "status": _own("Alert", "status"),
        }
    ),
    options=_PAGED,
    paging=Paging(default=100, largest=1000, clamps=True),
    enums=("severity", "serviceSource", "detectionSource", "investigationState"),
    hidden=MappingProxyType(
        {
            "serviceSource": frozenset(members.SERVICES_HIDDEN),
            "detectionSource": frozenset(members.DETECTIONS_HIDDEN),
        }
    ),
    closed_at="resolvedDateTime",
    has_comments=True,
    takes_comment_lists=True,
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
            "severity": Column("severity", "enum", _enum(*members.SEVERITIES)),
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
