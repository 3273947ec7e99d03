from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from reconciler.kinds import KINDS
from reconciler.model.plan import Change, FieldChange, Kept, PlanTenant, Spill, Survivor
from reconciler.model.words import Foreign, Place, Ref
from reconciler.review.outline import entry, outline
from tests.support.plans import TENANT, quiet_plan, rich_plan, update

if TYPE_CHECKING:
    from reconciler.kinds.kind import SpillRule
    from reconciler.review.words import Phrase

REF = Ref("Incident", "1")
STATUS = FieldChange("status", "active", "resolved")


def said(phrase: Phrase) -> str:
    return "".join(piece.raw if isinstance(piece, Foreign) else piece for piece in phrase)


def skipped(**other: object) -> Change:
    change = Change(REF, "skip", "not-found", Place("a.yaml", 2))
    return change._replace(**other)  # type: ignore[arg-type]  # parts of a change, by name


def notes(change: Change) -> list[str]:
    return [said(note) for note in entry(change, TENANT).notes]


def test_updates_come_riskiest_first_then_by_severity_then_by_id() -> None:
    ids = [str(change.ref) for change in outline(rich_plan()).updates]

    assert ids == [
        "Incident 2972395",  # closes-high-severity
        "Incident 2972400",  # reverses-true-positive
        "Alert da637551227677560813_-961444813",  # closes, medium
        "IncidentTask 213213",  # closes, no severity
        "Incident 2972401",  # lowers-severity
        "Incident 2972403",  # reopens
        "Incident 2972402",  # no risk, low
        "Incident 2972404",
        "LegacyAlert b0bbdb17-d9d7-4d3a-b0b3-3a9a4a2c8a55",
        "Alert ad09e47ccc-b74a",  # informational
    ]


def test_of_two_changes_with_the_same_worst_risk_the_one_with_more_comes_first() -> None:
    one = update(REF, STATUS, risks=("closes",), severity="high")
    two = update(Ref("Incident", "2"), STATUS, risks=("unassigns", "closes"), severity="low")
    plan = replace(quiet_plan(), changes=(one, two))

    assert outline(plan).updates == (two, one)


def test_of_two_changes_with_the_same_risks_the_one_that_overwrites_a_person_comes_first() -> None:
    drift = FieldChange("assignedTo", "lee", "kai", "drift")
    left = Kept("customTags", ["a"], ["a"], ["b"], "drift")
    tags = FieldChange("customTags", ["b"], ["b", "c"])
    spared = update(REF, tags, kept=(left,), severity="high")
    overwritten = update(Ref("Incident", "2"), drift, severity="low")

    view = outline(replace(quiet_plan(), changes=(spared, overwritten)))

    assert view.updates == (overwritten, spared)


def test_what_is_left_to_people_is_shown_by_severity_with_its_fields() -> None:
    view = outline(rich_plan())

    assert [str(change.ref) for change in view.left] == ["Incident 2972800", "Alert da7"]
    shown = entry(view.left[0], TENANT)
    assert (shown.verdict, shown.notes) == ("", ())
    assert [step.name for step in shown.steps] == ["status", "assignedTo", "customTags"]


def test_what_is_written_comes_before_what_is_left_of_the_same_object() -> None:
    tagged = next(one for one in outline(rich_plan()).updates if one.ref.id == "2972404")

    names = [step.name for step in entry(tagged, TENANT).steps]

    assert names == ["customTags", "assignedTo", "customTags"]


def test_what_is_in_sync_is_only_counted() -> None:
    view = outline(quiet_plan())

    assert (view.updates, view.left, view.skipped, view.unknown) == ((), (), (), ())
    assert view.counts == "2 declared: 0 to update, 2 in sync"


def test_skips_are_grouped_by_reason_and_unknown_stands_apart() -> None:
    view = outline(rich_plan())

    assert [change.reason for change in view.skipped] == [
        "conflict",
        "contradicts-incident",
        "redirected",
        "redirected",
        "not-found",
        "expired",
        "disabled",
    ]
    assert [change.ref.id for change in view.unknown] == ["2972600"]


def test_risks_are_counted_over_the_updates_riskiest_first() -> None:
    assert outline(rich_plan()).risks[:3] == (
        ("closes-high-severity", 1),
        ("reverses-true-positive", 1),
        ("closes", 2),
    )


