"""The workflows on the demo tenant, as they stand: each job on a machine of its own, steps in order.

Only what GitHub brings is played here: checkout, artifacts, outputs, the environment of a step.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest
import yaml

if TYPE_CHECKING:
    from collections.abc import Mapping

PROJECT: Final = Path(__file__).parent.parent.parent
COMMANDS: Final = Path(sys.executable).parent
"""Where the step 'Install' would have put ``reconciler``; that step needs a package index."""


@dataclass(slots=True)
class Job:
    """One job after its run."""

    machine: Path
    outputs: dict[str, str] = field(default_factory=dict)
    failed: str | None = None
    """Name of the first step that failed."""
    log: str = ""

    @property
    def summary(self) -> str:
        return (self.machine / "summary").read_text(encoding="utf-8")


class Runner:
    """``artifacts``: what the jobs of one run hand to each other."""

    def __init__(self, workflow: str, folder: Path) -> None:
        text = (PROJECT / ".github/workflows" / workflow).read_text(encoding="utf-8")
        self._workflow: dict[str, Any] = yaml.safe_load(text)
        self._folder = folder
        self.artifacts = folder / "artifacts"
        self.changes: dict[str, str] = {}
        """Files that the branch has beside those of this tree."""

    def run(self, name: str, needs: Mapping[str, Job] | None = None) -> Job:
        job = Job(self._checkout(name))
        known = {
            f"needs.{other}.outputs.{key}": value
            for other, ended in (needs or {}).items()
            for key, value in ended.outputs.items()
        }
        definition = self._workflow["jobs"][name]
        for step in definition["steps"]:
            if step.get("id") != "install" and (job.failed is None or "if" in step):
                self._step(step, job, known)
        job.outputs = {
            key: _filled(value, known) for key, value in definition.get("outputs", {}).items()
        }
        return job

    def left_to_do(self, job: Job) -> int:
        """How many updates a plan on the machine of this job still finds."""
        printed = subprocess.run(
            [str(COMMANDS / "reconciler"), "plan", "--format", "json"],
            cwd=job.machine / "work",
            env=_environment(job.machine, job.machine / "output"),
            stdout=subprocess.PIPE,
            check=True,
        ).stdout
        updates: int = json.loads(printed)["summary"]["update"]
        return updates

    def _checkout(self, name: str) -> Path:
        """What the workflows touch of the repository, with a commit of its own."""
        machine = self._folder / name
        shutil.copytree(PROJECT / "desired", machine / "work/desired")
        shutil.copy(PROJECT / "reconciler.yaml", machine / "work")
        for name_of_file, text in self.changes.items():
            (machine / "work" / name_of_file).write_text(text, encoding="utf-8")
        git = ("git", "-c", "user.name=test", "-c", "user.email=test@example.com")
        for words in (("init", "-q"), ("add", "."), ("commit", "-q", "-m", "x")):
            subprocess.run([*git, *words], cwd=machine / "work", check=True)
        (machine / "summary").touch()
        return machine

    def _step(self, step: Mapping[str, Any], job: Job, known: dict[str, str]) -> None:
        action = step.get("uses", "")
        if "upload-artifact" in action:
            self._upload(step["with"], job.machine / "work")
        elif "download-artifact" in action:
            shutil.copytree(
                self.artifacts / step["with"]["name"], job.machine / "work", dirs_exist_ok=True
            )
        elif "run" in step:
            self._shell(step, job, known)

    def _upload(self, options: Mapping[str, str], work: Path) -> None:
        folder = self.artifacts / options["name"]
        folder.mkdir(parents=True)
        for name in options["path"].split():
            if (work / name).exists() or options["if-no-files-found"] == "error":
                shutil.copy(work / name, folder)

    def _shell(self, step: Mapping[str, Any], job: Job, known: dict[str, str]) -> None:
        output = job.machine / "output"
        output.write_text("", encoding="utf-8")
        own = {key: _filled(value, known) for key, value in step.get("env", {}).items()}
        ended = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],
            cwd=job.machine / "work",
            env={**_environment(job.machine, output), **own},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            timeout=120,
        )
        job.log += ended.stdout
        if ended.returncode and job.failed is None:
            job.failed = step["name"]
        for line in output.read_text(encoding="utf-8").splitlines():
            key, _, value = line.partition("=")
            known[f"steps.{step['id']}.outputs.{key}"] = value


def _environment(machine: Path, output: Path) -> dict[str, str]:
    return {
        "PATH": f"{COMMANDS}{os.pathsep}{os.environ['PATH']}",
        "HOME": str(machine),
        "CI": "true",
        "GITHUB_STEP_SUMMARY": str(machine / "summary"),
        "GITHUB_OUTPUT": str(output),
    }


def _filled(text: str, known: Mapping[str, str]) -> str:
    return re.sub(r"\$\{\{ ([\w.-]+) \}\}", lambda found: known[found[1]], text)


@pytest.fixture
def pull_request(tmp_path: Path) -> Runner:
    return Runner("plan.yml", tmp_path)


@pytest.fixture
def push(tmp_path: Path) -> Runner:
    return Runner("apply.yml", tmp_path)


def test_a_pull_request_gets_its_plan_as_summary_and_artifact(pull_request: Runner) -> None:
    job = pull_request.run("plan")

    assert job.failed is None, job.log
    plan = json.loads((pull_request.artifacts / "plan/plan.json").read_bytes())
    updates = [change["id"] for change in plan["changes"] if change["action"] == "update"]
    assert f"{len(updates)} to update" in job.summary
    assert [name for name in updates if name.isdigit() and name not in job.summary] == []
    assert (pull_request.artifacts / "plan/plan.md").read_text(encoding="utf-8") == job.summary


def test_a_pull_request_with_a_bad_document_is_annotated_and_not_planned(
    pull_request: Runner,
) -> None:
    pull_request.changes["desired/demo/bad.yaml"] = "kind: Incident\nstatus: closed\n"

    job = pull_request.run("plan")

    assert job.failed == "Validate"
    assert "::error file=desired/demo/bad.yaml,line=" in job.log
    assert list((pull_request.artifacts / "plan").iterdir()) == []


def test_a_push_applies_the_very_plan_that_was_made(push: Runner) -> None:
    planned = push.run("plan")
    applied = push.run("apply", needs={"plan": planned})

    assert (planned.failed, applied.failed) == (None, None), planned.log + applied.log
    assert "Every update holds" in applied.summary
    assert (push.artifacts / "result/result.md").read_text(encoding="utf-8") == applied.summary
    assert push.left_to_do(applied) == 0


def test_a_plan_that_changed_between_the_jobs_is_not_applied(push: Runner) -> None:
    planned = push.run("plan")
    plan = push.artifacts / "plan/plan.json"
    plan.write_bytes(plan.read_bytes() + b" ")

    applied = push.run("apply", needs={"plan": planned})

    assert applied.failed == "Check that it is the planned file"
    assert applied.summary == ""
    assert push.left_to_do(applied) > 0
