"""A checkout brings files. None of them, and no key or attribute in them, makes a command start a program."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

import pytest

from tests.support.git_server import git_server
from tests.support.repositories import commit_all, git, repository, wrap_git
from tests.support.soc import Soc, soc

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

TOKENS = ("RECONCILER_TOKEN", "GITHUB_TOKEN", "ACTIONS_ID_TOKEN_REQUEST_TOKEN")
SETTINGS = {
    "core.fsmonitor": "{}",
    "core.hooksPath": "{hooks}",
    "core.pager": "{}",
    "core.editor": "{}",
    "core.askPass": "{}",
    "core.gitProxy": "{}",
    "core.alternateRefsCommand": "{}",
    "core.attributesFile": "{attributes}",
    "pager.ls-tree": "{}",
    "pager.cat-file": "{}",
    "alias.ls-tree": "!{}",
    "alias.cat-file": "!{}",
    "diff.external": "{}",
    "diff.evil.textconv": "{}",
    "diff.evil.command": "{}",
    "filter.evil.clean": "{}",
    "filter.evil.smudge": "{}",
    "filter.evil.process": "{}",
    "filter.evil.required": "true",
    "merge.evil.driver": "{}",
    "gpg.program": "{}",
    "gpg.ssh.defaultKeyCommand": "{}",
    "commit.gpgSign": "true",
    "push.gpgSign": "if-asked",
    "push.negotiate": "true",
    "push.recurseSubmodules": "on-demand",
    "trailer.graph.command": "{}",
    "trailer.graph.cmd": "{}",
    "uploadpack.packObjectsHook": "{}",
    "protocol.allow": "always",
    "protocol.ext.allow": "always",
    "submodule.evil.update": "!{}",
    "submodule.recurse": "true",
    "gc.auto": "1",
    "maintenance.auto": "true",
    "remote.origin.uploadpack": "{}",
    "remote.origin.receivepack": "{}",
    "remote.helper.url": "ext::{}",
    "remote.other.vcs": "ext",
    "remote.other.url": "{}",
    "remote.rewritten.url": "plain://x",
    "url.ext::{} .insteadOf": "plain://",
    "remote.brought.url": "./evil.git",
    "remote.promisor.url": "ext::{}",
    "remote.promisor.promisor": "true",
    "extensions.partialClone": "promisor",
}
HOOKS = (
    *("pre-push", "reference-transaction", "post-commit", "pre-auto-gc", "fsmonitor-watchman"),
    *("pre-receive", "update", "post-receive", "post-update", "proc-receive", "push-to-checkout"),
)


class Evil:
    """A program that leaves a line where it is started, and a folder of files that name it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.log = folder / "started"
        self.program = folder / "program"
        self.hooks = folder / "hooks"
        self.hooks.mkdir(parents=True)
        self.program.write_text(f'#!/bin/sh\necho "$0 $@" >> {self.log}\ncat\n')
        self.program.chmod(0o755)
        for hook in HOOKS:
            (self.hooks / hook).symlink_to(self.program)
        (folder / "attributes").write_text("* filter=evil diff=evil merge=evil\n")

    def configure(self, config: Path) -> None:
        words = {"hooks": self.hooks, "attributes": self.folder / "attributes"}
        for pair in SETTINGS.items():
            said = [text.format(self.program, **words) for text in pair]
            git(config.parent, "config", "--file", os.fspath(config), *said)

    @property
    def started(self) -> str:
        return self.log.read_text() if self.log.exists() else ""


@pytest.fixture
def evil(tmp_path: Path) -> Evil:
    return Evil(tmp_path / "evil")


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Soc]:
    for token in TOKENS:
        monkeypatch.setenv(token, f"canary-{token}")
    with soc(tmp_path, in_git=False) as found:
        (found.root / ".gitattributes").write_text("* filter=evil diff=evil\n")
        found.declare("1", "status: inProgress")
        yield found


def run_everything(world: Soc) -> None:
    """Whatever the codes are: what matters is what was started meanwhile."""
    world.run("validate")
    world.run("plan", "--out", "plan.json")
    world.run("plan", "--base", "HEAD")
    world.run("plan", "--base", "none", "--out", "waived.json")
    world.run("apply", "plan.json")
    world.run("apply", "waived.json")
    world.run("apply", "--auto-approve")
    world.portal("kai", "1", status="active")
    world.run("drift")
    world.run("adopt", "1")
    world.run("prune", "--older-than", "1")
    journal = next((world.root / ".reconciler/journal").rglob("*.jsonl"), None)
    world.run("revert", str(journal), "--out", "undo.json")
    world.run("comment", "plan.json", "--pr", "1")
    world.run("doctor")
    for remote in ("origin", "helper", "other", "rewritten", "brought", "promisor"):
        world.run("applied", "push", "--remote", remote)
        world.run("applied", "fetch", "--remote", remote)


