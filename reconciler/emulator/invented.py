"""The made-up part of the demo tenant: about 300 incidents with alerts and tasks, always the same."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING, Final
from uuid import UUID

from reconciler.emulator.phrases import (
    ANALYSTS,
    COMMENTS,
    DEVICES,
    HOSTILE,
    SCENARIOS,
    SYSTEM_TAGS,
    TAGS,
    USERS,
)
from reconciler.emulator.wires import INCIDENTS
from reconciler.emulator.writing import written
from reconciler.kinds.shapes import ticks

if TYPE_CHECKING:
    from reconciler.emulator.messages import Object
    from reconciler.emulator.phrases import Scenario

TENANT_ID: Final = "12f988bf-16f1-11af-11ab-1d7cd011db47"
FIRST_ID: Final = 3001
INCIDENTS_MADE: Final = 300
_ALERTED: Final = 120
_TASKS: Final = 40
_LEGACY: Final = 40
_HOSTILE_FROM: Final = 3201
_SECOND: Final = 10_000_000
_HOUR: Final = 3600 * _SECOND

_MERGED: Final = {
    "3040": "3041",  # a chain of two
    "3041": "3100",
    "3055": "3101",
    "3060": "3061",  # a circle
    "3061": "3060",
    "3070": "999999",  # a survivor that is gone
    "3080": "3081",  # a chain of two that ends in a resolved one
    "3081": "3150",
}
_AWAITING: Final = frozenset({"3110", "3111", "3112"})


def invented() -> dict[str, list[Object]]:
    """Objects by collection; what is left out gets its blank value."""
    dice = Random(20261120)  # noqa: S311 - a demo has to be the same each time
    scenarios = [dice.choice(SCENARIOS) for _ in range(INCIDENTS_MADE)]
    incidents = [_incident(dice, index, found) for index, found in enumerate(scenarios)]
    alerts: list[Object] = []
    for index in sorted(dice.sample(range(INCIDENTS_MADE), _ALERTED)):
        number = dice.choice((1, 1, 1, 2))
        alerts += [_alert(dice, incidents[index], scenarios[index]) for _ in range(number)]
    return {
        "incidents": incidents,
        "incidentTasks": [_task(dice, index, dice.choice(incidents)) for index in range(_TASKS)],
        "alerts_v2": alerts,
        "alerts": [_legacy(dice, index) for index in range(_LEGACY)],
    }


def _time(dice: Random, hours: float) -> int:
    """So many hours before the seed's end, with seven digits behind the second."""
    end = ticks("2026-11-20T08:00:00Z") or 0
    return end - int(hours * _HOUR) - dice.randrange(_HOUR)


def _happens(dice: Random, percent: int) -> bool:
    return dice.randrange(100) < percent


