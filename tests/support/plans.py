"""One rich plan and one closing report that feed every format; and a plan of any size."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from reconciler.codec.tally import tally
from reconciler.guards import Released, objections
from reconciler.kinds import KINDS
from reconciler.model.live import Cost
from reconciler.model.outcome import ApplyReport, Outcome
from reconciler.model.plan import (
    Change,
    Estimate,
    FieldChange,
    GitState,
    Kept,
    New,
    Plan,
    PlanTenant,
    Reason,
    Request,
    Reviewed,
    Selection,
    Spill,
    Summary,
    Survivor,
)
from reconciler.model.words import Foreign, Place, Ref
from reconciler.settings import COUNTED_GUARDS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

DIGEST: Final = "sha256:1f0c2b7d9e4a5c6b8d7e6f5a4b3c2d1e0f9a8b7c6d5e4f3a2b1c0d9e8f7a6b5c"
TENANT: Final = PlanTenant(
    "contoso",
    "12f988bf-16f1-11af-11ab-1d7cd011db47",
    "global",
    "https://graph.microsoft.com",
)
BASE: Final = "9fceb02d0ae598e95dc970b74767f19372d61af8"
RELEASED: Final = tuple(Ref("Incident", str(2972900 + number)) for number in range(5))
STRICT: Final = dict.fromkeys(COUNTED_GUARDS, 0)
"""Limits of a tenant that allows nothing."""
ALLOWED: Final = {"closures": 3, "tagRemovals": 1}
HOSTILE: Final = (
    "::error::pwned ##[set-env] \x1b[31m@security | <img src=x> [win](http://evil.example)"
    " \u202etxt.exe #12 kai@contoso.com"
)


def rich_plan() -> Plan:
    """Every reason, risk, objection, form of a field's change and remark at least once."""
    changes = (*_updates(), *_skips(), *_left(), *_unread(), *_in_sync())
    return Plan(
        tool_version="0.1.0",
        created_at="2026-11-20T10:15:00Z",
        git=GitState("4b825dc642cb6eb9a060e54bf8d69288fbee4904", dirty=True, base=BASE),
        tenant=TENANT,
        selection=Selection(select=("owner=soc-*",), exclude=("kind=LegacyAlert,path=old/*",)),
        summary=_summary(changes, Estimate(18, 9, 5, 4.2)),
        changes=tuple(sorted(changes, key=lambda change: change.ref)),
        overrides=ALLOWED,
        released=RELEASED,
        objections=objections(changes, STRICT, ALLOWED, released=Released(RELEASED, 40)),
        notices=(
            "The reader writes too: the tenant has no identity of its own for apply.",
            "IncidentTask is a beta API: Microsoft names no permission for it.",
        ),
    )


def golden_plan() -> Plan:
    """The rich plan, twelve incidents of one wave, and what is new against a plan that was reviewed."""
    plan = rich_plan()
    changes = tuple(sorted((*plan.changes, *_wave()), key=lambda change: change.ref))
    return replace(
        plan,
        summary=_summary(changes, Estimate(30, 33, 7, 15.4)),
        changes=changes,
        objections=objections(changes, STRICT, ALLOWED, released=Released(RELEASED, 40)),
        reviewed=Reviewed(
            "sha256:2e0d1c3f8b7a6950413223140506f7e8d9cabbac9d8e7f605142332415060718",
            new=(
                New(Ref("Incident", "2972403"), ("status", "assignedTo")),
                New(Ref("Incident", "2973001"), ("status",)),
            ),
            allowed=("tagRemovals",),
        ),
    )


def quiet_plan() -> Plan:
    """Nothing to do."""
    return Plan(
        tool_version="0.1.0",
        created_at="2026-11-20T10:15:00Z",
        git=GitState(),
        tenant=PlanTenant("demo", None, "emulator", "emulator"),
        selection=Selection(),
        summary=Summary(declared=2, in_sync=2, requests=Estimate(2, 0, 1)),
        changes=_in_sync(),
    )


