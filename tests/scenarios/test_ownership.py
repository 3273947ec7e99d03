"""Who owns a field, as a SOC meets it: Git declares, people work in the portal, both are respected."""

from __future__ import annotations

import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.cli import Shell
from tests.support.soc import REF, Soc, soc

if TYPE_CHECKING:
    from collections.abc import Iterator

PROJECT = Path(__file__).parents[2]
FETCH = f"git fetch origin +{REF}:{REF}"


@pytest.fixture
def world(tmp_path: Path) -> Iterator[Soc]:
    with soc(tmp_path) as found:
        yield found


def kept(change: Any) -> dict[str, str]:
    return {one["name"]: one["cause"] for one in change["kept"]}


def causes(change: Any) -> dict[str, str]:
    return {one["name"]: one["cause"] for one in change["fields"]}


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


# --- what was declared and is not any more ------------------------------------------------------


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


# --- which base ---------------------------------------------------------------------------------


def test_a_commit_can_be_the_base(world: Soc) -> None:
    world.declare("1", "status: active, displayName: As Defender calls it")
    commit = world.commit()
    world.portal("kai", "1", displayName="Mine")
    world.declare("1", "status: inProgress, displayName: As Defender calls it")

    plan = world.plan("--base", "HEAD")

    assert plan["git"]["base"] == commit
    (change,) = plan["changes"]
    assert causes(change) == {"status": "declared"}
    assert kept(change) == {"displayName": "drift"}


@pytest.mark.parametrize(
    ("revision", "said"),
    [("nowhere", "this clone has no commit 'nowhere'"), ("HEAD", "are not valid")],
)
def test_a_commit_that_cannot_be_the_base_stops_the_run(
    world: Soc, revision: str, said: str
) -> None:
    world.declare("1", "status: closed")
    world.commit()
    world.declare("1", "status: active")

    assert world.run("plan", "--base", revision) == 1
    assert said in world.shell.err
    assert world.proxy.requests == 0


def test_no_base_on_purpose_is_two_way_and_says_what_that_means(world: Soc) -> None:
    world.declare("1", "status: inProgress")
    world.apply()
    world.portal("kai", "1", status="active")

    plan = world.plan("--base", "none")

    assert plan["git"]["base"] is None
    assert any("--base none" in notice for notice in plan["notices"])
    assert causes(plan["changes"][0]) == {"status": "declared"}


def test_a_base_that_cannot_be_read_stops_the_run_before_any_request(world: Soc) -> None:
    world.declare("1", "status: inProgress")
    world.apply()
    blob = world.git("rev-parse", f"{REF}:Incident/1.json").strip()
    (world.root / ".git/objects" / blob[:2] / blob[2:]).unlink()
    requests = world.proxy.requests

    for command in (("plan",), ("drift",), ("adopt",), ("apply", "--auto-approve")):
        assert world.run(*command) == 1
        assert "--base none" in world.shell.err
    assert world.proxy.requests == requests
    assert world.run("plan", "--base", "none") == 0


def test_a_base_that_holds_what_nobody_understands_stops_the_run(world: Soc) -> None:
    world.declare("1", "status: inProgress")
    blob = subprocess.run(
        ["git", "hash-object", "-w", "--stdin"],
        cwd=world.root, input=b"{}", check=True, capture_output=True,
    ).stdout.decode().strip()  # fmt: skip
    made = subprocess.run(
        ["git", "mktree"],
        cwd=world.root, input=f"100644 blob {blob}\tREADME\n".encode(), check=True, capture_output=True,
    ).stdout.decode().strip()  # fmt: skip
    world.git("update-ref", REF, world.git("commit-tree", made, "-m", "x").strip())

    assert world.run("plan") == 1
    assert "'README', which cannot be read" in world.shell.err
    assert world.proxy.requests == 0


def test_a_clone_without_the_base_is_stopped_and_told_what_to_fetch(
    world: Soc, tmp_path: Path
) -> None:
    world.declare("1", "status: inProgress")
    world.commit()
    world.apply()
    origin = tmp_path / "origin.git"
    world.git("clone", "--quiet", "--bare", str(world.root), str(origin))
    world.git("push", "--quiet", str(origin), f"{REF}:{REF}")
    clone = tmp_path / "clone"
    world.git("clone", "--quiet", "--depth=1", origin.as_uri(), str(clone))
    shell = Shell(clone, world.shell.env, world.time)
    requests = world.proxy.requests

    for command in (("plan",), ("drift",), ("adopt",), ("apply", "--auto-approve")):
        assert shell.run(*command) == 1
        assert FETCH in " ".join(shell.err.split())
    assert world.proxy.requests == requests

    subprocess.run(FETCH.split(), cwd=clone, check=True, capture_output=True)
    assert shell.run("plan", "--detailed-exitcode") == 0
    assert "two-way" not in shell.out


