"""The main job as a user does it: real files, the real command line, real HTTP to the emulator."""

from __future__ import annotations

import json
import shutil
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.support.cli import Shell

CONFIG = """\
apiVersion: reconciler/v1
kind: Config
defaultTenant: demo
tenants:
  demo:
    cloud: emulator
    desired: desired/demo
    kinds: {IncidentTask: true, LegacyAlert: true}
    guards: {maxTruePositiveReversals: 1}
limits: {requestsPerMinute: 100000}
"""


def document(kind: str, object_id: str, spec: str) -> str:
    return f'apiVersion: reconciler/v1\nkind: {kind}\nmetadata:\n  id: "{object_id}"\nspec:\n{spec}'


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    (tmp_path / "reconciler.yaml").write_text(CONFIG)
    folder = tmp_path / "desired" / "demo"
    folder.mkdir(parents=True)
    (folder / "a.yaml").write_text(
        document(
            "Incident",
            "2972395",
            "  status: resolved\n  classification: falsePositive\n"
            "  determination: notMalicious\n  customTags: {present: [pentest]}\n",
        )
    )
    (folder / "b.yaml").write_text(document("IncidentTask", "213213", "  status: completed\n"))
    return Shell(tmp_path, {})


def test_plan_apply_plan_ends_with_nothing_to_do(shell: Shell) -> None:
    assert shell.run("plan", "--detailed-exitcode") == 2
    assert "2972395" in shell.out
    assert shell.run("apply", "--auto-approve", "--format", "json") == 0
    report = json.loads(shell.out)
    assert report["summary"]["done"] == 2
    assert shell.run("plan", "--detailed-exitcode") == 0


def test_a_saved_plan_is_applied_although_the_emulator_has_another_port(shell: Shell) -> None:
    assert shell.run("plan", "--out", "plan.json", "--format", "json") == 0
    plan = json.loads(shell.out)
    assert plan["tenant"]["graphUrl"] == "emulator"
    assert (shell.cwd / "plan.json").read_text() == shell.out
    assert shell.run("show", "plan.json", "--format", "markdown") == 0
    assert shell.run("apply", "plan.json", "--expect-digest", plan["digest"]) == 0
    assert shell.run("apply", "plan.json", "--format", "json") == 0
    assert json.loads(shell.out)["summary"]["alreadyDone"] == 2


def test_a_person_is_asked_and_a_no_writes_nothing(shell: Shell) -> None:
    assert shell.run("apply", answer="no\n") == 1
    assert "nothing was written" in shell.err
    assert shell.run("apply", answer="yes\n") == 0
    assert shell.run("plan", "--detailed-exitcode") == 0


def test_apply_without_terminal_plan_or_approval_is_wrong_usage(shell: Shell) -> None:
    assert shell.run("apply", "--format", "json") == 64
    assert json.loads(shell.out)["exitCode"] == 64


def test_a_changed_plan_file_is_refused_before_anything_is_sent(shell: Shell) -> None:
    shell.run("plan", "--out", "plan.json")
    path = shell.cwd / "plan.json"
    path.write_text(path.read_text().replace("notMalicious", "other"))
    assert shell.run("apply", "plan.json") == 5


def test_an_unexpected_digest_is_refused(shell: Shell) -> None:
    assert shell.run("apply", "--auto-approve", "--expect-digest", "sha256:00") == 5
    assert shell.run("plan", "--detailed-exitcode") == 2


def test_selection_narrows_the_plan_and_no_match_is_an_error(shell: Shell) -> None:
    assert shell.run("plan", "--select", "kind=IncidentTask", "--format", "json") == 0
    plan = json.loads(shell.out)
    assert [change["id"] for change in plan["changes"]] == ["213213"]
    assert plan["selection"] == {"select": ["kind=IncidentTask"], "exclude": []}
    assert shell.run("plan", "--select", "id=nothing") == 3
    assert shell.run("plan", "--select", "colour=red") == 64


def test_an_empty_folder_declares_nothing_and_says_so(shell: Shell) -> None:
    for path in (shell.cwd / "desired" / "demo").iterdir():
        path.unlink()
    assert shell.run("plan") == 0
    assert "declares nothing" in shell.out
    assert shell.run("validate") == 0


def test_invalid_documents_send_nothing(shell: Shell) -> None:
    (shell.cwd / "desired" / "demo" / "c.yaml").write_text(
        document("Incident", "1", "  status: closed\n")
    )
    for command in (("plan",), ("apply", "--auto-approve"), ("validate",)):
        assert shell.run(*command) == 3
        assert "desired/demo/c.yaml:6:11: " in shell.out + shell.err
    assert not (shell.cwd / ".reconciler").exists()
    assert shell.run("plan", "--format", "json") == 3
    (error,) = json.loads(shell.out)["errors"]
    assert (error["path"], error["line"], error["column"]) == ("desired/demo/c.yaml", 6, 11)


def test_a_dead_network_is_unknown_and_never_not_found(shell: Shell) -> None:
    (shell.cwd / "desired/demo/b.yaml").unlink()
    assert shell.run("plan", "--graph-url", "http://127.0.0.1:9", "--format", "json") == 1
    plan = json.loads(shell.out)
    assert {change["reason"] for change in plan["changes"]} == {"unknown"}
    assert plan["summary"]["unknown"] == 1


@dataclass(frozen=True, slots=True)
class LaterClock:
    """The machine's clock, some days ahead."""

    days: int

    def now(self) -> datetime:
        return datetime.now(UTC) + timedelta(days=self.days)

    def monotonic(self) -> float:
        return time.monotonic()


def test_the_demo_tenants_first_plan_is_the_same_on_any_day(tmp_path: Path) -> None:
    for name in ("reconciler.yaml", "desired"):
        source = Path(__file__).parents[2] / name
        (shutil.copytree if source.is_dir() else shutil.copyfile)(source, tmp_path / name)
    decisions = []
    for days in (0, 14, 40, 400):
        shutil.rmtree(tmp_path / ".reconciler", ignore_errors=True)
        shell = Shell(tmp_path, {}, LaterClock(days))
        assert shell.run("plan", "--format", "json") == 0
        plan = json.loads(shell.out)
        decisions.append((plan["digest"], plan["summary"]["update"], plan["changes"]))

    assert decisions[1:] == decisions[:1] * 3
