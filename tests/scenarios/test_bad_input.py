"""One folder with one of each hazard, as a pull request might bring it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tests.support.cli import Shell

HAZARDS = Path(__file__).parents[1] / "hazards"
CONFIG = """\
apiVersion: reconciler/v1
kind: Config
tenants: {demo: {cloud: emulator, desired: desired, kinds: {IncidentTask: true, LegacyAlert: true}}}
"""


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    (tmp_path / "reconciler.yaml").write_text(CONFIG)
    shutil.copytree(HAZARDS, tmp_path / "desired", ignore=shutil.ignore_patterns("*.md", "*.py"))
    return Shell(tmp_path)


@pytest.mark.parametrize("command", [("validate",), ("plan",), ("apply", "--auto-approve")])
def test_every_bad_file_is_located_and_nothing_is_sent(
    shell: Shell, command: tuple[str, ...]
) -> None:
    names = {path.name for path in (shell.cwd / "desired").rglob("*.y*ml")}
    assert len(names) >= 60
    assert shell.run(*command) == 3
    told = shell.out + shell.err
    assert "Traceback" not in told
    assert {name for name in names if f"{name}:" not in told} == set()
    assert not (shell.cwd / ".reconciler").exists()


def test_the_same_as_json_is_one_document(shell: Shell) -> None:
    assert shell.run("plan", "--format", "json") == 3
    told = json.loads(shell.out)
    assert all(
        error["path"].startswith("desired/") and error["line"] >= 1 and error["column"] >= 1
        for error in told["errors"]
    )
