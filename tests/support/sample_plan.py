"""A small plan with one change of every sort; every optional part occurs once, set and unset."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.kinds import KINDS
from reconciler.model.desired import Elements, Entries, Exactly
from reconciler.model.plan import (
    Change,
    Estimate,
    FieldChange,
    GitState,
    Kept,
    Objection,
    Plan,
    PlanTenant,
    Request,
    Selection,
    Spill,
    Summary,
    Survivor,
)
from reconciler.model.words import Foreign, Place, Ref

if TYPE_CHECKING:
    from reconciler.model.desired import Spec

ALERT = Ref("Alert", "da1")
INCIDENT = Ref("Incident", "2972395")
LEGACY = Ref("LegacyAlert", "b0")
RELEASED = (Ref("Alert", "da9"), Ref("Incident", "9"))
HOSTILE = "\u202e::set-output name=x::y\x1b[31m \ud800 <img src=x> `@all` é 𝄞"


def sample_plan() -> Plan:
    return Plan(
        tool_version="0.1.0",
        created_at="2026-11-21T10:00:00.000Z",
        git=GitState("0" * 40, dirty=True, base="1" * 40),
        tenant=PlanTenant("demo", None, "emulator", "emulator"),
        selection=Selection(("kind=*",), ("owner=nobody",)),
        summary=Summary(
            declared=8,
            in_sync=1,
            update=3,
            skip=2,
            unknown=1,
            drift_kept=1,
            drift=3,
            conflict=1,
            requests=Estimate(5, 6, 4, 1.4, ("Incident: 3 declared, by id in one batch",)),
        ),
        changes=(
            alert(),
            resolved_incident(),
            merged(),
            disputed(),
            in_sync(),
            unread(),
            left_alone(),
            legacy(),
        ),
        overrides={"closures": 2, "tagRemovals": 0},
        released=RELEASED,
        objections=(
            Objection("updatePercent", 30, 38, (ALERT, INCIDENT, LEGACY)),
            Objection("highSeverityClosures", 0, 1, (INCIDENT,)),
            Objection("driftOverwrites", 0, 1, (INCIDENT,)),
            Objection("releasedPercent", 10, 20, RELEASED),
        ),
        notices=("take care",),
    )


def alert() -> Change:
    fields = (
        FieldChange("status", "new", "resolved"),
        FieldChange("classification", "unknown", "falsePositive"),
        FieldChange("determination", "notMalicious", "notMalicious", "paired"),
        FieldChange("customDetails", {"a": "1"}, {"a": "1", "b": "2"}),
    )
    applied: Spec = {"status": Exactly("resolved"), "customDetails": Entries({"b": "2"})}
    return update(ALERT, fields)._replace(applied=applied)


def resolved_incident() -> Change:
    return Change(
        ref=INCIDENT,
        action="update",
        reason="differs",
        source=Place("desired/demo/2972395.yaml", 3),
        title=Foreign(HOSTILE),
        severity="high",
        created="2026-11-19T10:00:00Z",
        moved_by=Foreign("kai@contoso.com"),
        moved_at="2026-11-20T10:00:00.1234567Z",
        owner="soc-tier2",
        ticket="SEC-1234",
        name="pentest",
        expires="2026-12-31",
        revision="2026-11-20T10:00:00.1234567Z",
        risks=("closes-high-severity", "unassigns"),
        fields=(
            FieldChange("status", "active", "resolved"),
            FieldChange("assignedTo", "kai@contoso.com", None, "drift"),
            FieldChange("customTags", ["a"], ["a", "b"]),
        ),
        kept=(
            Kept(
                "customTags",
                base={"present": ["c"]},
                declared={"present": ["b", "c"], "absent": ["d"]},
                live=["a"],
                cause="drift",
            ),
        ),
        applied={
            "status": Exactly("resolved"),
            "assignedTo": Exactly(None),
            "customTags": Elements(("b", "c"), ("d",)),
        },
        request=Request(
            "PATCH",
            "/v1.0/security/incidents/2972395",
            {"status": "resolved", "assignedTo": None, "customTags": ["a", "b"]},
        ),
        spills=(Spill("status", "resolved", (ALERT,)),),
    )


def merged() -> Change:
    return Change(
        ref=Ref("Incident", "3001"),
        action="skip",
        reason="redirected",
        source=Place("desired/demo/set.yaml", 7),
        moved_at="2026-11-20T10:00:00Z",
        survivor=Survivor("3002", Foreign("survivor"), "low"),
        problem="it was merged",
    )


def disputed() -> Change:
    return Change(
        ref=Ref("Incident", "3003"),
        action="skip",
        reason="conflict",
        source=Place("desired/demo/3003.yaml"),
        kept=(
            Kept("status", "active", "inProgress", "resolved", "conflict"),
            Kept("assignedTo", None, "kai@contoso.com", HOSTILE, "declared"),
        ),
    )


def left_alone() -> Change:
    return Change(
        ref=Ref("IncidentTask", "213215"),
        action="noop",
        reason="drift-kept",
        source=Place("desired/demo/task3.yaml"),
        kept=(Kept("status", "open", "open", "completed", "drift"),),
        applied={"status": Exactly("open")},
    )


def in_sync() -> Change:
    return Change(
        ref=Ref("IncidentTask", "213213"),
        action="noop",
        reason="in-sync",
        source=Place("desired/demo/task.yaml"),
        applied={"status": Exactly("completed")},
    )


def unread() -> Change:
    return Change(
        ref=Ref("IncidentTask", "213214"),
        action="skip",
        reason="unknown",
        source=Place("desired/demo/task2.yaml"),
        problem="Graph answered 503",
        detail=Foreign("try later"),
    )


def legacy() -> Change:
    fields = (FieldChange("feedback", None, "truePositive"),)
    return update(LEGACY, fields, vendorInformation={"provider": "IPC", "vendor": "M"})


def update(ref: Ref, fields: tuple[FieldChange, ...], **attachments: dict[str, str]) -> Change:
    body = {**{field.name: field.after for field in fields}, **attachments}
    return Change(
        ref=ref,
        action="update",
        reason="differs",
        source=Place(f"desired/demo/{ref.id}.yaml"),
        fields=fields,
        request=Request("PATCH", KINDS[ref.kind].versioned_path(ref.id), body),
    )
