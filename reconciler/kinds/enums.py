"""Microsoft's enumerations, as the metadata spells them.

Source: CSDL and SDK of v1.0, 2026-08-20 (API notes 1.2); the names that pages printed before are
aliases. `tests/contract/` holds every member against Microsoft's OpenAPI slices.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

from reconciler.kinds import elsewhere
from reconciler.kinds.shapes import EnumShape, Member

SENTINEL: Final = "unknownFutureValue"
"""Stands for a member newer than the client; says nothing about the value, so it is not known."""

AWAITING: Final = "awaitingAction"
"""Defender Experts wait for somebody of the SOC; once it is written over, nobody can set it again."""

WHY_READ_ONLY: Final = MappingProxyType(
    {
        SENTINEL: "it only stands for a member newer than the client",
        "redirected": "only merging incidents sets it",
        "awaitingAction": "only Defender Experts set it",
        "unknown": "it only says that no status is set",
        "apt": "Microsoft announced its removal",
        "securityPersonnel": "Microsoft announced its removal",
        "dismissed": "the page of the update does not list it",
    }
)
"""Why a read-only member is refused in a document (API notes 1.2, 2.3, 4.4)."""

INCIDENT_STATUS: Final = EnumShape(
    members=(
        Member("active", "Open: nobody works on it yet"),
        Member("inProgress", "Somebody works on it"),
        Member("resolved", "Closed; its active alerts are resolved with it"),
    ),
    read_only=("redirected", "awaitingAction", SENTINEL),
    meant=elsewhere.INCIDENT_STATUS,
)

ALERT_STATUS: Final = EnumShape(
    members=(
        Member("new", "Open: nobody works on it yet"),
        Member("inProgress", "Somebody works on it"),
        Member("resolved", "Closed"),
    ),
    read_only=("unknown", SENTINEL),
    unset="unknown",
    meant=elsewhere.ALERT_STATUS,
)

SEVERITY: Final = EnumShape(
    members=(
        Member("unknown", "Not rated"),
        Member("informational", "Worth knowing, hardly a threat"),
        Member("low", "Prevalent malware, unwanted software"),
        Member("medium", "Post-breach behaviour that may be part of an advanced threat"),
        Member("high", "Severe damage is likely"),
    ),
    read_only=(SENTINEL,),
    unset="unknown",
    meant=elsewhere.SEVERITY,
)

CLASSIFICATION: Final = EnumShape(
    members=(
        Member("unknown", "No verdict (the same as unset)"),
        Member("falsePositive", "Not a threat: the detection was wrong"),
        Member("truePositive", "A real threat"),
        Member("informationalExpectedActivity", "Real, but expected: a test, a known application"),
    ),
    read_only=(SENTINEL,),
    unset="unknown",
    meant=elsewhere.CLASSIFICATION,
)

DETERMINATION: Final = EnumShape(
    members=(
        Member("unknown", "No verdict (the same as unset)"),
        Member("multiStagedAttack", "True positive: an attack over several stages"),
        Member("maliciousUserActivity", "True positive: a user acted maliciously"),
        Member("compromisedAccount", "True positive: an account was taken over"),
        Member("malware", "True positive: malware"),
        Member("phishing", "True positive: phishing"),
        Member("unwantedSoftware", "True positive: unwanted software"),
        Member("securityTesting", "Expected: a penetration test or exercise"),
        Member("lineOfBusinessApplication", "Expected: an application of the business"),
        Member("confirmedActivity", "Expected: the user confirmed it"),
        Member("notMalicious", "False positive: harmless"),
        Member("notEnoughDataToValidate", "False positive: not enough data to tell"),
        Member("other", "Something else; fits each classification"),
    ),
    read_only=("apt", "securityPersonnel", SENTINEL),
    aliases=MappingProxyType(
        {
            "compromisedUser": "compromisedAccount",
            "confirmedUserActivity": "confirmedActivity",
            "clean": "notMalicious",
            "insufficientData": "notEnoughDataToValidate",
            "noEnoughDataToValidate": "notEnoughDataToValidate",
        }
    ),
    unset="unknown",
    meant=elsewhere.DETERMINATION,
)

TASK_STATUS: Final = EnumShape(
    members=(
        Member("open", "Not started"),
        Member("inProgress", "Somebody works on it"),
        Member("completed", "Done"),
        Member("failed", "Tried and failed"),
        Member("notRelevant", "Need not be done"),
    ),
    read_only=(SENTINEL,),
    meant=elsewhere.TASK_STATUS,
)

LEGACY_STATUS: Final = EnumShape(
    members=(
        Member("unknown", "Not set"),
        Member("newAlert", "Open: nobody works on it yet"),
        Member("inProgress", "Somebody works on it"),
        Member("resolved", "Closed"),
    ),
    read_only=("dismissed", SENTINEL),
    unset="unknown",
    meant=elsewhere.LEGACY_STATUS,
)

LEGACY_FEEDBACK: Final = EnumShape(
    members=(
        Member("unknown", "No verdict (the same as unset)"),
        Member("truePositive", "A real threat"),
        Member("falsePositive", "Not a threat: the detection was wrong"),
        Member("benignPositive", "Real, but harmless"),
    ),
    read_only=(SENTINEL,),
    unset="unknown",
    meant=elsewhere.FEEDBACK,
)

VERDICTS: Final = MappingProxyType(
    {
        "truePositive": (
            "multiStagedAttack",
            "maliciousUserActivity",
            "compromisedAccount",
            "malware",
            "phishing",
            "unwantedSoftware",
            "other",
        ),
        "informationalExpectedActivity": (
            "securityTesting",
            "lineOfBusinessApplication",
            "confirmedActivity",
            "other",
        ),
        "falsePositive": ("notMalicious", "notEnoughDataToValidate", "other"),
        "unknown": ("unknown",),
    }
)
"""Which determination belongs to which classification: xdr/api-update-incidents and
mde/update-alert; the Graph pages say nothing (API notes 1.2)."""