def test_outside_git_every_run_is_two_way_and_says_so(tmp_path: Path) -> None:
    with soc(tmp_path, in_git=False) as world:
        world.declare("1", "status: inProgress")
        for _ in range(2):
            assert any("Outside git" in notice for notice in world.plan()["notices"])
            report = world.apply("plan.json")
            assert report["appliedTree"] == {"commit": None, "problem": None}
            world.portal("kai", "1", status="active")
        assert causes(world.plan()["changes"][0]) == {"status": "declared"}


def test_an_embedded_tenant_that_was_made_anew_has_no_base(world: Soc) -> None:
    (world.root / "reconciler.yaml").write_text(
        "apiVersion: reconciler/v1\nkind: Config\ntenants:\n"
        "  demo: {cloud: emulator, desired: desired}\n"
    )
    world.declare("3001", "status: inProgress")
    world.apply()
    assert world.plan()["git"]["base"] is not None

    store = world.root / ".reconciler/emulator/demo.sqlite3"
    for path in store.parent.iterdir():
        path.unlink()  # as 'reconciler emulator --fresh' does
    plan = world.plan()
    assert plan["git"]["base"] is None
    assert any("made anew" in notice for notice in plan["notices"])
    assert causes(plan["changes"][0]) == {"status": "declared"}
    world.apply("plan.json")
    assert world.plan()["git"]["base"] is not None


# --- several runs -------------------------------------------------------------------------------


def test_a_plan_that_is_applied_late_does_not_take_the_base_back(world: Soc) -> None:
    world.declare("1", "displayName: First")
    world.apply()
    world.declare("2", "status: inProgress")
    world.plan()
    (world.root / "plan.json").rename(world.root / "late.json")

    world.declare("1", "displayName: Second")
    world.apply("--select", "id=1")
    assert world.run("apply", "late.json") == 0
    world.portal("kai", "1", displayName="First")

    assert world.applied()["Incident/1.json"] == {"displayName": "Second"}
    assert kept(world.change("1")) == {"displayName": "drift"}


def test_a_plan_that_is_applied_late_does_not_release_what_was_declared_again(world: Soc) -> None:
    world.declare("1", "displayName: First")
    world.declare("2", "status: inProgress")
    world.apply()
    (world.root / "desired/1.yaml").unlink()
    world.plan()
    (world.root / "plan.json").rename(world.root / "late.json")

    world.declare("1", "displayName: Second")
    world.apply()
    assert world.run("apply", "late.json") == 0

    assert world.applied()["Incident/1.json"] == {"displayName": "Second"}


def test_two_applies_that_race_for_the_ref_both_leave_what_they_applied(
    world: Soc, tmp_path: Path
) -> None:
    for object_id in ("1", "2", "3", "4"):
        world.declare(object_id, "status: inProgress")
    world.commit()
    roots = [tmp_path / name for name in ("one", "two", "three", "four")]
    for root in roots:
        world.git("worktree", "add", "--quiet", "--detach", str(root))

    def apply(number: int) -> int:
        shell = Shell(roots[number - 1], world.shell.env, world.time)
        return shell.run("apply", "--auto-approve", "--select", f"id={number}")

    with ThreadPoolExecutor() as pool:
        assert list(pool.map(apply, (1, 2, 3, 4))) == [0, 0, 0, 0]

    assert set(world.applied()) == {f"Incident/{number}.json" for number in (1, 2, 3, 4)}
    assert world.git("rev-list", "--count", REF).strip() == "4"


