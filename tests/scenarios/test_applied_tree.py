"""The applied tree as pipelines meet it: which base counts, and what several runs leave in it."""

from __future__ import annotations

import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.support.cli import Shell
from tests.support.soc import REF, Soc, causes, kept, soc

if TYPE_CHECKING:
    from collections.abc import Iterator

PROJECT = Path(__file__).parents[2]
FETCH = f"git fetch origin +{REF}:{REF}"


@pytest.fixture
def world(tmp_path: Path) -> Iterator[Soc]:
    with soc(tmp_path) as found:
        yield found


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


def test_a_first_plan_is_not_applied_where_another_run_was_recorded_meanwhile(
    world: Soc, tmp_path: Path
) -> None:
    """Only ``--base none`` goes on without what is there, and says that nothing is recorded."""
    world.declare("1", "status: inProgress")
    world.commit()
    assert world.run("plan", "--out", "first.json") == 0
    origin = tmp_path / "origin.git"
    world.git("init", "--quiet", "--bare", str(origin))
    world.git("remote", "add", "origin", str(origin))
    world.git("push", "--quiet", "origin", f"HEAD:{REF}")

    assert world.run("apply", "first.json") == 1
    assert FETCH in " ".join(world.shell.err.split())
    assert world.writes() == []

    assert world.run("plan", "--base", "none", "--out", "waived.json") == 0
    assert world.run("apply", "waived.json") == 0
    assert "what was applied is not recorded" in world.shell.out
    assert len(world.writes()) == 1


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


def test_a_late_write_of_one_field_does_not_take_the_others_back(world: Soc) -> None:
    world.declare("1", "displayName: First")
    world.apply()
    world.declare("1", "displayName: First, status: inProgress")
    world.plan()
    (world.root / "plan.json").rename(world.root / "late.json")

    world.declare("1", "displayName: Second")
    world.apply()
    assert world.run("apply", "late.json") == 0
    world.portal("kai", "1", displayName="First")
    world.declare("1", "displayName: Second, status: inProgress")

    assert world.applied()["Incident/1.json"] == {"displayName": "Second", "status": "inProgress"}
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
    command = [
        sys.executable,
        "-m",
        "tests.week.child",
        str(world.root),
        "0",
        "0",
        "apply",
        "plan.json",
    ]
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


def test_an_undo_needs_no_tree_for_it_records_nothing(world: Soc, tmp_path: Path) -> None:
    world.declare("1", "status: inProgress")
    world.commit()
    journal = world.root / world.apply()["journal"]
    origin, clone = tmp_path / "origin.git", tmp_path / "clone"
    world.git("clone", "--quiet", "--bare", str(world.root), str(origin))
    world.git("push", "--quiet", str(origin), f"{REF}:{REF}")
    world.git("clone", "--quiet", "--depth=1", origin.as_uri(), str(clone))
    shell = Shell(clone, world.shell.env, world.time)

    assert shell.run("revert", str(journal), "--out", "back.json") == 0, shell.err
    assert shell.run("apply", "back.json") == 0, shell.out

    assert world.live("1")["status"] == "active"


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
