"""The project around the code keeps its own promises: README, lock, workflows, package."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
import tomllib
import zipfile
from importlib import import_module
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

import reconciler
from reconciler.cli.parser import COMMANDS, Parser, add_common, common
from reconciler.contract.schemas import SCHEMAS, as_text
from tests.support.cli import Shell

PROJECT: Final = Path(__file__).parent.parent
README: Final = (PROJECT / "README.md").read_text(encoding="utf-8")
CHANGELOG: Final = (PROJECT / "CHANGELOG.md").read_text(encoding="utf-8")
PYPROJECT: Final = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))
LOCK: Final = (PROJECT / "requirements-dev.lock").read_text(encoding="utf-8")
WORKFLOWS: Final = sorted((PROJECT / ".github/workflows").glob("*.yml"))
ACTIONS: Final = sorted((PROJECT / ".github/actions").glob("*/action.yml"))
PAGES: Final = [
    PROJECT / "README.md",
    PROJECT / ".github/CONTRIBUTING.md",
    *sorted((PROJECT / "docs").rglob("*.md")),
]

# Written in halves, so that this file passes its own test.
REGISTRIES: Final = tuple(
    "".join(halves)
    for halves in (
        ("pypi", ".org"),
        ("pythonhosted", ".org"),
        ("registry.npm", "js.org"),
        ("registry.yarn", "pkg.com"),
        ("ghcr", ".io"),
        ("docker", ".io"),
    )
)


def sh_lines(markdown: str) -> list[str]:
    blocks = re.findall(r"^```sh\n(.*?)^```$", markdown, re.DOTALL | re.MULTILINE)
    return [line for block in blocks for line in block.splitlines() if line.strip()]


def yaml_blocks(page: str) -> list[str]:
    text = (PROJECT / page).read_text(encoding="utf-8")
    return re.findall(r"^```yaml\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)


def tracked() -> list[Path]:
    """Every file of the project that git knows or would add."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=PROJECT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    found = (PROJECT / name for name in listed.split("\0") if name)
    return [path for path in found if path.is_file() and not path.is_symlink()]


def command_lines() -> list[tuple[str, tuple[str, ...]]]:
    """(where it stands, its words) of each ``reconciler …`` that a reader may copy."""
    found = []
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        fences = "\n".join(sh_lines(text))
        spans = re.findall(r"`(reconciler [^`\n]+)`", text)
        found += [(page, line) for line in (*fences.split("\n"), *spans)]
    for workflow in WORKFLOWS:
        lines = workflow.read_text(encoding="utf-8").split("\n")
        found += [(workflow, _unfolded(line)) for line in lines if not line.strip().startswith("#")]
    return sorted(
        {
            (str(page.relative_to(PROJECT)), words)
            for page, line in found
            for words in _commands(line)
        }
    )


def _unfolded(line: str) -> str:
    """What stands there if every variable is set; a list of words from outside is left out."""
    with_options = re.sub(r'\$\{\w+:\+("?)([^"}]*)\1\}', r"\2", line)
    return re.sub(r'"\$\{\w+\[@\][^}]*\}"', "", with_options)


def _commands(line: str) -> list[tuple[str, ...]]:
    pattern = r"(?:^|[\s/])reconciler ([a-z-][^|&;>#]*)"
    return [tuple(shlex.split(words, comments=True)) for words in re.findall(pattern, line)]


def workflow(path: Path) -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return loaded


def test_the_first_two_lines_that_name_pip_are_the_two_lines_to_copy() -> None:
    naming = [line for line in README.splitlines() if re.search(r"\b(pip|pytest)\b", line)]
    first, second = naming[:2]

    assert first == sh_lines(README)[0]
    assert second == next(line for line in sh_lines(README) if "pytest" in line)
    assert "reconciler plan" in first
    assert "--require-hashes" in second
    for line in (first, second):
        assert " && " in line
        assert not line.endswith("\\")


@pytest.mark.parametrize(("page", "words"), command_lines(), ids=lambda value: str(value)[:60])
def test_every_command_that_a_page_shows_is_one_that_the_tool_understands(
    page: str, words: tuple[str, ...]
) -> None:
    if words in {("--version",), ("--help",)}:
        return
    _, (name, *options) = common().parse_known_args(words)
    assert name in COMMANDS, f"{page}: there is no such command"

    command = Parser(name, COMMANDS[name])
    import_module(f"reconciler.cli.commands.{name}").add_options(command)
    add_common(command)

    command.parse_args(options)  # raises UsageError for an option that it does not know


@pytest.mark.parametrize("page", ["README.md", "docs/documents.md"])
def test_the_documents_that_a_page_shows_are_valid_as_they_stand(tmp_path: Path, page: str) -> None:
    shell = Shell(tmp_path)
    for name in ("demo", "contoso"):
        (tmp_path / "desired" / name).mkdir(parents=True)
    (config,) = yaml_blocks("docs/configuration.md")
    (tmp_path / "reconciler.yaml").write_text(config, "utf-8")
    for number, text in enumerate(yaml_blocks(page)):
        (tmp_path / f"desired/contoso/{number}.yaml").write_text(text, "utf-8")

    assert (shell.run("validate", "--strict"), shell.err) == (0, ""), shell.out


