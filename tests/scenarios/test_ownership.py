"""Who owns a field, as a SOC meets it: Git declares, people work in the portal, both are respected."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.soc import REF, Soc, causes, kept, soc

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def world(tmp_path: Path) -> Iterator[Soc]:
    with soc(tmp_path) as found:
        yield found


def test_a_first_run_says_that_it_is_two_way_and_creates_the_ref(world: Soc) -> None:
    world.declare("1", "status: inProgress")

    plan = world.plan()
    report = world.apply("plan.json")

    assert plan["git"]["base"] is None
    assert any("First run" in notice and "two-way" in notice for notice in plan["notices"])
    assert report["appliedTree"]["commit"] == world.git("rev-parse", REF).strip()
    assert world.applied() == {"Incident/1.json": {"status": "inProgress"}}
    assert report["digest"] in world.git("show", "--no-patch", "--format=%B", REF)
    again = world.plan()
    assert again["git"]["base"] == report["appliedTree"]["commit"]
    assert not any("two-way" in notice for notice in again["notices"])


def test_what_is_in_sync_is_recorded_too_so_that_a_later_edit_is_drift_and_stays(
    world: Soc,
) -> None:
    world.declare("1", "status: active")
    assert world.plan()["summary"]["inSync"] == 1
    world.apply("plan.json")

    world.portal("kai", "1", status="inProgress")
    change = world.change("1")
    world.apply()

    assert (change["action"], change["reason"], kept(change)) == (
        "noop",
        "drift-kept",
        {"status": "drift"},
    )
    assert change["movedBy"]["who"] == "API-App:kai"
    assert world.live("1")["status"] == "inProgress"
    assert world.writes() == []


def test_a_declared_change_and_the_tag_that_an_analyst_added_both_survive(world: Soc) -> None:
    world.declare("1", "customTags: {present: [pentest]}")
    world.apply()

    world.portal("kai", "1", customTags=["old", "pentest", "seen"])
    world.declare("1", "customTags: {present: [pentest, wave-2], absent: [old]}")
    world.apply()

    assert world.live("1")["customTags"] == ["pentest", "seen", "wave-2"]
    assert world.change("1")["reason"] == "in-sync"


def test_a_list_that_moved_since_the_plan_is_a_conflict_and_the_tag_is_not_lost(
    world: Soc,
) -> None:
    world.declare("1", "customTags: {present: [pentest]}")
    world.plan()

    world.portal("kai", "1", customTags=["old", "seen"])
    report = world.apply("plan.json", code=6)

    assert report["summary"]["conflict"] == 1
    assert world.live("1")["customTags"] == ["old", "seen"]


def test_a_conflict_is_skipped_and_reported_with_who_moved_it(world: Soc) -> None:
    world.declare("1", "status: inProgress")
    world.apply()

    world.portal("lee", "1", status="resolved")
    world.declare("1", "status: active")
    change = world.change("1", "--detailed-exitcode")

    assert (change["action"], change["reason"]) == ("skip", "conflict")
    assert change["kept"] == [
        {
            "name": "status",
            "base": "inProgress",
            "declared": "active",
            "live": "resolved",
            "cause": "conflict",
        }
    ]
    assert change["movedBy"]["who"] == "API-App:lee"
    assert world.run("plan") == 0
    assert "API-App:lee" in world.shell.out
    world.apply()
    assert world.live("1")["status"] == "resolved"


def test_what_is_enforced_is_objected_to_until_it_is_allowed_and_written_as_drift(
    world: Soc,
) -> None:
    world.declare("1", "status: inProgress", "status: enforce")
    world.apply()
    world.portal("kai", "1", status="active")

    plan = world.plan()
    assert [one["override"] for one in plan["objections"]] == ["--allow driftOverwrites=1"]
    assert causes(plan["changes"][0]) == {"status": "drift"}
    assert world.run("apply", "plan.json") == 4
    assert world.live("1")["status"] == "active"

    world.plan("--allow", "driftOverwrites=1")
    world.apply("plan.json")
    assert world.live("1")["status"] == "inProgress"


def test_an_enforced_conflict_is_shown_with_what_is_written_over(world: Soc) -> None:
    world.declare("1", "status: inProgress", "'*': enforce")
    world.apply()
    world.portal("kai", "1", status="resolved")
    world.declare("1", "status: active", "'*': enforce")

    change = world.change("1", "--allow", "driftOverwrites=1", "--allow", "reopenings=1")

    assert change["fields"] == [
        {"name": "status", "before": "resolved", "after": "active", "cause": "conflict"}
    ]
    world.apply("plan.json")
    assert world.live("1")["status"] == "active"


def test_once_writes_a_first_declaration_and_then_leaves_it_to_people(world: Soc) -> None:
    world.declare("2", "status: active")
    world.apply()
    once = "assignedTo: once"
    world.declare("1", "assignedTo: kai@contoso.com", once)
    world.apply()
    assert world.live("1")["assignedTo"] == "kai@contoso.com"

    world.declare("1", "assignedTo: lee@contoso.com", once)
    assert kept(world.change("1")) == {"assignedTo": "declared"}
    world.portal("ana", "1", assignedTo="ana@contoso.com")
    world.apply()

    assert world.live("1")["assignedTo"] == "ana@contoso.com"
    assert kept(world.change("1")) == {"assignedTo": "conflict"}


def test_once_without_a_base_is_written_only_where_nothing_is_set_and_never_later(
    world: Soc,
) -> None:
    world.portal("ana", "1", assignedTo="ana@contoso.com")
    for object_id in ("1", "2"):
        world.declare(object_id, "assignedTo: kai@contoso.com", "assignedTo: once")

    for _ in range(3):
        world.apply()

    assert world.live("1")["assignedTo"] == "ana@contoso.com"
    assert world.live("2")["assignedTo"] == "kai@contoso.com"
    assert kept(world.change("1")) == {"assignedTo": "drift"}


COMMON = "management: {{default: {}, fields: {{{}}}}}\n"


@pytest.mark.parametrize(
    ("document", "tenant", "common", "is_written"),
    [
        ("", "", "", False),
        ("", "", COMMON.format("enforce", ""), True),
        ("", "", COMMON.format("enforce", "status: yield"), False),
        ("", "default: enforce", COMMON.format("yield", "status: yield"), True),
        ("", "default: yield, fields: {status: enforce}", "", True),
        ("", "default: enforce, fields: {status: yield}", "", False),
        ("'*': yield", "default: enforce, fields: {status: enforce}", "", False),
        ("'*': enforce", "default: yield, fields: {status: yield}", "", True),
        ("'*': enforce, status: yield", "default: enforce", "", False),
        ("'*': yield, status: enforce", "", COMMON.format("yield", ""), True),
    ],
)
def test_the_nearest_word_on_a_field_decides(
    world: Soc, document: str, tenant: str, common: str, *, is_written: bool
) -> None:
    own = f"    management: {{{tenant}}}\n" if tenant else ""
    world.configure(tenant=own, common=common)
    world.declare("1", "status: inProgress", document)
    world.apply()
    world.portal("kai", "1", status="active")

    change = world.change("1", "--allow", "driftOverwrites=1")

    assert bool(change["fields"]) is is_written
    assert bool(change["kept"]) is not is_written


def test_a_verdict_is_kept_and_written_as_one(world: Soc) -> None:
    verdict = "classification: falsePositive, determination: notMalicious"
    world.declare("1", verdict)
    world.apply()

    world.portal("kai", "1", determination="other")
    world.declare("1", "classification: truePositive, determination: malware")
    change = world.change("1")
    assert change["reason"] == "conflict"
    assert kept(change) == {"classification": "conflict", "determination": "conflict"}

    world.declare("1", verdict, "classification: enforce, determination: enforce")
    change = world.change("1", "--allow", "driftOverwrites=1")
    assert causes(change) == {"classification": "paired", "determination": "drift"}
    world.apply("plan.json")
    assert world.live("1")["determination"] == "notMalicious"


def test_a_key_of_an_alert_that_a_person_changed_stays_beside_one_that_is_declared(
    world: Soc,
) -> None:
    alert = "apiVersion: reconciler/v1\nkind: Alert\nmetadata: {{id: da2}}\nspec: {{customDetails: {{{}}}}}\n"
    world.write("a.yaml", alert.format('Owner: "kai"'))
    world.apply()
    world.portal("lee", "da2", "Alert", customDetails={"Ring": "2", "Owner": "lee"})
    world.write("a.yaml", alert.format('Owner: "kai", Wave: "7"'))
    world.apply()

    assert world.live("da2", "Alert")["customDetails"] == {"Ring": "2", "Owner": "lee", "Wave": "7"}
    assert kept(world.change("da2")) == {"customDetails": "drift"}


def test_a_removed_document_releases_its_object_and_changes_nothing_remotely(world: Soc) -> None:
    for object_id in ("1", "2", "3"):
        world.declare(object_id, "status: inProgress")
    world.apply()
    (world.root / "desired/3.yaml").unlink()

    plan = world.plan()
    world.apply("plan.json")

    assert plan["objections"] == []
    assert world.applied().keys() == {"Incident/1.json", "Incident/2.json"}
    assert world.live("3")["status"] == "inProgress"
    assert len(world.writes()) == 3


def test_a_guard_objects_when_most_declarations_are_gone(world: Soc) -> None:
    for object_id in ("1", "2", "3"):
        world.declare(object_id, "status: inProgress")
    world.apply()
    for object_id in ("2", "3"):
        (world.root / f"desired/{object_id}.yaml").unlink()

    (objection,) = world.plan()["objections"]

    assert (objection["guard"], objection["limit"], objection["count"]) == (
        "releasedPercent",
        50,
        67,
    )
    assert [one["id"] for one in objection["objects"]] == ["2", "3"]
    assert world.run("apply", "plan.json") == 4
    assert len(world.applied()) == 3
    world.plan(*objection["override"].split())
    world.apply("plan.json")
    assert world.applied().keys() == {"Incident/1.json"}


def test_a_selection_releases_nothing(world: Soc) -> None:
    for object_id in ("1", "2"):
        world.declare(object_id, "status: inProgress")
    world.apply()
    (world.root / "desired/2.yaml").unlink()

    world.apply("--select", "id=1")

    assert world.applied().keys() == {"Incident/1.json", "Incident/2.json"}
