"""The commands on a system that lacks what Windows lacks (tests/windows): real processes, files, git."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

from tests.support.repositories import commit_all, repository, wrap_git

PROJECT: Final = Path(__file__).parents[2]
ENTRY: Final = "from reconciler.cli.main import entry; entry()"

HOLDER: Final = """
import sys
from pathlib import Path
from reconciler.store.lock import locked
with locked(Path(".reconciler").absolute(), "demo"):
    print("held", flush=True)
    sys.stdin.read()
"""
GIT: Final = """
from pathlib import Path
from reconciler.git.running import run
print(run(Path.cwd(), "status", timeout_seconds=0.2).problem)
"""
KEY: Final = """
from pathlib import Path
from reconciler.store.home import home, machine_key
import os
print(len(machine_key(home(os.environ))))
"""


def python(root: Path, code: str, *words: str) -> subprocess.Popen[str]:
    path = os.pathsep.join(map(os.fspath, (PROJECT / "tests/windows", PROJECT)))
    return subprocess.Popen(
        (sys.executable, "-W", "error::UserWarning", "-c", code, *words),
        cwd=root,
        env={**os.environ, "PYTHONPATH": path, "XDG_STATE_HOME": os.fspath(root.parent / "home")},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def run(root: Path, *words: str, code: int = 0) -> str:
    """What it printed."""
    with python(root, ENTRY, *words) as process:
        out, err = process.communicate()
    assert process.returncode == code, (words, out, err)
    assert "defect" not in err
    assert "Traceback" not in err
    return out


@pytest.fixture
def root(tmp_path: Path) -> Path:
    found = repository(tmp_path / "soc")
    shutil.copy(PROJECT / "reconciler.yaml", found)
    shutil.copytree(PROJECT / "desired", found / "desired", dirs_exist_ok=True)
    (found / ".gitignore").write_text(".reconciler/\n*.json\n")
    commit_all(found)
    return found


def test_every_step_from_a_document_to_an_empty_plan_and_back(root: Path) -> None:
    run(root, "validate", "--strict")
    run(root, "plan", "--detailed-exitcode", "--out", "plan.json", code=2)
    assert b"\r" not in (root / "plan.json").read_bytes()
    assert "12 to update" in run(root, "show", "plan.json")
    report = json.loads(run(root, "apply", "plan.json", "--auto-approve", "--format", "json"))
    assert report["summary"]["done"] == len(report["outcomes"])
    run(root, "plan", "--detailed-exitcode")
    run(root, "drift", "--detailed-exitcode")
    (journal,) = (root / ".reconciler/journal/demo").iterdir()
    assert b"\r" not in journal.read_bytes()
    run(root, "revert", os.fspath(journal), "--out", "undo.json")
    run(root, "doctor")


def test_two_applies_of_one_tenant_exclude_each_other_there(root: Path) -> None:
    with python(root, HOLDER) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with python(root, ENTRY, "apply", "--auto-approve") as second:
            _, err = second.communicate()
        assert second.returncode == 1
        assert f"process {holder.pid} is applying to tenant demo" in err
        holder.communicate("")
    assert holder.returncode == 0
    run(root, "apply", "--auto-approve")


def test_a_process_that_was_killed_holds_nothing_there(root: Path) -> None:
    for _ in range(2):
        with python(root, HOLDER) as holder:
            assert holder.stdout is not None
            assert holder.stdout.readline() == "held\n"
            holder.kill()
    run(root, "apply", "--auto-approve")


def test_a_journal_is_a_new_file_there(root: Path) -> None:
    (root / "empty.jsonl").touch()

    run(root, "apply", "--auto-approve", "--journal", "empty.jsonl", code=1)
    run(root, "apply", "--auto-approve", "--journal", "new.jsonl")


def test_git_that_does_not_end_is_ended_there(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    monkeypatch.setenv("PATH", wrap_git(tmp_path / "bin", f"exec cat {pipe}"))

    with python(root, GIT) as process:
        assert process.communicate() == ("git did not answer within 0.2 s\n", "")


def test_the_key_of_the_machine_is_made_once_there(root: Path) -> None:
    for _ in range(2):
        with python(root, KEY) as process:
            assert process.communicate() == ("32\n", "")