def large_plan(size: int) -> Plan:
    """``size`` incidents, each with a verdict, an owner, a tag of its own and one in common."""
    changes = tuple(_large(str(1_000_000 + number), number) for number in range(size))
    return Plan(
        tool_version="0.1.0",
        created_at="2026-11-20T10:15:00Z",
        git=GitState(),
        tenant=TENANT,
        selection=Selection(),
        summary=_summary(changes, Estimate(size, 2 * size, size // 20, size / 2)),
        changes=changes,
    )


def closing_report() -> ApplyReport:
    """Every outcome once, the ones that need a person in the middle."""
    return ApplyReport(
        tenant=TENANT,
        digest=DIGEST,
        started_at="2026-11-20T10:20:00Z",
        finished_at="2026-11-20T10:20:07Z",
        outcomes=_outcomes(),
        unknown=1,
        interrupted=True,
        cost=Cost(19, 4),
        journal=".reconciler/journal/contoso/20261120T102000.000Z-4f2a9c1b.jsonl",
        window_seconds=0.214,
        applied="c0ffee254729296a45a3885639ac7e10f9d54979",
        notices=("The reader writes too: the tenant has no identity of its own for apply.",),
    )


def calm_report(*, outcomes: Sequence[Outcome] = (), unknown: int = 0) -> ApplyReport:
    return ApplyReport(
        tenant=TENANT,
        digest=DIGEST,
        started_at="2026-11-20T10:20:00Z",
        finished_at="2026-11-20T10:20:07Z",
        outcomes=tuple(outcomes),
        unknown=unknown,
    )


def update(ref: Ref, *fields: FieldChange, **other: object) -> Change:
    body = {field.name: field.after for field in fields}
    change = Change(
        ref=ref,
        action="update",
        reason="differs",
        source=Place(f"desired/contoso/{ref.id}.yaml", 2),
        request=Request("PATCH", KINDS[ref.kind].versioned_path(ref.id), body),
        fields=fields,
    )
    return change._replace(**other)  # type: ignore[arg-type]  # parts of a change, by name


def _summary(changes: Sequence[Change], requests: Estimate) -> Summary:
    return replace(tally(changes), requests=requests)


def _updates() -> tuple[Change, ...]:
    return (
        _pentest(),
        _hostile(),
        _reopened(),
        _renamed(),
        _enforced(),
        _tagged(),
        *_alerts(),
        _task(),
        _legacy(),
    )


def _pentest() -> Change:
    return update(
        Ref("Incident", "2972395"),
        FieldChange("status", "active", "resolved"),
        FieldChange("classification", "unknown", "informationalExpectedActivity"),
        FieldChange("determination", "unknown", "securityTesting"),
        FieldChange("assignedTo", None, "kai@contoso.com"),
        FieldChange("customTags", ["Demo", "needs-triage"], ["Demo", "pentest-2026", "red team"]),
        title=Foreign(
            "Multi-stage incident involving Initial access & Command and control on multiple "
            "endpoints reported by multiple sources"
        ),
        severity="high",
        created="2026-11-17T10:15:00Z",
        risks=("closes-high-severity", "removes-tags"),
        owner="soc-tier2",
        ticket="SEC-1234",
        name="pentest-acme",
        expires="2026-12-31",
        moved_by=Foreign("API-App:triage-bot"),
        moved_at="2026-11-20T09:58:01Z",
        spills=(
            Spill("status", "resolved", (Ref("Alert", "da637551227677560813_-961444813"),)),
            Spill("assignedTo", "kai@contoso.com"),
        ),
    )


def _hostile() -> Change:
    return update(
        Ref("Incident", "2972400"),
        FieldChange("status", "active", "inProgress"),
        FieldChange("classification", "truePositive", "falsePositive"),
        FieldChange("determination", "other", "other", "paired"),
        FieldChange("assignedTo", "::stop-commands::x", None),
        title=Foreign(HOSTILE),
        severity="medium",
        risks=("reverses-true-positive", "unassigns"),
        owner="soc-tier1",
    )


def _reopened() -> Change:
    return update(
        Ref("Incident", "2972401"),
        FieldChange("status", "resolved", "active"),
        FieldChange("severity", "high", "medium"),
        FieldChange("classification", None, "truePositive"),
        title=Foreign("管理者アカウントへの不審なサインイン（複数の場所から）"),
        severity="high",
        risks=("reopens", "lowers-severity", "recomputes-determination"),
    )


def _renamed() -> Change:
    return update(
        Ref("Incident", "2972402"),
        FieldChange("displayName", "Suspicious sign-in", 'Pentest "ACME": suspicious sign-in'),
        FieldChange(
            "description",
            "",
            "Agreed penetration test by ACME from 2026-11-16 to 2026-11-27.\n"
            "Contact: red-team@acme.example, SEC-1234.\nDo not page.",
        ),
        title=Foreign("Suspicious sign-in"),
        severity="low",
        ticket="SEC-1240",
    )


def _enforced() -> Change:
    """What a person set is written over: one value moved there, one on both sides."""
    return update(
        Ref("Incident", "2972403"),
        FieldChange("status", "resolved", "inProgress", "drift"),
        FieldChange("assignedTo", "lee@contoso.com", "kai@contoso.com", "conflict"),
        FieldChange("customTags", ["done", "x"], ["x", "pentest-2026"], "drift"),
        title=Foreign("Impossible travel"),
        severity="low",
        risks=("reopens", "removes-tags"),
        moved_by=Foreign("lee@contoso.com"),
        moved_at="2026-11-20T09:41:12Z",
    )


def _tagged() -> Change:
    """Of one list, a tag is written and others are left as somebody set them."""
    return update(
        Ref("Incident", "2972404"),
        FieldChange("customTags", ["needs-triage", "x"], ["needs-triage", "x", "red team"]),
        kept=(
            Kept("assignedTo", "kai@contoso.com", "kai@contoso.com", HOSTILE, "drift"),
            Kept(
                "customTags",
                base={"present": ["pentest-2026"], "absent": ["needs-triage"]},
                declared={"present": ["pentest-2026", "red team"], "absent": ["needs-triage"]},
                live=["needs-triage", "x"],
                cause="drift",
            ),
        ),
        severity="low",
        moved_by=Foreign(HOSTILE),
        moved_at="2026-11-20T09:40:00Z",
    )


def _alerts() -> tuple[Change, ...]:
    details = {"Owner": "tier1", "Reviewed": "no", "Old": "x"}
    return (
        update(
            Ref("Alert", "da637551227677560813_-961444813"),
            FieldChange("status", "new", "resolved"),
            FieldChange(
                "customDetails", details, {"Owner": "tier2", "Reviewed": "yes", "Ring": "0"}
            ),
            title=Foreign("Suspicious PowerShell download or encoded command execution"),
            severity="medium",
            risks=("closes",),
        ),
        update(
            Ref("Alert", "ad09e47ccc-b74a"),
            FieldChange("assignedTo", "lee@contoso.com", "kai@contoso.com"),
            severity="informational",
        ),
    )


def _task() -> Change:
    return update(
        Ref("IncidentTask", "213213"),
        FieldChange("status", "open", "completed"),
        title=Foreign("Isolate the device"),
        risks=("closes",),
    )


def _legacy() -> Change:
    return update(
        Ref("LegacyAlert", "b0bbdb17-d9d7-4d3a-b0b3-3a9a4a2c8a55"),
        FieldChange("feedback", "unknown", "benignPositive"),
        FieldChange("tags", [], ["pentest-2026"]),
        title=Foreign("Unfamiliar sign-in properties"),
        severity="low",
    )


def _wave() -> Iterator[Change]:
    """Identical transitions; each with its own severity, age, place and last editor."""
    days = (20, 19, 17, 13, 13, 12, 9, 6, 4, 2, 1, 1)
    for number, day in enumerate(days):
        yield update(
            Ref("Incident", str(2973001 + number)),
            FieldChange("status", "active", "resolved"),
            FieldChange("classification", "unknown", "falsePositive"),
            FieldChange("determination", "unknown", "notMalicious"),
            title=Foreign(HOSTILE if number == 3 else f"Phishing mail to {number + 2} mailboxes"),
            severity=("low", "medium", "informational")[number % 3],
            created=f"2026-11-{day:02}T0{number % 10}:30:00Z",
            source=Place("desired/contoso/phishing-wave.yaml", 7 + number),
            name="phishing-wave",
            owner="soc-tier1",
            ticket="SEC-1300" if number else "SEC-1299",
            risks=("closes",),
            moved_by=Foreign("mia@contoso.com" if number % 4 else "API-App:triage-bot"),
            moved_at=f"2026-11-20T09:{number + 10}:00.1234567Z",
            spills=(Spill("status", "resolved"),),
        )


def _skips() -> tuple[Change, ...]:
    return (
        _skip(
            "2972500",
            "redirected",
            title=Foreign("Malware on one endpoint"),
            severity="low",
            survivor=Survivor("2972501", Foreign("Ransomware on 4 endpoints"), "high"),
            problem="Incident 2972502 (desired/contoso/old.yaml:3) ends there as well",
        ),
        _skip("2972502", "redirected", problem="its chain of merges goes in a circle"),
        _disputed(),
        _skip("2972503", "not-found"),
        _skip("2972504", "expired", expires="2026-11-01", title=Foreign("Old test")),
        _skip("2972505", "disabled"),
        _skip(
            "2972506",
            "contradicts-incident",
            title=Foreign("Password spray"),
            severity="medium",
            problem="it is declared resolved, its alert da1 (desired/contoso/alerts.yaml:9) new",
        ),
    )


def _skip(object_id: str, reason: Reason, **other: object) -> Change:
    source = Place("desired/contoso/old.yaml", int(object_id) % 100 + 1)
    change = Change(Ref("Incident", object_id), "skip", reason, source)
    return change._replace(**other)  # type: ignore[arg-type]  # parts of a change, by name


def _disputed() -> Change:
    return _skip(
        "2972507",
        "conflict",
        title=Foreign("Mail forwarding rule"),
        severity="high",
        moved_by=Foreign("kai@contoso.com"),
        moved_at="2026-11-20T09:12:00Z",
        kept=(
            Kept("status", "active", "inProgress", "resolved", "conflict"),
            Kept("classification", "unknown", "falsePositive", "truePositive", "conflict"),
            Kept("determination", "unknown", "notMalicious", "unknown", "conflict"),
            Kept("assignedTo", None, "kai@contoso.com", "lee@contoso.com", "declared"),
        ),
    )


def _left() -> tuple[Change, ...]:
    details = {"Owner": "tier1", "Ring": "0"}
    return (
        _kept(
            Ref("Incident", "2972800"),
            Kept("status", "resolved", "resolved", "active", "drift"),
            Kept("assignedTo", "kai@contoso.com", "KAI@contoso.com", None, "drift"),
            Kept("customTags", ["a", "b"], ["a", "b"], ["b ", "c d"], "drift"),
            title=Foreign("Unusual volume of file deletion"),
            severity="medium",
            moved_by=Foreign("kai@contoso.com"),
        ),
        _kept(
            Ref("Alert", "da7"),
            Kept("customDetails", details, details, {"Owner": "lee", "Other": "1"}, "drift"),
            title=Foreign(HOSTILE),
        ),
    )


def _kept(ref: Ref, *kept: Kept, **other: object) -> Change:
    source = Place("desired/contoso/left.yaml", 5)
    change = Change(ref, "noop", "drift-kept", source, moved_at="2026-11-20T09:30:00Z", kept=kept)
    return change._replace(**other)  # type: ignore[arg-type]  # parts of a change, by name


def _unread() -> tuple[Change, ...]:
    return (
        _skip(
            "2972600",
            "unknown",
            problem="Graph answered 403 (request-id 1f0c2b7d-0000-4000-8000-000000000001)",
            detail=Foreign("Missing role permissions on the request.\n::error::no"),
        ),
    )


def _in_sync() -> tuple[Change, ...]:
    return tuple(
        Change(
            ref=Ref("Incident", object_id),
            action="noop",
            reason="in-sync",
            source=Place("desired/contoso/ok.yaml", 3),
        )
        for object_id in ("2972700", "2972701")
    )


def _outcomes() -> tuple[Outcome, ...]:
    source, ids = Place("desired/contoso/pentest.yaml", 2), ("1f0c2b7d-aaaa", "1f0c2b7d-bbbb")
    tags = ["pentest-2026"]
    return (
        Outcome(
            Ref("Incident", "2972395"),
            "done",
            source,
            title=Foreign("Multi-stage incident involving Initial access on multiple endpoints"),
            fields=(
                FieldChange("status", "active", "resolved"),
                FieldChange("customTags", [], tags),
            ),
            request_ids=ids[:1],
        ),
        Outcome(
            Ref("Incident", "2972400"),
            "conflict",
            source,
            title=Foreign(HOSTILE),
            problem="it moved since the plan",
            fields=(
                FieldChange("status", "active", "resolved"),
                FieldChange("assignedTo", None, "lee@contoso.com"),
                FieldChange("customTags", ["a"], ["a", "b c"]),
            ),
            request_ids=ids[:1],
        ),
        Outcome(
            Ref("Incident", "2972401"),
            "failed",
            source,
            title=Foreign("Suspicious sign-in"),
            problem="Graph answered 403: the identity lacks SecurityIncident.ReadWrite.All",
            detail=Foreign("Forbidden: \x1b[2Jmissing scopes"),
            request_ids=ids,
        ),
        Outcome(Ref("Incident", "2972402"), "alreadyDone", source, title=Foreign("Known")),
        Outcome(
            Ref("Alert", "da637551227677560813_-961444813"),
            "notKept",
            source,
            fields=(FieldChange("determination", "securityTesting", "other"),),
            request_ids=ids[:1],
        ),
        Outcome(
            Ref("Alert", "ad09e47ccc-b74a"),
            "unsettled",
            source,
            problem="the connection ended before the answer, and so did the read after it",
        ),
        Outcome(Ref("IncidentTask", "213213"), "notTried", source, problem="interrupted"),
    )


def _large(object_id: str, number: int) -> Change:
    return update(
        Ref("Incident", object_id),
        FieldChange("status", "active", "resolved"),
        FieldChange("classification", "unknown", "informationalExpectedActivity"),
        FieldChange("determination", "unknown", "securityTesting"),
        FieldChange("assignedTo", f"user{number}@contoso.com", "kai@contoso.com"),
        FieldChange("customTags", [f"case-{number}"], [f"case-{number}", "pentest-2026"]),
        title=Foreign(f"Multi-stage incident number {number} on multiple endpoints"),
        severity=("low", "medium", "high")[number % 3],
        risks=("closes-high-severity",) if number % 3 == 0 else ("closes",),
        owner="soc-tier2",
        ticket=f"SEC-{number}",
        spills=(Spill("status", "resolved"),),
    )
