from __future__ import annotations

import os
import subprocess
import sys
from datetime import timedelta, timezone
from pathlib import Path

import pytest

from reconciler.errors import BaseFailure
from reconciler.git.applied import ATTEMPTS, AppliedTree
from reconciler.model.words import Ref
from tests.support.full_disk import room_for
from tests.support.repositories import (
    AT,
    REF,
    git,
    incident,
    plant,
    record,
    status,
    tree,
    wrap_git,
)

ONE, TWO, THREE = incident(1), incident(2), incident(3)


def test_an_entry_is_one_line_of_canonical_json(root: Path) -> None:
    record(tree(root), {ONE: status("resolved")})

    assert git(root, "ls-tree", "-r", "--name-only", REF) == "Incident/1.json"
    assert git(root, "cat-file", "blob", f"{REF}:Incident/1.json") == (
        '{"formatVersion":"1.0","id":"1","kind":"Incident","spec":{"status":"resolved"}}'
    )


def test_the_commit_names_tenant_plan_and_run(root: Path) -> None:
    applied = tree(root, instance="i-1")
    applied.replace(
        {ONE: status("active"), TWO: status("active")}, [], digest="sha256:1f", run="4f", at=AT
    )
    record(applied, {THREE: status("active")}, [ONE])

    first, second = (git(root, "log", "-1", "--format=%B%cI", f"{REF}{one}") for one in ("~", ""))

    assert first == (
        "Applied to contoso: 2 objects\n\n"
        "Plan: sha256:1f\nRun: 4f\nEmbedded-Tenant: i-1\nHolds: contoso=1\n2026-11-21T12:00:00+00:00"
    )
    assert second.startswith("Applied to contoso: 1 object, 1 released\n")
    assert git(root, "log", "-1", "--format=%(trailers:key=Run,valueonly)", REF) == "4f2a"


def test_the_time_is_an_instant_in_whatever_zone_it_is_given(root: Path) -> None:
    at = AT.astimezone(timezone(timedelta(hours=5)))
    tree(root).replace({ONE: status("active")}, [], digest="sha256:0", run="4f", at=at)

    assert git(root, "log", "-1", "--format=%aI", REF) == "2026-11-21T12:00:00+00:00"


def test_what_is_given_is_replaced_what_is_released_goes_and_the_rest_stays(root: Path) -> None:
    record(tree(root), {ONE: status("active"), TWO: status("active"), THREE: status("active")})

    record(tree(root), {TWO: status("resolved")}, [THREE, incident(9)])

    assert tree(root).read().specs == {ONE: status("active"), TWO: status("resolved")}
    assert git(root, "rev-list", "--count", REF) == "2"


def test_a_folder_below_the_top_replaces_and_releases_like_the_top(root: Path) -> None:
    record(tree(root), {ONE: status("active"), TWO: status("active")})

    commit = record(tree(root / "desired"), {ONE: status("active")}, [TWO])

    assert tree(root).read().specs == {ONE: status("active")}
    assert record(tree(root / "desired"), {ONE: status("active")}) == commit


def test_what_is_given_is_not_released(root: Path) -> None:
    record(tree(root), {ONE: status("active")}, [ONE])

    assert tree(root).read().specs == {ONE: status("active")}


def test_the_same_again_is_the_same_commit(root: Path) -> None:
    commit = record(tree(root), {ONE: status("active"), TWO: status("active")})

    assert record(tree(root), {ONE: status("active")}, [THREE], run="other") == commit
    assert record(tree(root), {}) == commit


def test_ids_that_differ_in_case_alone_are_two_objects(root: Path) -> None:
    git(root, "config", "core.ignoreCase", "true")
    specs = {Ref("Alert", "da1"): status("new"), Ref("Alert", "DA1"): status("resolved")}

    record(tree(root), {Ref("Alert", "da1"): status("new")})
    record(tree(root), {Ref("Alert", "DA1"): status("resolved")})

    assert tree(root).read().specs == specs


def test_outside_git_nothing_is_kept(tmp_path: Path) -> None:
    assert record(tree(tmp_path), {ONE: status("active")}) is None
    assert [*tmp_path.iterdir()] == []


def test_where_nothing_was_ever_applied_nothing_is_made(root: Path) -> None:
    assert record(tree(root), {}, [ONE]) is None
    assert git(root, "for-each-ref", "refs/reconciler") == ""


def test_an_embedded_tenant_that_was_made_anew_starts_empty_behind_its_history(root: Path) -> None:
    first = record(tree(root, instance="one"), {ONE: status("active"), TWO: status("active")})
    assert record(tree(root, instance="two"), {}, [ONE]) is None

    second = record(tree(root, instance="two"), {TWO: status("active")})

    assert tree(root, instance="two").read().specs == {TWO: status("active")}
    assert git(root, "rev-parse", f"{second}~") == first


