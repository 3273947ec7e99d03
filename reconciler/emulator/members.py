"""Members of the enumerations that can only be read, as the metadata of 2026-08-20 spells them.

``…_HIDDEN``: those behind the sentinel ``unknownFutureValue`` (concept/best-practices-concept).
"""

from __future__ import annotations

from typing import Final

SERVICES_HIDDEN: Final = (
    "microsoftDefenderForCloud",
    "microsoftSentinel",
    "microsoftInsiderRiskManagement",
    "microsoftThreatIntelligence",
    "microsoftSecurityForAI",
)
SERVICES: Final = (
    "unknown",
    "microsoftDefenderForEndpoint",
    "microsoftDefenderForIdentity",
    "microsoftDefenderForCloudApps",
    "microsoftDefenderForOffice365",
    "microsoft365Defender",
    "azureAdIdentityProtection",
    "microsoftAppGovernance",
    "dataLossPrevention",
    *SERVICES_HIDDEN,
)
DETECTIONS_HIDDEN: Final = (
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
SEVERITIES: Final = ("unknown", "informational", "low", "medium", "high")
RESPONSES: Final = (  # api/security-incidenttask-executeresponseaction
    "collectInvestigationPackage",
    "isolateDevice",
    "unIsolateDevice",
    "restrictAppExecution",
    "unRestrictAppExecution",
    "runAntiVirusScan",
    "stopAndQuarantineFile",
    "submitIocRule",
)
