"""A title, a tag and a comment that are commands of a runner: whatever is printed or saved, none acts."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

import pytest

from reconciler.emulator import Settings, start
from tests.injection.judges import log
from tests.support.cli import Shell

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

COMMAND: Final = (
    "##vso[task.setvariable variable=approved]true ##VSO[x] ##[error]x ##teamcity[x] "
    "section_start:1:x section_end:1:x ::error::x"
)
CONFIG: Final = """\
apiVersion: reconciler/v1
kind: Config
defaultTenant: demo
tenants:
  demo: {cloud: emulator, desired: desired}
"""
DOCUMENT: Final = """\
apiVersion: reconciler/v1
kind: Incident
metadata: {id: "1"}
spec:
  customTags: [b]
  displayName: old
  resolvingComment: |
    two
    lines
"""


@pytest.fixture
def shell(tmp_path: Path) -> Iterator[Shell]:
    """One incident whose texts are commands; GITHUB_OUTPUT and the step's summary are files."""
    (tmp_path / "reconciler.yaml").write_text(CONFIG)
    (tmp_path / "desired").mkdir()
    (tmp_path / "desired/1.yaml").write_text(DOCUMENT)
    texts = {
        "displayName": COMMAND,
        "customTags": [COMMAND],
        "resolvingComment": f"{COMMAND}\n::x::y",
    }
    seed = tmp_path.parent / f"{tmp_path.name}-seed.json"
    seed.write_text(json.dumps({"incidents": [{"id": "1", **texts}]}))
    running = start(Settings(tmp_path.parent / f"{tmp_path.name}.sqlite3", seed=seed))
    files = {"GITHUB_OUTPUT": "outputs", "GITHUB_STEP_SUMMARY": "summary.md"}
    env = {name: str(tmp_path / file) for name, file in files.items()}
    shell = Shell(tmp_path, env | {"GRAPH": running.url})
    yield shell
    running.close()


def acting(shell: Shell) -> list[str]:
    """What any runner would take for a command in anything that was printed or saved."""
    found = list(log(shell.err))
    for path in sorted(shell.cwd.rglob("*")):
        if path.is_file() and path.suffix != ".sqlite3":
            found += [f"{path.name}: {one}" for one in log(path.read_text())]
    return found


@pytest.mark.parametrize("form", ["text", "json", "markdown", "html"])
def test_no_report_of_a_plan_holds_a_command(shell: Shell, form: str) -> None:
    url = shell.env["GRAPH"]
    base = ("--graph-url", url, "--base", "none")

    assert shell.run("plan", *base, "--out", "plan.json", "--format", form) == 0, shell.err
    assert [*log(shell.out), *acting(shell)] == []
    assert shell.run("show", "plan.json", "--format", form) == 0
    assert list(log(shell.out)) == []
    if form == "json":
        assert json.loads(shell.out)["changes"][0]["title"] == COMMAND


def test_a_job_is_told_nothing_that_acts(shell: Shell) -> None:
    url = shell.env["GRAPH"]

    shell.run("plan", "--graph-url", url, "--base", "none", "--format", "github")

    own = ("::stop-commands::", "::warning", "::error")
    lines = [line for line in shell.out.splitlines() if not line.startswith(own)]
    assert list(log("\n".join(lines[:-1]))) == []
    assert acting(shell) == []


def test_no_file_of_an_apply_an_import_an_edit_or_a_snapshot_holds_a_command(shell: Shell) -> None:
    base = ("--graph-url", shell.env["GRAPH"], "--base", "none")

    for words in (
        ("snapshot", *base[:2], "--out", "snapshot.json"),
        ("import", *base[:2], "--kind", "Incident", "--out", "imported"),
        ("adopt", *base),
        ("apply", *base, "--auto-approve", "--journal", "journal.jsonl"),
    ):
        assert shell.run(*words) == 0, shell.err
        assert [*log(shell.out), *acting(shell)] == []
    adopted = (shell.cwd / "desired/1.yaml").read_text()
    assert "\\u0023vso[" in adopted


@pytest.mark.parametrize(
    "words",
    [
        (COMMAND,),
        ("plan", COMMAND),
        ("plan", f"--select=owner={COMMAND}"),
        ("plan", f"--{COMMAND}"),
        ("plan", "--tenant", COMMAND),
        ("plan", "--format", COMMAND),
        ("show", COMMAND),
        ("validate", COMMAND),
        ("apply", "--allow", COMMAND),
        ("--config", COMMAND, "plan"),
    ],
)
@pytest.mark.parametrize("form", ["text", "json"])
def test_what_was_typed_does_not_act_in_the_error_that_quotes_it(
    shell: Shell, words: tuple[str, ...], form: str
) -> None:
    assert shell.run(*words, f"--format={form}") != 0
    assert [*log(shell.out), *log(shell.err)] == []
