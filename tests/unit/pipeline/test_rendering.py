"""The workflows of this repository and of those that ``init`` begins: one text, judged as GitHub would."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest
import yaml

from reconciler import pipeline
from reconciler.pipeline import workflows

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

PROJECT: Final = Path(__file__).parent.parent.parent.parent
TOOLS: Final = Path(sys.executable).parent
RIGHTS: Final = {
    "plan.yml": {
        "validate": {"contents": "read"},
        "plan": {"contents": "read", "id-token": "write", "pull-requests": "write"},
    },
    "apply.yml": {
        "tenants": {"contents": "read"},
        "tenant": {
            "actions": "read",
            "contents": "write",
            "id-token": "write",
            "pull-requests": "read",
        },
    },
    "apply-tenant.yml": {
        "plan": {
            "actions": "read",
            "contents": "read",
            "id-token": "write",
            "pull-requests": "read",
        },
        "apply": {"actions": "read", "contents": "write", "id-token": "write"},
        "record": {"contents": "write"},
    },
    "drift.yml": {"drift": {"contents": "read", "id-token": "write", "issues": "write"}},
}
"""Every right that a job has. One more is a decision, not an edit."""


RENDERED: Final = [
    (Path(path).name, text)
    for path, text in (*workflows("release").items(), *workflows("checkout").items())
]


def jobs(text: str) -> Mapping[str, Mapping[str, Any]]:
    found: Mapping[str, Mapping[str, Any]] = yaml.safe_load(text)["jobs"]
    return found


def steps(text: str) -> Iterator[Mapping[str, Any]]:
    for job in jobs(text).values():
        yield from job.get("steps", ())


@pytest.fixture(params=["release", "checkout", "below"])
def repository(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    found = (
        workflows("release", "teams/soc") if request.param == "below" else workflows(request.param)
    )
    for path, text in found.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text, "utf-8")
    return tmp_path


def test_this_repositorys_files_are_the_rendered_ones(update_golden: bool) -> None:
    from tests.conftest import compare_file

    for path, text in workflows("checkout").items():
        compare_file(PROJECT / path, text, update=update_golden)


def test_the_two_kinds_of_repository_differ_in_what_installs_the_tool_alone() -> None:
    for mine, theirs in zip(
        workflows("checkout").values(), workflows("release").values(), strict=True
    ):
        pairs = zip(steps(mine), steps(theirs), strict=True)
        different = {one["name"] for one, other in pairs if one != other}
        assert different <= {"Install"}
        assert "@install@" not in mine + theirs


def test_below_the_top_every_command_and_file_is_in_that_folder() -> None:
    found = {
        Path(path).name: yaml.safe_load(text)
        for path, text in workflows("release", "teams/soc").items()
    }
    for name, workflow in found.items():
        own = workflow["defaults"]["run"].get("working-directory")
        assert own == (None if name == "plan.yml" else "teams/soc")
        for job in workflow["jobs"].values():
            for step in job.get("steps", ()):
                if "reconciler " in step.get("run", "") and "head/" not in step["run"]:
                    where = step.get("working-directory", own)
                    assert where in {"teams/soc", "base/teams/soc", "head/teams/soc"}
                if "plan.json" in str(step.get("with")):
                    assert step["with"]["path"] == "teams/soc/plan.json"
    (check,) = {
        line.split()[2]
        for _, text in workflows("release", "teams/soc").items()
        for step in steps(text)
        for line in step.get("run", "").splitlines()
        if "check_requirements.py" in line
    }
    assert check == f"../../{pipeline.CHECK}"


def test_a_plan_runs_for_another_base_and_for_the_queue_and_is_never_skipped_for_a_title() -> None:
    triggers = yaml.safe_load(workflows("release")[".github/workflows/plan.yml"])[True]
    found = jobs(workflows("release")[".github/workflows/plan.yml"])

    assert "merge_group" in triggers
    assert set(triggers["pull_request"]["types"]) == {
        *("opened", "synchronize", "reopened", "edited"),
    }
    assert "if" not in found["validate"]
    assert "action" not in found["plan"]["if"]


@pytest.mark.parametrize(("name", "text"), RENDERED)
def test_a_job_has_the_rights_that_it_is_meant_to_have(name: str, text: str) -> None:
    assert yaml.safe_load(text)["permissions"] == {}
    assert {job: said["permissions"] for job, said in jobs(text).items()} == RIGHTS[name]


@pytest.mark.parametrize(("name", "text"), RENDERED)
def test_every_right_says_what_it_is_for(name: str, text: str) -> None:
    lines = [line for line in text.splitlines() if line.strip().endswith((": read", ": write"))]

    assert lines == [], f"{name}: rights without a reason"


@pytest.mark.parametrize(("name", "text"), RENDERED)
def test_only_branches_of_the_repository_itself_get_an_identity_in_a_pull_request(
    name: str, text: str
) -> None:
    triggers = yaml.safe_load(text)[True]  # YAML 1.1 reads 'on' so
    assert "pull_request_target" not in triggers
    if "pull_request" in triggers:
        for job in jobs(text).values():
            is_own = "head.repo.full_name == github.repository" in str(job.get("if"))
            assert is_own or set(job["permissions"]) == {"contents"}, name


@pytest.mark.parametrize(("name", "text"), RENDERED)
def test_a_token_is_in_the_environment_of_the_steps_that_need_it_alone(
    name: str, text: str
) -> None:
    for step in steps(text):
        if "github.token" in str(step.get("env")):
            assert "reconciler" in step["run"], f"{name}: {step['name']}"
    assert "secrets." not in text


def test_zizmor_and_githubs_schema_find_nothing_in_this_repository_either() -> None:
    here = PROJECT / ".github"
    for words in (
        ("zizmor", "--offline", "--pedantic", "--quiet", str(here)),
        (
            *("check-jsonschema", "--builtin-schema", "vendor.github-actions"),
            *map(str, here.glob("actions/*/action.yml")),
        ),
    ):
        ended = subprocess.run(
            [str(TOOLS / words[0]), *words[1:]], capture_output=True, text=True, check=False
        )
        assert ended.returncode == 0, ended.stdout + ended.stderr


def test_zizmor_and_githubs_schema_find_nothing(repository: Path) -> None:
    files = sorted(map(str, (repository / ".github/workflows").glob("*.yml")))
    for words in (
        ("zizmor", "--offline", "--pedantic", "--quiet", str(repository)),
        ("check-jsonschema", "--builtin-schema", "vendor.github-workflows", *files),
        ("check-jsonschema", "--builtin-schema", "custom.github-workflows-require-timeout", *files),
    ):
        ended = subprocess.run(
            [str(TOOLS / words[0]), *words[1:]], capture_output=True, text=True, check=False
        )
        assert ended.returncode == 0, ended.stdout + ended.stderr


@pytest.mark.parametrize("is_pinned", [True, False])
def test_a_repository_of_documents_installs_what_was_checked_and_nothing_else(
    tmp_path: Path, is_pinned: bool
) -> None:
    (install,) = {
        step["run"]
        for _, text in [*workflows("release").items()]
        for step in steps(text)
        if step.get("id") == "install"
    }
    commit = "0a" * 20 if is_pinned else "main"
    pin = f"reconciler @ git+https://forge.example/acme/reconciler@{commit}\n"
    (tmp_path / "requirements.txt").write_text(pin)
    (tmp_path / pipeline.CHECK).parent.mkdir(parents=True)
    (tmp_path / pipeline.CHECK).write_text(pipeline.check())
    (tmp_path / "python3").write_text(
        '#!/bin/sh\nmkdir -p "$3/bin"\nprintf "#!/bin/sh\\necho pip \\$*" > "$3/bin/pip"\n'
        f'printf "#!/bin/sh\\nexec {TOOLS}/python \\"\\$@\\"" > "$3/bin/python"\n'
        'chmod +x "$3/bin/pip" "$3/bin/python"\n'
    )
    (tmp_path / "python3").chmod(0o755)

    ended = subprocess.run(
        ["bash", "-eo", "pipefail", "-c", install],
        cwd=tmp_path,
        env={
            "PATH": f"{tmp_path}:/usr/bin:/bin",
            "RUNNER_TEMP": str(tmp_path / "temp"),
            "GITHUB_PATH": str(tmp_path / "path"),
        },
        capture_output=True,
        text=True,
        check=False,
    )

    if is_pinned:
        made = tmp_path / "temp/reconciler"
        assert ended.stdout.splitlines() == [
            f"pip install --quiet --require-hashes --only-binary :all: --requirement {made}/locked.txt",
            f"pip install --quiet --no-deps --no-build-isolation --requirement {made}/tool.txt",
            "pip check",
        ]
        assert (tmp_path / "path").read_text() == f"{made}/bin\n"
    else:
        assert (ended.returncode, (tmp_path / "path").exists()) == (1, False)
        assert ended.stdout.startswith("::error file=requirements.txt,line=1::requirements.txt:1:")
        assert "pip install" not in ended.stdout


@pytest.mark.parametrize(("name", "text"), RENDERED)
def test_no_job_lets_pip_fetch_anything_without_its_hash(name: str, text: str) -> None:
    lines = [line for step in steps(text) for line in step.get("run", "").splitlines()]
    for line in lines:
        if "/pip" in line and " install " in line:
            assert "--require-hashes" in line or "--no-deps --no-build-isolation" in line, name
