from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from reconciler.errors import BaseFailure
from reconciler.git.absence import FIRST, UNKNOWN
from reconciler.git.remotes import Asked, ask
from reconciler.model.base import Base
from tests.support.git_server import git_server
from tests.support.repositories import (
    REF,
    commit_all,
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

FETCH = f"git fetch origin +{REF}:{REF}"


@pytest.fixture
def clone(root: Path, tmp_path: Path) -> Path:
    git(tmp_path, "clone", "--quiet", os.fspath(root), "clone")
    return tmp_path / "clone"


def test_what_the_remote_never_had_was_never_applied(clone: Path) -> None:
    assert tree(clone).read() == Base(notice=FIRST)


def test_what_the_remote_has_is_to_be_fetched_and_the_command_is_named(
    root: Path, clone: Path
) -> None:
    commit = record(tree(root), {incident(1): status("active")})

    with pytest.raises(BaseFailure) as raised:
        tree(clone).read()

    assert raised.value.message == (
        "what was applied to 'contoso' is on the remote and not in this clone"
    )
    assert raised.value.remedy == f"{FETCH} (or plan without it: --base none)"
    git(clone, *FETCH.split()[1:])
    assert tree(clone).read().commit == commit


def test_a_ref_whose_name_only_ends_alike_is_another_one(root: Path, clone: Path) -> None:
    git(root, "update-ref", f"refs/heads/{REF}", "HEAD")

    assert tree(clone).read() == Base(notice=FIRST)


def test_unknown_is_not_absent(clone: Path, tmp_path: Path) -> None:
    git(clone, "remote", "set-url", "origin", os.fspath(tmp_path / "nowhere"))

    with pytest.raises(BaseFailure, match="nobody knows what was applied") as raised:
        tree(clone).read()

    assert raised.value.message.endswith("origin could not be asked: git ended with exit code 128")
    assert raised.value.remedy == f"{FETCH} (or plan without it: --base none)"
    assert raised.value.detail is not None
    assert "does not appear to be a git repository" in raised.value.detail.raw


def test_an_embedded_tenant_is_planned_though_the_remote_cannot_be_asked(
    clone: Path, tmp_path: Path
) -> None:
    git(clone, "remote", "set-url", "origin", os.fspath(tmp_path / "nowhere"))

    assert tree(clone, is_embedded=True).read() == Base(notice=UNKNOWN)


def test_for_a_store_that_lies_here_no_remote_is_asked(root: Path, clone: Path) -> None:
    record(tree(root, instance="there"), {incident(1): status("active")})

    assert tree(clone, is_embedded=True, instance="here").read() == Base(notice=FIRST)


def test_a_remote_that_does_not_answer_is_unknown(
    clone: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    monkeypatch.setenv("GIT_SSH_COMMAND", f"sh -c 'read line < {pipe}'")
    git(clone, "remote", "set-url", "origin", "ssh://localhost/nowhere")

    asked = ask(clone, REF, timeout_seconds=0.3)

    assert asked.holder is None
    assert asked.unknown is not None
    assert asked.unknown[0] == "origin"
    assert asked.unknown[1].problem == "git did not answer within 0.3 s"


def test_a_shallow_checkout_of_one_commit_knows_whom_to_ask(root: Path, tmp_path: Path) -> None:
    """As pipelines make them: no branch, no history, one remote."""
    record(tree(root), {incident(1): status("active")})
    first = git(root, "rev-parse", REF)
    second = record(tree(root), {incident(2): status("active")})
    commit_all(root)
    bare = tmp_path / "bare"
    bare.mkdir()
    git(bare, "init", "--quiet")
    git(bare, "remote", "add", "origin", f"file://{root}")
    git(bare, "fetch", "--quiet", "--depth=1", "origin", "main")
    git(bare, "checkout", "--quiet", "--detach", "FETCH_HEAD")
    with pytest.raises(BaseFailure, match="is on the remote"):
        tree(bare).read()

    git(bare, "fetch", "--quiet", "--depth=1", "origin", f"+{REF}:{REF}")

    assert tree(bare).read().commit == second
    third = record(tree(bare), {incident(3): status("active")})
    assert {*tree(bare).read().specs} == {incident(1), incident(2), incident(3)}
    git(bare, "push", "--quiet", "origin", REF)
    assert git(root, "rev-parse", REF) == third
    assert git(root, "rev-list", "--count", REF) == "3"
    assert git(root, "merge-base", "--is-ancestor", first, REF) == ""


def add_remotes(root: Path, *names: str) -> None:
    for name in names:
        git(root, "remote", "add", name, os.fspath(root.parent / name))


def test_a_fork_that_never_had_it_does_not_speak_for_the_others(root: Path, tmp_path: Path) -> None:
    """The pipeline pushes to ``upstream``; the branch tracks the fork, which is ``origin``."""
    add_remotes(root, "origin", "upstream")
    git(root, "config", "branch.main.remote", "origin")
    repository(tmp_path / "origin")
    record(tree(repository(tmp_path / "upstream")), {incident(1): status("active")})

    assert ask(root, REF, timeout_seconds=5) == Asked(holder="upstream")


def test_all_remotes_are_asked(root: Path, tmp_path: Path) -> None:
    add_remotes(root, "one", "two")
    repository(tmp_path / "one")

    assert ask(root, REF, timeout_seconds=5).unknown is not None

    record(tree(repository(tmp_path / "two")), {incident(1): status("active")})
    assert ask(root, REF, timeout_seconds=5) == Asked(holder="two")


def test_without_a_remote_nobody_is_asked(root: Path) -> None:
    assert ask(root, REF, timeout_seconds=5) == Asked()


def test_a_remote_that_is_an_address_is_asked_and_not_shown(root: Path, tmp_path: Path) -> None:
    other = repository(tmp_path / "secret:token@host")
    record(tree(other), {incident(1): status("active")})
    git(root, "config", "branch.main.remote", f"file://{other}")

    with pytest.raises(BaseFailure) as raised:
        tree(root).read()

    assert raised.value.remedy is not None
    assert raised.value.remedy.startswith(f"git fetch REMOTE +{REF}:{REF} (or")


def test_a_remote_named_like_an_option_is_none(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    started = tmp_path / "started"
    git(root, "config", "branch.main.remote", f"--upload-pack=touch {started};")
    monkeypatch.setenv("PATH", wrap_git(tmp_path / "bin", ""))

    assert ask(root, REF, timeout_seconds=5).unknown is not None
    assert not started.exists()


def test_a_checkout_that_kept_no_credential_asks_with_the_jobs_token(
    root: Path, clone: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    git(tmp_path, "clone", "--quiet", "--bare", os.fspath(root), "remote.git")
    with git_server(tmp_path) as forge:
        forge.rights["canary-token"] = "read"
        git(clone, "remote", "set-url", "origin", forge.remote("remote.git"))
        with pytest.raises(BaseFailure, match="could not be asked"):
            tree(clone).read()

        monkeypatch.setenv("GITHUB_TOKEN", "canary-token")
        monkeypatch.setenv("GITHUB_SERVER_URL", forge.url)

        assert tree(clone).read() == Base(notice=FIRST)
