from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

import pytest

from reconciler.git.state import provenance
from reconciler.model.plan import GitState
from reconciler.store.folder import read_folder

if TYPE_CHECKING:
    from pathlib import Path


def git(root: Path, *arguments: str) -> str:
    identity = ("-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false")
    command = ("git", "-C", os.fspath(root), *identity, *arguments)
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def read_state(root: Path, folder: str) -> GitState:
    """As a plan reads the documents."""
    found = provenance(root, folder)
    for _ in found.watch(read_folder(root / folder, folder, within=root)):
        pass
    return found.state()


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    root = tmp_path / "repository"
    (root / "desired").mkdir(parents=True)
    (root / "desired" / "a.yaml").write_text("x")
    git(root, "init", "--quiet")
    git(root, "add", ".")
    git(root, "commit", "--quiet", "-m", "first")
    return root


def test_a_clean_folder_is_named_by_its_commit(repository: Path) -> None:
    head = git(repository, "rev-parse", "HEAD")

    assert read_state(repository, "desired") == GitState(head, dirty=False)


def test_a_changed_or_a_new_document_makes_the_folder_dirty(repository: Path) -> None:
    (repository / "desired" / "b").mkdir()
    (repository / "desired" / "b" / "new.yaml").write_text("x")
    assert read_state(repository, "desired").dirty

    git(repository, "add", ".")
    assert read_state(repository, "desired").dirty

    git(repository, "commit", "--quiet", "-m", "second")
    assert not read_state(repository, "desired").dirty


def test_changes_elsewhere_do_not_count(repository: Path) -> None:
    (repository / "README.md").write_text("x")

    assert not read_state(repository, "desired").dirty


def test_a_folder_is_a_name_and_never_a_pattern_or_an_option(repository: Path) -> None:
    (repository / "--porcelain").mkdir()
    (repository / "des*").mkdir()
    (repository / "desired" / "a.yaml").write_text("changed")

    assert not read_state(repository, "des*").dirty
    assert not read_state(repository, "--porcelain").dirty


def test_the_commit_is_of_the_folders_own_repository_also_inside_a_hook(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = tmp_path / "other"
    other.mkdir()
    git(other, "init", "--quiet")
    expected = read_state(repository, "desired")
    monkeypatch.setenv("GIT_DIR", os.fspath(other / ".git"))
    monkeypatch.setenv("GIT_WORK_TREE", os.fspath(other))
    monkeypatch.setenv("GIT_INDEX_FILE", os.fspath(other / "none"))

    assert read_state(repository, "desired") == expected


def test_a_programme_that_the_repository_names_is_not_started(repository: Path) -> None:
    monitor = repository / ".git" / "monitor"
    monitor.write_text("#!/bin/sh\ntouch .git/started\n")
    monitor.chmod(0o755)
    git(repository, "config", "core.fsmonitor", os.fspath(monitor))

    read_state(repository, "desired")

    assert not (repository / ".git" / "started").exists()


def test_without_a_repository_or_a_commit_nothing_is_known(tmp_path: Path) -> None:
    assert read_state(tmp_path, ".") == GitState()
    git(tmp_path, "init", "--quiet")
    assert read_state(tmp_path, ".") == GitState()


def test_without_git_nothing_is_known(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", os.fspath(repository))

    assert read_state(repository, "desired") == GitState()


def test_a_git_that_answers_something_else_is_not_believed(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake = repository / "git"
    fake.write_text("#!/bin/sh\necho '::set-output name=x::y'\n")
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", os.fspath(repository))

    assert read_state(repository, "desired") == GitState()


def test_a_commit_that_cannot_be_listed_counts_as_dirty(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    head = git(repository, "rev-parse", "HEAD")
    fake = repository / "git"
    fake.write_text(
        '#!/bin/sh\ncase "$*" in *ls-tree*) exit 1;; *--git-dir*) echo .git;; '
        f"*) echo {head};; esac\n"
    )
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", os.fspath(repository))

    assert read_state(repository, "desired") == GitState(head, dirty=True)


@pytest.mark.parametrize("flag", ["--skip-worktree", "--assume-unchanged"])
def test_a_flag_of_the_index_hides_no_change(repository: Path, flag: str) -> None:
    git(repository, "update-index", flag, "desired/a.yaml")
    (repository / "desired" / "a.yaml").write_text("changed")

    assert read_state(repository, "desired").dirty


def test_a_document_that_is_ignored_makes_the_folder_dirty(repository: Path) -> None:
    (repository / ".gitignore").write_text("*\n")
    (repository / "desired" / "b.yaml").write_text("x")

    assert read_state(repository, "desired").dirty


def test_a_document_that_a_sparse_checkout_leaves_out_makes_the_folder_dirty(
    repository: Path,
) -> None:
    (repository / "desired" / "b").mkdir()
    (repository / "desired" / "b" / "b.yaml").write_text("x")
    git(repository, "add", ".")
    git(repository, "commit", "--quiet", "-m", "second")
    git(repository, "sparse-checkout", "set", "--no-cone", "/*", "!/desired/b/")

    assert not (repository / "desired" / "b").exists()
    assert read_state(repository, "desired").dirty


def test_what_is_read_behind_a_link_is_not_the_commits(repository: Path) -> None:
    (repository / "way").symlink_to("desired")
    (repository / "sub").symlink_to("desired/a.yaml")
    git(repository, "add", ".")
    git(repository, "commit", "--quiet", "-m", "second")

    assert read_state(repository, "way").dirty


def test_a_link_to_a_document_of_the_folder_is_the_commits(repository: Path) -> None:
    (repository / "desired" / "b.yaml").symlink_to("a.yaml")
    git(repository, "add", ".")
    git(repository, "commit", "--quiet", "-m", "second")
    assert not read_state(repository, "desired").dirty

    (repository / "desired" / "a.yaml").write_text("changed")
    assert read_state(repository, "desired").dirty


def test_line_ends_that_git_changes_at_a_checkout_are_no_change_and_a_filter_is_one(
    repository: Path,
) -> None:
    path = repository / "desired" / "a.yaml"
    path.write_bytes(b"a: 1\nb: 2\n")
    git(repository, "add", ".")
    git(repository, "commit", "--quiet", "-m", "second")
    for content, is_dirty in (
        (b"a: 1\r\nb: 2\r\n", False),
        (b"a: 1\r\r\nb: 2\r\n", True),
        (b"a: 1\rb: 2\r\n", True),
        (b"a: 1\nb: 3\n", True),
    ):
        path.write_bytes(content)
        assert read_state(repository, "desired").dirty is is_dirty

    path.write_bytes(b"a: 1\r\nb: 2\r\n")
    git(repository, "-c", "core.autocrlf=false", "commit", "--quiet", "-am", "third")
    path.write_bytes(b"a: 1\nb: 2\n")
    assert read_state(repository, "desired").dirty


def test_a_repository_of_other_hashes_is_read_alike(tmp_path: Path) -> None:
    (tmp_path / "desired").mkdir()
    (tmp_path / "desired" / "a.yaml").write_text("x")
    git(tmp_path, "init", "--quiet", "--object-format=sha256")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "--quiet", "-m", "first")

    assert read_state(tmp_path, "desired") == GitState(git(tmp_path, "rev-parse", "HEAD"))