def as_a_bare_repository(root: Path, source: Path, evil: Evil) -> None:
    """Files that anybody can commit: beside the configuration they look like git's own."""
    for name in ("HEAD", "config", "objects", "refs", "index"):
        if (source / ".git" / name).is_dir():
            shutil.copytree(source / ".git" / name, root / name)
        else:
            shutil.copy(source / ".git" / name, root / name)
    evil.configure(root / "config")
    git(root, "config", "--file", "config", "core.bare", "false")
    git(root, "config", "--file", "config", "core.worktree", os.fspath(root))


@pytest.mark.parametrize("is_archive", [False, True])
def test_committed_files_that_look_like_a_repository_are_none(
    world: Soc, evil: Evil, tmp_path: Path, is_archive: bool
) -> None:
    source = repository(tmp_path / "source")
    git(source, "remote", "add", "origin", os.fspath(tmp_path / "source"))
    as_a_bare_repository(world.root, source, evil)
    if not is_archive:
        git(tmp_path, "init", "--quiet")

    run_everything(world)

    assert evil.started == ""
    assert world.live("1")["status"] == "active"


def test_a_repository_that_an_archive_brought_starts_nothing(
    world: Soc, evil: Evil, tmp_path: Path
) -> None:
    git(world.root, "init", "--quiet", "--initial-branch=main")
    commit_all(world.root)
    other = repository(tmp_path / "other")
    git(world.root, "clone", "--quiet", "--bare", os.fspath(other), "evil.git")
    for hook in HOOKS:
        for hooks in (world.root / "evil.git/hooks", world.root / ".git/hooks"):
            hooks.mkdir(exist_ok=True)
            (hooks / hook).unlink(missing_ok=True)
            (hooks / hook).symlink_to(evil.program)
    git(world.root, "remote", "add", "origin", os.fspath(other))
    (world.root / ".git/objects/info/alternates").write_text(f"{other}/.git/objects\n")
    evil.configure(world.root / ".git/config")

    run_everything(world)
    blob = git(world.root, "-c", "core.pager=cat", "rev-parse", "HEAD:desired/1.yaml")
    (world.root / ".git/objects" / blob[:2] / blob[2:]).unlink()
    evil.log.unlink(missing_ok=True)  # of the line above: git by hand starts what it is told
    run_everything(world)

    assert evil.started == ""


def test_a_file_named_git_that_leads_into_the_checkout_starts_nothing(
    world: Soc, evil: Evil, tmp_path: Path
) -> None:
    git(world.root, "init", "--quiet", "--initial-branch=main")
    commit_all(world.root)
    (world.root / ".git").rename(world.root / "inside")
    (world.root / ".git").write_text("gitdir: ./inside\n")
    git(world.root, "remote", "add", "origin", os.fspath(repository(tmp_path / "other")))
    evil.configure(world.root / "inside/config")

    run_everything(world)

    assert evil.started == ""


def test_no_token_of_ours_is_in_the_environment_of_git(
    world: Soc, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    git(world.root, "init", "--quiet", "--initial-branch=main")
    commit_all(world.root)
    git(world.root, "remote", "add", "origin", os.fspath(repository(tmp_path / "other")))
    seen = tmp_path / "seen"
    monkeypatch.setenv("PATH", wrap_git(tmp_path / "bin", f"env >> {seen}"))
    monkeypatch.setenv("SOME_SECRET", "canary-unknown")

    run_everything(world)

    assert "GIT_DIR=" in seen.read_text()
    assert "canary" not in seen.read_text()


def test_a_persons_own_way_to_a_remote_is_used_and_is_not_given_the_token(
    world: Soc, tmp_path: Path
) -> None:
    """ssh command and credential helper: for a remote, and for nothing else."""
    git(world.root, "init", "--quiet", "--initial-branch=main")
    commit_all(world.root)
    for name in ("ssh", "helper"):
        (tmp_path / name).write_text(f"#!/bin/sh\nenv > {tmp_path}/{name}.env\nexit 1\n")
        (tmp_path / name).chmod(0o755)
    git(world.root, "config", "core.sshCommand", os.fspath(tmp_path / "ssh"))
    git(world.root, "config", "credential.helper", os.fspath(tmp_path / "helper"))
    world.shell.env["GITHUB_TOKEN"] = "canary-job"
    git(world.root, "remote", "add", "origin", "ssh://forge.invalid/x")

    assert world.run("applied", "fetch") == 1
    with git_server(tmp_path) as forge:
        git(world.root, "remote", "set-url", "origin", forge.remote("x"))
        assert world.run("applied", "fetch") == 1
        assert forge.asked == [("read", None)]

    for name in ("ssh", "helper"):
        assert "canary" not in (tmp_path / f"{name}.env").read_text()
