"""A plan that was reviewed, and what came after it: named by plan, refused by apply."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.cli import Shell

if TYPE_CHECKING:
    from pathlib import Path

CONFIG = """\
apiVersion: reconciler/v1
kind: Config
tenants:
  demo: {cloud: emulator, desired: desired}
  other: {cloud: emulator, desired: other}
defaultTenant: demo
"""
LAB = """\
apiVersion: reconciler/v1
kind: IncidentSet
metadata: {name: lab}
members: ["3134"]
spec: {status: inProgress}
"""
DEAD = ("--graph-url", "http://127.0.0.1:9")
"""Where nobody answers: a command that sends a request there exits 1."""


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    (tmp_path / "reconciler.yaml").write_text(CONFIG)
    for name in ("desired", "other"):
        (tmp_path / name).mkdir()
    (tmp_path / "desired/lab.yaml").write_text(LAB)
    shell = Shell(tmp_path)
    assert shell.run("plan", "--out", "reviewed.json") == 0
    return shell


def declare(shell: Shell, text: str) -> None:
    (shell.cwd / "desired/lab.yaml").write_text(text)


def planned(shell: Shell, *words: str) -> Any:
    words = ("plan", "--approved", "reviewed.json", "--format", "json", *words)
    assert shell.run(*words) == 0
    return json.loads(shell.out)


def test_the_same_decision_is_covered_and_applied(shell: Shell) -> None:
    document = planned(shell, "--out", "plan.json")

    reviewed = json.loads((shell.cwd / "reviewed.json").read_bytes())
    assert document["reviewed"] == {"digest": reviewed["digest"], "new": [], "allowed": []}
    assert document["digest"] == reviewed["digest"]
    assert shell.run("apply", "plan.json", "--approved", "reviewed.json") == 0
    assert "1 update: 1 done" in shell.out


def test_what_is_declared_since_is_named_and_nothing_is_written(shell: Shell) -> None:
    more = LAB.replace('["3134"]', '["3134", "3268"]')
    declare(shell, more.replace("inProgress", "inProgress, assignedTo: kai@contoso.com"))
    document = planned(shell, "--out", "plan.json")

    assert document["reviewed"]["new"] == [
        {"kind": "Incident", "id": "3134", "fields": ["assignedTo"]},
        {"kind": "Incident", "id": "3268", "fields": ["status", "assignedTo"]},
    ]
    assert shell.run("apply", "plan.json", "--approved", "reviewed.json", *DEAD) == 5
    assert "2 outside the approved plan sha256:" in " ".join(shell.err.split())
    assert "Incident 3134 (assignedTo); Incident 3268 (status, assignedTo)" in shell.err
    assert planned(shell)["summary"]["update"] == 2


def test_apply_that_plans_itself_is_held_to_the_reviewed_plan_too(shell: Shell) -> None:
    declare(shell, LAB.replace("inProgress", "resolved"))

    assert shell.run("apply", "--auto-approve", "--approved", "reviewed.json") == 5
    assert "Incident 3134 (status)" in shell.err
    declare(shell, LAB)
    assert shell.run("apply", "--auto-approve", "--approved", "reviewed.json") == 0


def test_a_guard_that_is_lifted_since_is_outside_the_reviewed_plan(shell: Shell) -> None:
    document = planned(shell, "--allow", "closures=40", "--out", "plan.json")

    assert document["reviewed"]["allowed"] == ["closures"]
    assert shell.run("apply", "plan.json", "--approved", "reviewed.json", *DEAD) == 5
    assert "--allow closures" in shell.err


def test_the_plan_of_another_tenant_approves_nothing(shell: Shell) -> None:
    (shell.cwd / "other/lab.yaml").write_text(LAB)
    assert shell.run("plan", "--tenant", "other", "--out", "plan.json") == 0

    assert shell.run("apply", "plan.json", "--approved", "reviewed.json", *DEAD) == 5
    assert "the approved plan is for tenant demo" in shell.err


@pytest.mark.parametrize(("content", "code"), [(b"", 5), (b"{}", 5), (None, 1)])
def test_what_is_no_plan_approves_nothing(shell: Shell, content: bytes | None, code: int) -> None:
    if content is not None:
        (shell.cwd / "odd.json").write_bytes(content)

    assert shell.run("plan", "--approved", "odd.json") == code
    assert shell.run("apply", "reviewed.json", "--approved", "odd.json", *DEAD) == code
    assert shell.err.startswith("error: the plan ")


def test_a_reviewed_plan_is_of_one_tenant(shell: Shell) -> None:
    assert shell.run("plan", "--all-tenants", "--approved", "reviewed.json") == 64
    assert "--approved is one plan's" in shell.err
