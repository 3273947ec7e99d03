from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import pytest

from reconciler.errors import Failure
from reconciler.store import runner_files

if TYPE_CHECKING:
    from pathlib import Path


def test_what_is_appended_begins_a_line_of_its_own(tmp_path: Path) -> None:
    file = tmp_path / "output"

    for text in ("a\n", "b", "c \ud800\n"):
        runner_files.append(file, text)

    assert file.read_text() == "a\nb\nc \\ud800\n"
    assert runner_files.size(file) == 13
    assert runner_files.size(tmp_path / "none") == 0


def test_a_file_is_hashed_whole(tmp_path: Path) -> None:
    file = tmp_path / "plan.json"
    file.write_bytes(b"x" * 100_000)

    assert runner_files.sha256(file) == hashlib.sha256(b"x" * 100_000).hexdigest()


def test_what_cannot_be_used_is_said(tmp_path: Path) -> None:
    with pytest.raises(Failure, match=r"cannot write .*: Is a directory"):
        runner_files.append(tmp_path, "x")
    with pytest.raises(Failure, match=r"cannot read .*: No such file"):
        runner_files.sha256(tmp_path / "none")
