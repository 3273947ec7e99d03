"""applied fetch and push as people and pipelines type them."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from tests.support.cli import Shell
from tests.support.repositories import git, repository

if TYPE_CHECKING:
    from pathlib import Path

CONFIG = """\
apiVersion: reconciler/v1
kind: Config
tenants:
  one: {cloud: emulator, desired: desired/one}
  two: {cloud: emulator, desired: desired/two}
"""
DOCUMENT = """\
apiVersion: reconciler/v1
kind: Incident
metadata: {id: "3279"}
spec: {customTags: {present: [reviewed]}}
"""
REF = "refs/reconciler/applied"


@pytest.fixture
def shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shell:
    """In a clone of a forge's repository, with one tenant applied and one never."""
    monkeypatch.delenv("GITHUB_TOKEN", raising=False)
    root = repository(tmp_path / "start")
    git(tmp_path, "clone", "--quiet", "--bare", os.fspath(root), "forge.git")
    git(tmp_path, "clone", "--quiet", os.fspath(tmp_path / "forge.git"), "desk")
    desk = tmp_path / "desk"
    (desk / "reconciler.yaml").write_text(CONFIG)
    for name in ("one", "two"):
        (desk / "desired" / name).mkdir()
    (desk / "desired/one/3279.yaml").write_text(DOCUMENT)
    found = Shell(desk)
    assert found.run("apply", "--tenant", "one", "--auto-approve") == 0, found.err
    return found


def test_several_tenants_go_side_by_side_each_with_a_sentence(shell: Shell, tmp_path: Path) -> None:
    at = git(shell.cwd, "rev-parse", f"{REF}/one")

    assert shell.run("applied", "push", "--all-tenants") == 0

    assert f"== one ==\n{REF}/one at {at[:12]}, pushed to origin\n" in shell.out
    assert "== two ==\nNothing to push: nothing was applied to two here\n" in shell.out
    assert git(tmp_path / "forge.git", "rev-parse", f"{REF}/one") == at

    git(shell.cwd, "update-ref", "-d", f"{REF}/one")
    assert shell.run("applied", "fetch", "--tenant", "one") == 0
    assert shell.out == f"{REF}/one at {at[:12]}, fetched from origin\n"


def test_a_first_run_is_no_error_and_a_remote_that_is_away_is(shell: Shell) -> None:
    assert shell.run("applied", "fetch", "--tenant", "two") == 0
    assert shell.out == f"Nothing was applied to two yet: origin has no {REF}/two\n"

    git(shell.cwd, "remote", "set-url", "origin", "/nowhere")
    assert shell.run("applied", "fetch", "--tenant", "two") == 1
    assert f"origin could not be asked for {REF}/two" in " ".join(shell.err.split())


def test_another_remote_is_named_and_one_that_is_not_there_is_an_error(
    shell: Shell, tmp_path: Path
) -> None:
    git(shell.cwd, "remote", "rename", "origin", "upstream")

    assert shell.run("applied", "push", "--tenant", "one") == 1
    assert "no remote named 'origin'; there is: upstream" in shell.err
    assert shell.run("applied", "push", "--tenant", "one", "--remote", "upstream") == 0
    assert git(tmp_path / "forge.git", "for-each-ref", f"{REF}/one")


def test_a_server_that_may_not_have_the_token_is_wrong_usage(shell: Shell) -> None:
    shell.env |= {"GITHUB_TOKEN": "canary", "GITHUB_SERVER_URL": "http://forge.example"}

    assert shell.run("applied", "fetch", "--tenant", "one") == 64
    assert "canary" not in shell.out + shell.err


def test_a_direction_has_to_be_said(shell: Shell) -> None:
    assert shell.run("applied") == 64
    assert shell.run("applied", "pull") == 64