def test_a_pipeline_whose_push_comes_second_fetches_and_applies_the_same_plan_again(
    world: Soc, tmp_path: Path
) -> None:
    for object_id in ("1", "2"):
        world.declare(object_id, "status: inProgress")
    world.commit()
    origin = tmp_path / "origin.git"
    world.git("clone", "--quiet", "--bare", str(world.root), str(origin))
    roots = [tmp_path / name for name in ("one", "two")]
    for number, root in enumerate(roots, 1):
        world.git("clone", "--quiet", "--depth=1", origin.as_uri(), str(root))
        shell = Shell(root, world.shell.env, world.time)
        assert shell.run("plan", "--select", f"id={number}", "--out", "plan.json") == 0
        assert shell.run("apply", "plan.json") == 0
    push = ("push", "--quiet", "origin", f"{REF}:{REF}")
    world.git(*push, root=roots[0])
    with pytest.raises(subprocess.CalledProcessError):
        world.git(*push, root=roots[1])

    world.git(*FETCH.split()[1:], root=roots[1])
    assert Shell(roots[1], world.shell.env, world.time).run("apply", "plan.json") == 0
    world.git(*push, root=roots[1])

    listed = world.git("ls-tree", "-r", "--name-only", REF, root=origin).split()
    assert listed == ["Incident/1.json", "Incident/2.json"]


def test_a_killed_apply_that_the_same_plan_continues_leaves_the_right_tree(world: Soc) -> None:
    world.configure(common="")
    config = world.root / "reconciler.yaml"
    config.write_text(config.read_text().replace("100000}", "100000, batchSize: 1}"))
    for object_id in ("1", "2", "3"):
        world.declare(object_id, "status: inProgress")
    world.plan()
    seen = 0
    children: list[subprocess.Popen[bytes]] = []

    def kill_at_the_third_batch(_body: bytes) -> None:
        nonlocal seen
        seen += 1
        if seen == 3:
            children[0].kill()

    world.proxy.step_in = kill_at_the_third_batch
    command = [sys.executable, "-m", "tests.week.child", str(world.root), "0", "apply", "plan.json"]
    children.append(subprocess.Popen(command, cwd=PROJECT))
    assert children[0].wait() == -9
    world.proxy.settle()
    assert world.git("for-each-ref", REF) == ""
    assert world.live("1")["status"] == "inProgress"

    report = world.apply("plan.json")

    assert report["summary"]["alreadyDone"] == 1
    assert report["summary"]["done"] == 2
    assert set(world.applied()) == {f"Incident/{number}.json" for number in (1, 2, 3)}
    world.portal("kai", "1", status="active")
    assert kept(world.change("1")) == {"status": "drift"}


def test_only_what_ended_well_is_recorded(world: Soc) -> None:
    for object_id in ("1", "2"):
        world.declare(object_id, "status: inProgress")
    world.plan()
    world.portal("kai", "2", status="resolved")

    world.apply("plan.json", code=6)

    assert world.applied() == {"Incident/1.json": {"status": "inProgress"}}


def test_what_a_run_wrote_and_revert_undid_is_shown_as_drift_and_not_written_again(
    world: Soc,
) -> None:
    world.declare("1", "status: inProgress")
    report = world.apply()
    assert world.run("revert", report["journal"], "--out", "back.json") == 0
    assert world.run("apply", "back.json") == 0
    assert world.live("1")["status"] == "active"

    change = world.change("1", "--detailed-exitcode")

    assert (change["reason"], kept(change)) == ("drift-kept", {"status": "drift"})
    assert world.applied() == {"Incident/1.json": {"status": "inProgress"}}
    world.declare("1", "status: inProgress", "status: enforce")
    assert causes(world.change("1")) == {"status": "drift"}


def test_a_tree_that_cannot_be_written_is_told_and_the_same_plan_records_it_later(
    world: Soc,
) -> None:
    world.declare("1", "status: inProgress")
    world.plan()
    in_the_way = f"{REF}/x"  # git keeps refs as files do: no name is a folder as well
    world.git("update-ref", in_the_way, world.commit())

    report = world.apply("plan.json", code=1)
    assert report["summary"]["done"] == 1
    assert report["appliedTree"]["commit"] is None
    assert f"{REF} cannot be moved" in report["appliedTree"]["problem"]

    world.git("update-ref", "-d", in_the_way)
    world.apply("plan.json")
    assert world.applied() == {"Incident/1.json": {"status": "inProgress"}}


def test_neither_the_work_tree_nor_the_index_is_touched(world: Soc) -> None:
    world.declare("1", "status: inProgress")
    world.commit()
    index = (world.root / ".git/index").read_bytes()

    world.apply()

    assert world.git("status", "--porcelain") == ""
    assert (world.root / ".git/index").read_bytes() == index
    assert world.git("branch", "--list").split() == ["*", "main"]
    assert json.loads(world.git("show", f"{REF}:Incident/1.json"))["id"] == "1"
