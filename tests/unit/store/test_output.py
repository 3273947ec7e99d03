from __future__ import annotations

import os
import resource
import stat
from typing import TYPE_CHECKING

import pytest

from reconciler.errors import Failure, Interrupted
from reconciler.store.output import write_file

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def interrupted() -> Iterator[str]:
    yield "half"
    raise Interrupted("stopped")


def test_the_pieces_become_one_file_for_its_owner_alone(tmp_path: Path) -> None:
    write_file(tmp_path / "plan.json", iter(["a", "é", "\n"]))

    assert (tmp_path / "plan.json").read_bytes() == "aé\n".encode()
    assert stat.S_IMODE((tmp_path / "plan.json").stat().st_mode) == 0o600
    assert names(tmp_path) == ["plan.json"]


def test_text_that_is_no_unicode_is_spelt_out(tmp_path: Path) -> None:
    write_file(tmp_path / "report.txt", ["\ud800"])

    assert (tmp_path / "report.txt").read_text() == "\\ud800"


def test_a_file_that_was_there_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "plan.json").write_text("a much longer old plan")
    (tmp_path / "link.json").symlink_to("plan.json")

    write_file(tmp_path / "link.json", ["new"])

    assert (tmp_path / "plan.json").read_text() == "new"
    assert (tmp_path / "link.json").is_symlink()


def test_a_run_that_stops_half_way_leaves_the_old_file_alone(tmp_path: Path) -> None:
    (tmp_path / "plan.json").write_text("old")

    with pytest.raises(Interrupted):
        write_file(tmp_path / "plan.json", interrupted())

    assert (tmp_path / "plan.json").read_text() == "old"
    assert names(tmp_path) == ["plan.json"]


def test_a_full_disk_leaves_no_half_file(tmp_path: Path) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, hard))
    try:
        with pytest.raises(Failure, match=r"cannot write .*: File too large"):
            write_file(tmp_path / "plan.json", ["x" * 100_000])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))

    assert names(tmp_path) == []


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("none/plan.json", "No such file or directory"),
        ("file/plan.json", "Not a directory"),
        ("folder", "it is no regular file"),
        ("pipe", "it is no regular file"),
        ("x" * 300, "File name too long"),
    ],
)
def test_a_place_that_cannot_be_written_is_a_failure(
    tmp_path: Path, name: str, problem: str
) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_text("x")
    os.mkfifo(tmp_path / "pipe")
    before = names(tmp_path)

    with pytest.raises(Failure) as failure:
        write_file(tmp_path / name, ["x"])

    assert problem in failure.value.message
    assert names(tmp_path) == before