def test_the_heading_names_the_tenant_and_remarks_say_what_limits_the_plan() -> None:
    view = outline(rich_plan())

    assert said(view.heading) == f"Plan for tenant contoso (global, tenant {TENANT.tenant_id})"
    assert [said(remark) for remark in view.remarks] == [
        "Documents at commit 4b825dc642cb, with changes that are not committed",
        "Judged against what was applied, at commit 9fceb02d0ae5",
        "Selected: owner=soc-*",
        "Excluded: kind=LegacyAlert,path=old/*",
        "Allowed for this plan: closures=3, tagRemovals=1",
        (
            "5 objects are released: their documents are gone; nothing is changed remotely:"
            " Incident 2972900, Incident 2972901, Incident 2972902 and 2 more"
        ),
    ]
    assert outline(replace(quiet_plan(), released=(REF,))).remarks == (
        (
            "1 object is released: its document is gone; nothing is changed remotely: ",
            Foreign("Incident 1"),
        ),
    )
    assert outline(quiet_plan()).remarks == ()


def test_objections_come_with_every_option_that_the_plan_needs() -> None:
    view = outline(rich_plan())

    assert [one.guard for one in view.objections] == [
        "updates",
        "highSeverityClosures",
        "reopenings",
        "truePositiveReversals",
        "severityReductions",
        "unassignments",
        "tagRemovals",
        "driftOverwrites",
        "releasedPercent",
    ]
    assert view.allow[:3] == ("--allow closures=3", "--allow tagRemovals=2", "--allow updates=10")
    allowed_only = replace(quiet_plan(), overrides={"closures": 3})
    assert (outline(allowed_only).objections, outline(allowed_only).allow) == ((), ())


@pytest.mark.parametrize("rule", [rule for kind in KINDS.values() for rule in kind.spills])
def test_every_spill_over_of_a_kind_has_its_words(rule: SpillRule) -> None:
    assert notes(update(REF, STATUS, spills=(Spill(rule.field, "x"),)))


def test_a_spill_over_names_three_declared_alerts_and_counts_the_rest() -> None:
    alerts = tuple(Ref("Alert", f"da{number}") for number in range(5))

    assert notes(update(REF, STATUS, spills=(Spill("status", "resolved", alerts),))) == [
        (
            "resolving it also resolves its alerts: Alert da0, Alert da1, Alert da2 and 2 more"
            " (declared), others unseen"
        )
    ]
    assert notes(update(REF, STATUS, spills=(Spill("status", "resolved"),))) == [
        "resolving it also resolves its alerts, none of them declared here"
    ]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (skipped(), ["Graph has no such object, or this identity may not see it"]),
        (
            skipped(reason="redirected", survivor=Survivor("2", Foreign("t"), "high")),
            ['it was merged into Incident 2 (high) "t"'],
        ),
        (
            skipped(reason="redirected", survivor=Survivor("2", None, None)),
            ["it was merged into Incident 2"],
        ),
        (
            skipped(reason="redirected", survivor=Survivor("2", None, None), problem="so is 3"),
            ["it was merged into Incident 2", "so is 3"],
        ),
        (skipped(reason="redirected", problem="a circle"), ["a circle"]),
        (
            skipped(reason="expired", expires="2026-11-01"),
            ["it expired on 2026-11-01: released, nothing is reversed"],
        ),
        (
            skipped(reason="unknown", problem="403", detail=Foreign("no")),
            ["403", "the server said: no"],
        ),
    ],
)
def test_a_skip_says_why(change: Change, expected: list[str]) -> None:
    assert notes(change) == expected


def test_the_origin_tells_place_set_owner_ticket_expiry_and_who_moved_it() -> None:
    change = skipped(name="s", owner="o", ticket="t", expires="2026-12-31", moved_by=Foreign("kai"))

    assert [said(part) for part in entry(change, TENANT).origin] == [
        "a.yaml:2",
        "set s",
        "owner o",
        "ticket t",
        "expires 2026-12-31",
        "last changed by kai",
    ]
    moved = change._replace(moved_at="2026-11-20T10:00:00Z")
    assert said(entry(moved, TENANT).origin[-1]) == "last changed by kai at 2026-11-20T10:00:00Z"
    long = change._replace(moved_by=Foreign("k" * 300))
    assert said(entry(long, TENANT).origin[-1]).endswith(f"{'k' * 200}… (100 more characters)")


@pytest.mark.parametrize(
    ("ref", "link"),
    [
        (REF, "https://security.microsoft.com/incident2/1/overview"),
        (Ref("Alert", "da1_-2"), "https://security.microsoft.com/alerts/da1_-2"),
        (Ref("IncidentTask", "1"), None),
    ],
)
def test_a_link_is_built_from_the_id_alone(ref: Ref, link: str | None) -> None:
    assert entry(skipped()._replace(ref=ref), TENANT).link == link


def test_a_tenant_that_is_not_the_public_cloud_has_no_portal_link() -> None:
    emulator = PlanTenant("demo", None, "emulator", "emulator")

    assert entry(skipped(), emulator).link is None
