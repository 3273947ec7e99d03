"""What doctor asks: could an apply read and move the ref? Whatever the answer, nothing changes."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from reconciler.errors import BaseFailure
from tests.support.repositories import (
    REF,
    git,
    incident,
    record,
    repository,
    status,
    tree,
    wrap_git,
)

if TYPE_CHECKING:
    from pathlib import Path

    from reconciler.git.applied import AppliedTree

FIRST = f"{REF} can be made: the first apply does"


def check(applied: AppliedTree) -> str | None:
    """And not a file of the repository is another one than before."""
    before = files(applied.root)
    try:
        return applied.check()
    finally:
        assert files(applied.root) == before


def files(root: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in root.rglob("*") if path.is_file()}


def test_a_tree_that_can_be_read_and_moved_is_named_with_what_it_holds(root: Path) -> None:
    record(tree(root), {incident(1): status("active")})
    commit = record(tree(root), {incident(2): status("active")})

    assert commit is not None
    assert check(tree(root)) == f"{REF} can be moved; at {commit[:12]}, 2 objects"


def test_before_the_first_apply_the_ref_can_be_made_and_is_not(root: Path) -> None:
    assert check(tree(root)) == FIRST
    assert git(root, "for-each-ref", "refs/reconciler") == ""


def test_an_unborn_branch_is_enough(tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet")

    assert check(tree(tmp_path)) == FIRST


def test_outside_git_there_is_nothing_to_check_and_git_is_not_needed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", os.fspath(tmp_path))

    assert check(tree(tmp_path)) is None


def test_the_tree_of_an_embedded_tenant_that_is_no_more_can_be_moved(root: Path) -> None:
    record(tree(root, instance="one"), {incident(1): status("active")})

    assert check(tree(root, instance="two")) == (
        f"{REF} can be moved; it is of an embedded tenant that is no more"
    )


@pytest.mark.parametrize("content", ["garbage\n", ""])
def test_a_broken_ref_is_a_failure(root: Path, content: str) -> None:
    path = root / ".git" / REF
    path.parent.mkdir(parents=True)
    path.write_text(content)

    with pytest.raises(BaseFailure, match=f"{REF} is broken"):
        check(tree(root))


def test_a_tree_that_cannot_be_read_is_a_failure_although_it_could_be_moved(root: Path) -> None:
    git(root, "update-ref", REF, "HEAD")

    with pytest.raises(BaseFailure, match=f"{REF} holds 'desired', which cannot be read"):
        check(tree(root))


def test_what_only_the_remote_has_is_a_failure(root: Path, tmp_path: Path) -> None:
    record(tree(root), {incident(1): status("active")})
    git(tmp_path, "clone", "--quiet", os.fspath(root), "clone")

    with pytest.raises(BaseFailure, match="is on the remote and not in this clone"):
        check(tree(tmp_path / "clone"))


def test_without_git_a_repository_is_a_failure(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", os.fspath(root))

    with pytest.raises(BaseFailure, match="git cannot be started"):
        check(tree(root))


@pytest.mark.parametrize("is_first", [True, False])
def test_a_ref_that_is_locked_is_a_failure_that_says_what_to_remove(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_first: bool
) -> None:
    if not is_first:
        record(tree(root), {incident(1): status("active")})
    (root / ".git" / REF).parent.mkdir(parents=True, exist_ok=True)
    (root / ".git" / f"{REF}.lock").touch()
    shorter = 'set -- "${@/LockTimeout=10000/LockTimeout=50}"'
    monkeypatch.setenv("PATH", wrap_git(tmp_path / "bin", shorter))

    with pytest.raises(BaseFailure, match=f"{REF} cannot be moved") as raised:
        check(tree(root))

    assert raised.value.remedy == (
        "make the repository writable, make room, and remove a stale .lock if no git is running"
    )
    assert raised.value.detail is not None
    assert ".lock': File exists" in raised.value.detail.raw


def test_a_ref_that_cannot_be_made_is_a_failure(root: Path) -> None:
    (root / ".git" / "refs" / "reconciler").write_text("in the way")

    with pytest.raises(BaseFailure, match=f"{REF} cannot be moved"):
        check(tree(root))


def test_whoever_moves_it_meanwhile_has_shown_that_it_can_be_moved(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = record(tree(root), {incident(1): status("active")})
    second = record(tree(root), {incident(2): status("active")})
    git(root, "update-ref", REF, str(first))
    script = f"test $VERB = update-ref && $REAL -C {root} update-ref {REF} {second}"
    monkeypatch.setenv("PATH", wrap_git(tmp_path / "bin", script))

    assert tree(root).check() == f"{REF} can be moved; at {str(first)[:12]}, 1 object"
    assert git(root, "rev-parse", REF) == second


def test_packed_refs_and_longer_hashes_are_like_others(tmp_path: Path) -> None:
    root = repository(tmp_path / "long", "--object-format=sha256")
    assert check(tree(root)) == FIRST
    commit = record(tree(root), {incident(1): status("active")})
    git(root, "pack-refs", "--all")

    assert check(tree(root)) == f"{REF} can be moved; at {str(commit)[:12]}, 1 object"


def test_a_linked_work_tree_speaks_for_its_repository(root: Path, tmp_path: Path) -> None:
    git(root, "worktree", "add", "--quiet", os.fspath(tmp_path / "linked"))
    assert check(tree(tmp_path / "linked")) == FIRST
    commit = record(tree(root), {incident(1): status("active")})

    assert tree(tmp_path / "linked" / "desired").check() == (
        f"{REF} can be moved; at {str(commit)[:12]}, 1 object"
    )


def test_hooks_of_the_repository_are_not_run(root: Path) -> None:
    hook = root / ".git" / "hooks" / "reference-transaction"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\nexit 1\n")
    hook.chmod(0o755)

    assert check(tree(root)) == FIRST