def test_the_index_the_work_tree_and_all_other_refs_stay_as_they_are(
    root: Path, tmp_path: Path
) -> None:
    git(root, "worktree", "add", "--quiet", os.fspath(tmp_path / "linked"))
    (root / "desired" / "staged.yaml").write_text("x")
    git(root, "add", ".")
    (root / "desired" / "a.yaml").write_text("changed")
    (root / "desired" / "new.yaml").write_text("x")
    linked_index = Path(git(tmp_path / "linked", "rev-parse", "--git-path", "index"))
    before = seen(root), linked_index.read_bytes()

    record(tree(tmp_path / "linked"), {ONE: status("active")})
    record(tree(root), {TWO: status("active")})

    assert (seen(root), linked_index.read_bytes()) == before


def seen(root: Path) -> tuple[bytes, str, str]:
    refs = git(root, "for-each-ref").splitlines()
    others = "\n".join(line for line in refs if not line.endswith(REF))
    index = (root / ".git" / "index").read_bytes()
    return index, git(root, "--no-optional-locks", "status", "--porcelain"), others


def test_nothing_that_the_repository_names_is_started(root: Path, tmp_path: Path) -> None:
    started = tmp_path / "started"
    program = tmp_path / "program"
    program.write_text(f"#!/bin/sh\ntouch {started}\n")
    program.chmod(0o755)
    for hook in ("reference-transaction", "post-commit", "pre-auto-gc"):
        (root / ".git" / "hooks").mkdir(exist_ok=True)
        (root / ".git" / "hooks" / hook).symlink_to(program)
    for key in ("gpg.program", "core.fsmonitor", "core.pager", "core.editor", "diff.external"):
        git(root, "config", key, os.fspath(program))
    git(root, "config", "commit.gpgSign", "true")
    git(root, "config", "gc.auto", "1")

    record(tree(root), {ONE: status("active")})
    tree(root).read()

    assert not started.exists()


def test_whoever_is_configured_commits(root: Path) -> None:
    git(root, "config", "user.name", "Kai Ö")
    git(root, "config", "user.email", "kai@contoso.com")

    record(tree(root), {ONE: status("active")})

    assert git(root, "log", "-1", "--format=%an <%ae> %cn", REF) == "Kai Ö <kai@contoso.com> Kai Ö"


def test_where_nobody_is_configured_the_tool_commits_in_its_own_name(root: Path) -> None:
    record(tree(root), {ONE: status("active")})

    assert git(root, "log", "-1", "--format=%cn <%ce>", REF) == "reconciler <reconciler@localhost>"


def test_what_is_written_is_sound_and_nothing_else_is_left(root: Path) -> None:
    record(tree(root), {incident(number): status("active") for number in range(300)})
    record(tree(root), {ONE: status("resolved")}, [TWO])

    assert git(root, "fsck", "--strict", "--unreachable") == ""
    assert git(root, "for-each-ref", "--format=%(refname)", "refs/reconciler") == REF
    assert [*(root / ".git").glob("fast_import_crash*")] == []


