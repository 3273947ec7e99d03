"""What git would read without end, or follow out of the repository, is told and git is not started."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from reconciler.errors import BaseFailure
from reconciler.git.running import is_outside, run
from tests.support.repositories import git, repository, wrap_git

if TYPE_CHECKING:
    from pathlib import Path

READ = (
    *("HEAD", "config", "packed-refs", "index", "shallow", "commondir", "refs/heads/main"),
    *("info/attributes", "objects/info/alternates", "refs/reconciler/applied/demo"),
)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return repository(tmp_path / "checkout")


@pytest.fixture
def started(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file that is there once git was started."""
    log = tmp_path / "started"
    monkeypatch.setenv("PATH", wrap_git(tmp_path / "bin", f"touch {log}"))
    return log


@pytest.mark.parametrize("odd", ["pipe", "device", "huge"])
@pytest.mark.parametrize("name", READ)
def test_a_file_that_git_would_never_end_to_read_is_told(
    root: Path, started: Path, name: str, odd: str
) -> None:
    path = root / ".git" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    if odd == "pipe":
        os.mkfifo(path)
    elif odd == "device":
        path.symlink_to("/dev/zero")
    else:
        path.touch()
        os.truncate(path, 1 << 40)

    answer = run(root, "for-each-ref")

    assert answer.problem is not None
    assert name in answer.problem
    with pytest.raises(BaseFailure, match="cannot be read"):
        is_outside(root)
    assert not started.exists()


@pytest.mark.parametrize("name", ["refs/reconciler", "refs/reconciler/applied"])
@pytest.mark.parametrize("target", ["/", "/proc", "..", "gone"])
def test_no_link_among_our_refs_is_followed(
    root: Path, started: Path, name: str, target: str
) -> None:
    path = root / ".git" / name
    path.parent.mkdir(exist_ok=True)
    path.symlink_to(target)

    answer = run(root, "for-each-ref", "refs/reconciler/")

    assert answer.problem == f"'{path}' is a link"
    assert not started.exists()


def test_a_work_tree_of_its_own_and_links_to_files_are_as_git_makes_them(
    root: Path, tmp_path: Path
) -> None:
    config = root / ".git" / "config"
    config.rename(root / ".git" / "shared")
    config.symlink_to("shared")
    other = tmp_path / "other"
    git(root, "worktree", "add", "--quiet", os.fspath(other))
    (root / ".git" / "refs" / "reconciler").mkdir()

    for place in (root, other):
        assert is_outside(place) is False
        assert run(place, "rev-parse", "HEAD").problem is None

    (root / ".git" / "refs" / "reconciler" / "applied").symlink_to("/")
    assert "is a link" in str(run(other, "rev-parse", "HEAD").problem)


def test_a_file_that_names_the_repository_is_small(tmp_path: Path) -> None:
    inner = tmp_path / "inner"
    inner.mkdir()
    (inner / ".git").touch()
    os.truncate(inner / ".git", 1 << 40)

    assert "is larger than" in str(run(inner, "rev-parse", "HEAD").problem)


def test_a_tree_that_holds_itself_over_and_over_is_not_listed_to_its_end(root: Path) -> None:
    blob = git(root, "hash-object", "-w", "--stdin", given=b"x")
    tree = git(root, "mktree", given=f"100644 blob {blob}\tx.yaml\n".encode())
    for _ in range(60):
        both = "".join(f"040000 tree {tree}\t{name}\n" for name in "ab")
        tree = git(root, "mktree", given=both.encode())

    answer = run(root, "ls-tree", "-r", tree)

    assert answer.problem == "git answered with more than 256 MiB"
    assert answer.out == b""
