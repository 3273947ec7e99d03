"""A run that is killed while it writes leaves the file as it was, and no draft that stays."""

from __future__ import annotations

import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from reconciler.model.edits import FileEdit
from reconciler.store.draft import draft_name, replace_file, sweep
from reconciler.store.edits import write_edits
from reconciler.store.folder import read_folder
from reconciler.store.output import write_file

if TYPE_CHECKING:
    from pathlib import Path

KILLED = """
import os, signal, sys
from pathlib import Path
from reconciler.store.draft import replace_file

def chunks():
    yield b"half of it"
    os.kill(os.getpid(), signal.SIGKILL)

replace_file(Path(sys.argv[1]), chunks())
"""
HOLDING = """
import sys, time
from pathlib import Path
from reconciler.store.draft import replace_file

def chunks():
    yield b"new"
    print("writing", flush=True)
    sys.stdin.read()

replace_file(Path(sys.argv[1]), chunks())
"""


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def leave(folder: Path) -> Path:
    """What a run left that was killed in the moment between name and place."""
    path = folder / draft_name()
    path.write_bytes(b"kind: Incident\n")
    return path


def test_a_run_that_is_killed_while_it_writes_leaves_nothing(tmp_path: Path) -> None:
    target = tmp_path / "a.yaml"
    target.write_text("old")

    ended = subprocess.run([sys.executable, "-c", KILLED, str(target)], check=False)

    assert ended.returncode == -signal.SIGKILL
    sweep(tmp_path)
    assert (target.read_text(), names(tmp_path)) == ("old", ["a.yaml"])


def test_a_draft_of_a_run_that_is_alive_is_left_alone(tmp_path: Path) -> None:
    target = tmp_path / "a.yaml"
    with subprocess.Popen(
        [sys.executable, "-c", HOLDING, str(target)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        assert other.stdout is not None
        assert other.stdin is not None
        assert other.stdout.readline() == b"writing\n"
        sweep(tmp_path)
        other.stdin.close()

    assert (other.returncode, target.read_bytes(), names(tmp_path)) == (0, b"new", ["a.yaml"])


def test_what_a_killed_run_left_is_no_document_and_the_next_edit_removes_it(tmp_path: Path) -> None:
    target = tmp_path / "a.yaml"
    target.write_text("old")
    leave(tmp_path)
    assert [one.path for one in read_folder(tmp_path, "d", within=tmp_path)] == ["d/a.yaml"]

    write_edits(tmp_path, [FileEdit("a.yaml", b"old", b"new")])

    assert (target.read_text(), names(tmp_path)) == ("new", ["a.yaml"])


def test_a_plan_that_is_saved_removes_it_as_well(tmp_path: Path) -> None:
    leave(tmp_path)

    write_file(tmp_path / "plan.json", ["{}"])

    assert names(tmp_path) == ["plan.json"]


@pytest.mark.parametrize(
    "name", [".reconciler-settings", ".reconciler-0123456789ABCDEF", ".reconciler-0123", "x"]
)
def test_what_is_no_draft_of_ours_stays(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("mine")
    (tmp_path / draft_name()).symlink_to(tmp_path / name)
    (tmp_path / draft_name()).mkdir()

    sweep(tmp_path)

    assert len(names(tmp_path)) == 3


def test_a_file_keeps_the_permissions_that_it_is_given(tmp_path: Path) -> None:
    target = tmp_path / "a.yaml"

    replace_file(target, [b"x"], mode=0o640)

    assert target.stat().st_mode & 0o777 == 0o640


def test_a_write_that_fails_leaves_no_draft(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").mkdir()
    (tmp_path / "a.yaml/x").touch()

    with pytest.raises(OSError, match="directory"):
        replace_file(tmp_path / "a.yaml", [b"x"])

    assert names(tmp_path) == ["a.yaml"]


WITHOUT_LINKS = """
import os, sys
from pathlib import Path
for name in ("link", "O_CLOEXEC"):
    delattr(os, name)
from reconciler.store.draft import replace_file
replace_file(Path(sys.argv[1]), [b"new"])
"""


def test_a_system_whose_files_have_one_name_only_writes_them_too(tmp_path: Path) -> None:
    words = (sys.executable, "-c", WITHOUT_LINKS, str(tmp_path / "a.yaml"))

    subprocess.run(words, check=True)

    assert names(tmp_path) == ["a.yaml"]
    assert (tmp_path / "a.yaml").read_text() == "new"