def test_a_run_that_was_faster_is_kept_object_by_object(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = record(tree(root), {ONE: status("active"), TWO: status("active")})
    other = record(tree(root), {ONE: status("inProgress"), THREE: status("inProgress")}, [TWO])
    git(root, "update-ref", REF, str(before))
    once = f"test $VERB = update-ref && mkdir {tmp_path}/once && $REAL -C {root} update-ref {REF} {other}"
    monkeypatch.setenv("PATH", wrap_git(tmp_path / "bin", once))

    mine = record(tree(root), {ONE: status("resolved")})

    assert tree(root).read().specs == {ONE: status("resolved"), THREE: status("inProgress")}
    assert git(root, "rev-parse", f"{mine}~") == other


def test_a_run_that_was_faster_to_be_the_first_is_kept_too(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = record(tree(root), {TWO: status("active")})
    git(root, "update-ref", "-d", REF)
    once = f"test $VERB = update-ref && mkdir {tmp_path}/once && $REAL -C {root} update-ref {REF} {other}"
    monkeypatch.setenv("PATH", wrap_git(tmp_path / "bin", once))

    record(tree(root), {ONE: status("active")})

    assert {*tree(root).read().specs} == {ONE, TWO}


def test_a_ref_that_never_stands_still_is_a_failure(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    git(root, "config", "user.name", "a")
    git(root, "config", "user.email", "a@example.org")
    record(tree(root), {TWO: status("active")})
    move = f"$REAL -C {root} commit-tree -p {REF} -m x {REF}^{{tree}}"
    script = f"test $VERB = update-ref && $REAL -C {root} update-ref {REF} $({move})"
    monkeypatch.setenv("PATH", wrap_git(tmp_path / "bin", script))

    with pytest.raises(BaseFailure, match=f"moved {ATTEMPTS} times"):
        record(tree(root), {ONE: status("active")})


@pytest.mark.parametrize(
    "script",
    [
        "test $VERB = update-ref && kill -9 $$",
        "test $VERB = fast-import && kill -9 $$",
        'test $VERB = fast-import && { head -c 250 | $REAL "$@"; exit; }',
        'test $VERB = fast-import && { $REAL "$@"; kill -9 $$; }',
    ],
)
def test_wherever_git_is_ended_the_old_tree_is_whole(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str
) -> None:
    before = record(tree(root), {ONE: status("active")})
    with monkeypatch.context() as path:
        path.setenv("PATH", wrap_git(tmp_path / "bin", script))
        with pytest.raises(BaseFailure) as raised:
            record(tree(root), {ONE: status("resolved"), TWO: status("resolved")})

    assert raised.value.remedy is not None
    assert "the same plan again records what is done" in raised.value.remedy
    assert tree(root).read().commit == before
    assert git(root, "for-each-ref", "--format=%(refname)", "refs/reconciler") == REF
    record(tree(root), {ONE: status("resolved")})
    assert tree(root).read().specs == {ONE: status("resolved")}


def test_a_full_disk_is_a_failure_and_the_old_tree_is_whole(root: Path) -> None:
    before = record(tree(root), {ONE: status("active")})

    with (
        room_for(1000),
        pytest.raises(BaseFailure, match="git cannot write what was applied: git ended with"),
    ):
        record(tree(root), {incident(number): status("resolved") for number in range(1000)})

    assert tree(root).read().commit == before


def test_a_stale_lock_is_a_failure_that_says_so(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = record(tree(root), {ONE: status("active")})
    (root / ".git" / f"{REF}.lock").touch()
    shorter = 'set -- "${@/LockTimeout=10000/LockTimeout=50}"'
    monkeypatch.setenv("PATH", wrap_git(tmp_path / "bin", shorter))

    with pytest.raises(BaseFailure, match=f"{REF} cannot be moved") as raised:
        record(tree(root), {ONE: status("resolved")})

    assert raised.value.detail is not None
    assert ".lock': File exists" in raised.value.detail.raw
    assert tree(root).read().commit == before


def test_a_ref_that_cannot_be_made_is_a_failure(root: Path) -> None:
    git(root, "update-ref", f"{REF}/in-the-way", "HEAD")

    with pytest.raises(BaseFailure, match=f"{REF} cannot be moved"):
        record(tree(root), {ONE: status("active")})


def test_a_ref_that_leads_to_no_commit_is_not_replaced(root: Path) -> None:
    git(root, "update-ref", REF, "HEAD:desired/a.yaml")

    with pytest.raises(BaseFailure, match="points to a blob"):
        record(tree(root), {ONE: status("active")})


def test_what_something_else_put_there_is_left_where_it_is(root: Path) -> None:
    plant(root, {"README.md": b"x"})

    record(tree(root), {ONE: status("active")})

    assert git(root, "ls-tree", "-r", "--name-only", REF).split() == [
        "Incident/1.json",
        "README.md",
    ]


RACER = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from reconciler.git.applied import AppliedTree
from reconciler.model.desired import Exactly
from reconciler.model.words import Ref

root, number = Path(sys.argv[1]), int(sys.argv[2])
sys.stdin.readline()
for turn in range(4):
    own = {Ref("Incident", str(number * 100 + turn)): {"summary": Exactly(f"{number}")}}
    shared = {Ref("Incident", "1"): {"summary": Exactly(f"{number} {turn}")}}
    gone = [Ref("Incident", str(number * 100 + 50 + turn))]
    at = datetime(2026, 11, 21, tzinfo=UTC)
    assert AppliedTree(root, "contoso").replace(
        own | shared, gone, digest="sha256:0", run=f"{number}", at=at
    )
"""


def test_runs_that_race_lose_nothing_of_each_other(root: Path) -> None:
    racers = range(1, 5)
    doomed = {incident(n * 100 + 50 + turn): status("active") for n in racers for turn in range(4)}
    record(AppliedTree(root, "contoso"), {**doomed, incident(7): status("active")})
    running = [
        subprocess.Popen(
            [sys.executable, "-c", RACER, os.fspath(root), str(number)], stdin=subprocess.PIPE
        )
        for number in racers
    ]
    for process in running:
        assert process.stdin is not None
        process.stdin.write(b"go\n")
        process.stdin.flush()
    for process in running:
        process.communicate()

    assert [process.returncode for process in running] == [0, 0, 0, 0]
    own = {incident(number * 100 + turn) for number in racers for turn in range(4)}
    assert {*tree(root).read().specs} == {incident(1), incident(7), *own}
    assert git(root, "rev-list", "--count", "--first-parent", REF) == "17"