def test_everything_that_is_depended_on_is_locked_with_hashes() -> None:
    entries = re.findall(
        r"^([a-z0-9._-]+)(?:\[[a-z0-9,_-]+\])?==\S+(?: ; [^\\\n]+)?((?: \\\n +--hash=sha256:[0-9a-f]{64})+)$",
        LOCK,
        re.MULTILINE,
    )
    locked = {name for name, _ in entries}
    asked = [
        *PYPROJECT["project"]["dependencies"],
        *PYPROJECT["dependency-groups"]["dev"],
        *PYPROJECT["build-system"]["requires"],
    ]

    names = {re.split(r"[\[<>=!~ ]", text)[0].lower().replace("_", "-") for text in asked}
    assert names - locked == set()
    assert len(entries) == len(re.findall(r"^[a-z0-9]", LOCK, re.MULTILINE))
    assert "://" not in LOCK


@pytest.mark.parametrize("locked", ["coverage[toml]==", "pyjwt[crypto]=="])
def test_what_is_needed_with_an_extra_is_locked_with_it(locked: str) -> None:
    """Else the pip of a fresh 3.11 takes the newest release of it, and refuses that for its hash."""
    assert f"\n{locked}" in LOCK


def test_no_file_names_the_host_of_a_package_registry() -> None:
    naming = [
        (path.relative_to(PROJECT).as_posix(), host)
        for path in tracked()
        for host in REGISTRIES
        if host.encode() in path.read_bytes()
    ]

    assert naming == []


@pytest.mark.parametrize("path", [*WORKFLOWS, *ACTIONS], ids=lambda path: path.stem)
def test_a_workflow_starts_without_rights_and_pins_what_it_runs(path: Path) -> None:
    content = workflow(path)
    actions = re.findall(r"uses: *(.*)$", path.read_text(encoding="utf-8"), re.MULTILINE)

    for action in actions:
        pinned = r"[\w-]+/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+"
        own = r"\$/\.github/workflows/[\w-]+\.yml"  # of this repository, at the same commit
        assert re.fullmatch(f"{pinned}|{own}", action)
    if path in ACTIONS:
        return
    assert content["permissions"] == {}
    for job in content["jobs"].values():
        assert "uses" in job or job["timeout-minutes"] <= 120
        assert set(job["permissions"].values()) <= {"read", "write"}
        checkouts = [step for step in job.get("steps", ()) if "checkout" in step.get("uses", "")]
        assert all(step["with"]["persist-credentials"] is False for step in checkouts)


def test_what_runs_the_code_of_a_pull_request_can_only_read() -> None:
    """ci.yml runs whatever the pull request holds."""
    content = workflow(PROJECT / ".github/workflows/ci.yml")

    for job in content["jobs"].values():
        assert job["permissions"] == {"contents": "read"}


@pytest.mark.parametrize("path", [*WORKFLOWS, *ACTIONS], ids=lambda path: path.stem)
def test_no_workflow_puts_an_expression_into_a_shell(path: Path) -> None:
    content = workflow(path)
    jobs = content["jobs"].values() if "jobs" in content else [content["runs"]]
    steps = [step for job in jobs for step in job.get("steps", ())]

    assert [step["run"] for step in steps if "${{" in step.get("run", "")] == []


def test_the_changelog_has_one_heading_a_version_in_the_literals_own_style() -> None:
    headings = re.findall(r"^## (.*)$", CHANGELOG, re.MULTILINE)

    assert re.fullmatch(r"\d+\.\d+\.\d+", reconciler.__version__)
    assert headings[0] == "[Unreleased]"
    for heading in headings[1:]:
        assert re.fullmatch(r"\[\d+\.\d+\.\d+\] - \d{4}-\d{2}-\d{2}", heading)
    if headings[1:]:
        assert headings[1].startswith(f"[{reconciler.__version__}]")


def test_every_hook_for_other_repositories_runs_a_command_that_the_tool_knows() -> None:
    hooks = yaml.safe_load((PROJECT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))

    assert [hook["id"] for hook in hooks] == ["reconciler-validate"]
    for hook in hooks:
        assert {"id", "name", "entry", "language"} <= set(hook)
        for name in ("a.yaml", "a.yml", "X.YAML", "x.Yml"):  # each is a document
            assert re.search(hook["files"], name)
        program, command = hook["entry"].split()
        assert program in PYPROJECT["project"]["scripts"]
        assert command in COMMANDS


def test_the_committed_schemas_are_the_generated_ones() -> None:
    committed = {
        path.name: path.read_text(encoding="utf-8") for path in (PROJECT / "schemas").iterdir()
    }

    assert committed == {f"{name}.schema.json": as_text(SCHEMAS[name]()) for name in SCHEMAS}


def test_links_between_pages_lead_somewhere() -> None:
    broken = [
        (page.relative_to(PROJECT).as_posix(), target)
        for page in PAGES
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8"))
        if not (page.parent / target).exists()
    ]

    assert broken == []


def test_the_wheel_holds_the_package_its_licence_and_no_tests(tmp_path: Path) -> None:
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)],
        cwd=PROJECT,
        check=True,
        capture_output=True,
    )
    (wheel,) = tmp_path.glob("*.whl")
    names = zipfile.ZipFile(wheel).namelist()

    assert {name.split("/")[0] for name in names} == {
        "reconciler",
        f"reconciler-{reconciler.__version__}.dist-info",
    }
    assert "reconciler/py.typed" in names
    assert "reconciler/pipeline/workflows/apply-tenant.yml" in names
    assert "reconciler/pipeline/release.sh" in names
    assert any(name.endswith("licenses/LICENSE") for name in names)