def _incident(dice: Random, index: int, scenario: Scenario) -> Object:
    object_id = str(FIRST_ID + index)
    status = _incident_status(dice, object_id)
    is_closed = status == "resolved"
    created = _time(dice, (INCIDENTS_MADE - index) * 4.3)
    moved = min(created + dice.randrange(1, 40) * _HOUR // 10, _time(dice, 0))
    owner = dice.choice(ANALYSTS) if is_closed or _happens(dice, 60) else None
    device, user = dice.choice(DEVICES), dice.choice(USERS)
    verdict, reason = _verdict(dice, is_closed=is_closed)
    return {
        "id": object_id,
        "tenantId": TENANT_ID,
        "status": status,
        "incidentWebUrl": f"https://security.microsoft.com/incident2/{object_id}/overview?tid={TENANT_ID}",
        "redirectIncidentId": _MERGED.get(object_id),
        "displayName": scenario.title.format(device=device, user=user),
        "createdDateTime": written(created),
        "lastUpdateDateTime": written(moved),
        "assignedTo": owner,
        "classification": verdict,
        "determination": reason,
        "severity": scenario.severity,
        "customTags": sorted(dice.sample(TAGS, dice.choice((0, 0, 1, 1, 2, 3)))),
        "systemTags": dice.sample(SYSTEM_TAGS, dice.choice((0, 0, 0, 1))),
        "description": scenario.text,
        "lastModifiedBy": owner or "Microsoft Defender XDR",
        "resolvingComment": "Checked with the owner of the device." if is_closed else None,
        "summary": None,
        "priorityScore": dice.choice((None, dice.randrange(101))),
        "comments": _comments(dice, moved),
        "recommendedActions": "Review the device timeline, then decide on isolation.",
        "recommendedHuntingQueries": [
            {"kqlText": f"AlertInfo | where Title == '{scenario.subject}'"}
        ],
        **_hostile(object_id),
    }


def _incident_status(dice: Random, object_id: str) -> str:
    status = dice.choices(("active", "inProgress", "resolved"), (50, 25, 25))[0]
    if object_id in _MERGED:
        return "redirected"
    return "awaitingAction" if object_id in _AWAITING else status


def _verdict(dice: Random, *, is_closed: bool) -> tuple[str | None, str | None]:
    pairs = INCIDENTS.kind.pairs
    if pairs is None or not (is_closed or _happens(dice, 20)):
        return dice.choice((("unknown", "unknown"), ("unknown", "unknown"), (None, None)))
    verdict = dice.choice([name for name in pairs.allowed if name != "unknown"])
    return verdict, dice.choice(pairs.allowed[verdict])


def _comments(dice: Random, moved: int) -> list[Object]:
    return [
        {
            "comment": dice.choice(COMMENTS),
            "createdByDisplayName": dice.choice(ANALYSTS),
            "createdDateTime": written(moved),
        }
        for _ in range(dice.choice((0, 0, 0, 1, 2)))
    ]


def _hostile(object_id: str) -> Object:
    """The same text as title, tag and owner: each sink has to cope with each."""
    index = int(object_id) - _HOSTILE_FROM
    if not 0 <= index < len(HOSTILE):
        return {}
    text = HOSTILE[index]
    return {"displayName": text, "customTags": ["needs-triage", text], "assignedTo": text}


def _alert(dice: Random, incident: Object, scenario: Scenario) -> Object:
    tail = f"{UUID(int=dice.getrandbits(128), version=4)}_1"
    seen = (ticks(str(incident["createdDateTime"])) or 0) - dice.randrange(_HOUR)
    is_closed = incident["status"] == "resolved"
    status = "resolved" if is_closed else dice.choice(("new", "new", "inProgress"))
    moved = incident["lastUpdateDateTime"]
    return {
        "id": f"da{tail}",
        "providerAlertId": tail,
        "incidentId": incident["id"],
        "status": status,
        "severity": scenario.severity,
        "classification": incident["classification"],
        "determination": incident["determination"],
        "serviceSource": scenario.service,
        "detectionSource": scenario.detection,
        "productName": scenario.product,
        "detectorId": str(UUID(int=dice.getrandbits(128), version=4)),
        "tenantId": TENANT_ID,
        "title": scenario.subject,
        "description": scenario.text,
        "recommendedActions": "Collect artefacts and determine the scope.",
        "category": scenario.category,
        "categories": [scenario.category],
        "assignedTo": incident["assignedTo"],
        "alertWebUrl": f"https://security.microsoft.com/alerts/da{tail}?tid={TENANT_ID}",
        "incidentWebUrl": incident["incidentWebUrl"],
        "mitreTechniques": [scenario.technique],
        "createdDateTime": incident["createdDateTime"],
        "lastUpdateDateTime": moved,
        "resolvedDateTime": moved if is_closed else None,
        "firstActivityDateTime": written(seen),
        "lastActivityDateTime": written(seen + dice.randrange(_HOUR)),
        "investigationState": dice.choice(("unsupportedAlertType", "queued", "benign")),
        "customDetails": dice.choice(({}, {}, {"site": "Dublin", "queue": "tier1"})),
        "evidence": [_device(dice, written(seen))],
    }


def _device(dice: Random, seen: str) -> Object:
    name = dice.choice(DEVICES)
    return {
        "@odata.type": "#microsoft.graph.security.deviceEvidence",
        "createdDateTime": seen,
        "verdict": dice.choice(("unknown", "suspicious", "malicious")),
        "remediationStatus": "active",
        "roles": [],
        "detailedRoles": ["PrimaryDevice"],
        "tags": [],
        "deviceDnsName": f"{name.lower()}.contoso.com",
        "hostName": name,
        "osPlatform": "Windows11",
        "riskScore": dice.choice(("low", "medium", "high")),
    }


_TASK_TYPES: Final = (
    ("isolateDevice", "Isolate device {device}"),
    ("runAntiVirusScan", "Scan {device}"),
    ("collectInvestigationPackage", "Collect evidence from {device}"),
    ("forceUserPasswordReset", "Reset the password of {user}"),
    ("text", "Ask {user} about the sign-in"),
)


def _task(dice: Random, index: int, incident: Object) -> Object:
    action, title = dice.choice(_TASK_TYPES)
    name = title.format(device=dice.choice(DEVICES), user=dice.choice(USERS))
    status = dice.choice(("open", "open", "open", "inProgress", "completed", "notRelevant"))
    kind = f"{action}IncidentTaskResponseAction"
    response = {"@odata.type": f"#microsoft.graph.security.{kind}", "identifierValue": name}
    return {
        "id": str(214000 + index),
        "incident": {
            "@odata.type": "#microsoft.graph.security.incident",
            "id": incident["id"],
        },
        "status": status,
        "source": dice.choice(("defenderExpertsGuidedResponse", "defenderExpertsManagedResponse")),
        "displayName": name,
        "description": f"{name} and note the outcome in the incident.",
        "createdDateTime": incident["createdDateTime"],
        "createdByDisplayName": "Defender Experts",
        "lastModifiedDateTime": incident["lastUpdateDateTime"],
        "lastModifiedByDisplayName": "Defender Experts",
        "actionType": action,
        "actionStatus": "completed" if status == "completed" else "notStarted",
        "responseAction": None if action == "text" else response,
    }


_PROVIDERS: Final = (
    ("IPC", "Unfamiliar sign-in properties"),
    ("MCAS", "Activity from an infrequent country"),
    ("ASC", "Traffic from a mining pool"),
    ("Microsoft Defender ATP", "Suspicious service registration"),
    ("Azure Advanced Threat Protection", "Reconnaissance over DNS"),
)


def _legacy(dice: Random, index: int) -> Object:
    provider, title = dice.choice(_PROVIDERS)
    created = _time(dice, index * 11)
    status = dice.choice(("newAlert", "newAlert", "inProgress", "resolved"))
    is_closed = status == "resolved"
    return {
        "id": str(UUID(int=dice.getrandbits(128), version=4)),
        "assignedTo": dice.choice(ANALYSTS) if is_closed else None,
        "azureTenantId": TENANT_ID,
        "category": title.replace(" ", ""),
        "closedDateTime": written(created + _HOUR) if is_closed else None,
        "createdDateTime": written(created),
        "description": f"{title}. Reported by {provider}.",
        "eventDateTime": written(created - 60 * _SECOND),
        "feedback": dice.choice(("truePositive", "falsePositive")) if is_closed else "unknown",
        "lastModifiedDateTime": written(created + _HOUR),
        "recommendedActions": ["Ask the user", "Close the alert"],
        "severity": dice.choice(("low", "medium", "high")),
        "status": status,
        "tags": [],
        "title": title,
        "userStates": [{"userPrincipalName": f"{dice.choice(USERS)}@contoso.com"}],
        "vendorInformation": {
            "provider": provider,
            "providerVersion": None,
            "subProvider": None,
            "vendor": "Microsoft",
        },
    }
