from __future__ import annotations

import os
import socket
from typing import TYPE_CHECKING

import pytest

from reconciler.errors import Failure, InvalidInput
from reconciler.model.words import Finding, Place, SourceFile
from reconciler.store.folder import MAX_BYTES, read_folder, read_one, read_plan

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def problems(root: Path) -> dict[str, str | None]:
    return {file.path: file.problem for file in read_folder(root, "desired", within=root)}


def test_every_document_below_the_folder_is_read_in_order(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    for name in ("c.yaml", "a.YML", "b/z.yaml", "b/y.yml", "d.Yaml"):
        (tmp_path / name).write_text(name)

    assert list(read_folder(tmp_path, "desired/x/", within=tmp_path)) == [
        SourceFile("desired/x/a.YML", b"a.YML"),
        SourceFile("desired/x/b/y.yml", b"b/y.yml"),
        SourceFile("desired/x/b/z.yaml", b"b/z.yaml"),
        SourceFile("desired/x/c.yaml", b"c.yaml"),
        SourceFile("desired/x/d.Yaml", b"d.Yaml"),
    ]


@pytest.mark.parametrize("shown", ["", "."])
def test_paths_below_the_working_folder_have_no_prefix(tmp_path: Path, shown: str) -> None:
    (tmp_path / "a.yaml").write_bytes(b"")

    assert list(read_folder(tmp_path, shown, within=tmp_path)) == [SourceFile("a.yaml", b"")]


def test_dot_files_dot_folders_and_other_files_are_none_of_ours(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    for name in (".a.yaml", ".git/b.yaml", "README.md", "yaml", "a.yaml.orig"):
        (tmp_path / name).write_text("x")
    (tmp_path / "link.md").symlink_to(tmp_path / "README.md")
    os.mkfifo(tmp_path / "pipe")

    assert problems(tmp_path) == {}


def test_a_folder_named_like_a_document_is_a_folder(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").mkdir()
    (tmp_path / "a.yaml" / "b.yaml").write_text("x")

    assert problems(tmp_path) == {"desired/a.yaml/b.yaml": None}


def test_a_file_over_the_limit_is_read_one_byte_too_far_and_no_further(tmp_path: Path) -> None:
    (tmp_path / "big.yaml").write_bytes(b"x" * (MAX_BYTES + 100_000))
    (tmp_path / "full.yaml").write_bytes(b"x" * MAX_BYTES)

    sizes = {
        file.path: len(file.content or b"") for file in read_folder(tmp_path, "", within=tmp_path)
    }

    assert sizes == {"big.yaml": MAX_BYTES + 1, "full.yaml": MAX_BYTES}


def test_a_link_within_the_folder_is_followed(tmp_path: Path) -> None:
    (tmp_path / "real.txt").write_text("x")
    (tmp_path / "a.yaml").symlink_to("real.txt")

    assert list(read_folder(tmp_path, "d", within=tmp_path)) == [SourceFile("d/a.yaml", b"x")]


def test_links_that_leave_the_folder_or_end_nowhere_are_problems(tmp_path: Path) -> None:
    root = tmp_path / "desired"
    (tmp_path / "desired-secret").mkdir()
    root.mkdir()
    (tmp_path / "desired-secret" / "s.yaml").write_text("secret")
    (root / "a.yaml").symlink_to("../desired-secret/s.yaml")
    (root / "b").symlink_to("../desired-secret")
    (root / "c.yaml").symlink_to("nowhere")
    (root / "d.yaml").symlink_to("d.yaml")
    (root / "e.yaml").symlink_to("/dev/zero")

    assert problems(root) == {
        "desired/a.yaml": "is a link that leaves the folder",
        "desired/b": "is a link that leaves the folder",
        "desired/c.yaml": "cannot be read: no such file or directory",
        "desired/d.yaml": "cannot be read: too many levels of symbolic links",
        "desired/e.yaml": "is a link that leaves the folder",
    }


def test_a_link_to_a_folder_is_told_and_not_followed(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "again").symlink_to("real")
    (tmp_path / "loop").symlink_to(".")

    assert problems(tmp_path) == {
        "desired/again": "is a link to a folder; links to folders are not followed",
        "desired/loop": "is a link that leaves the folder",
    }


def test_what_is_no_regular_file_is_never_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.yaml")
    (tmp_path / "pipe-link.yaml").symlink_to("pipe.yaml")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(os.fspath(tmp_path / "socket.yaml"))

        assert problems(tmp_path) == {
            "desired/pipe-link.yaml": "is a pipe, not a regular file",
            "desired/pipe.yaml": "is a pipe, not a regular file",
            "desired/socket.yaml": "is a socket, not a regular file",
        }


def test_a_file_that_became_something_else_meanwhile_is_a_problem(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("x")
    (tmp_path / "b.yaml").write_text("x")
    files = read_folder(tmp_path, "d", within=tmp_path)
    next(files)
    (tmp_path / "b.yaml").unlink()
    os.mkfifo(tmp_path / "b.yaml")

    assert next(files) == SourceFile(
        "d/b.yaml", None, "cannot be read: it is a pipe, not a regular file"
    )


def test_a_folder_that_vanished_meanwhile_is_a_problem(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("x")
    (tmp_path / "b").mkdir()
    files = read_folder(tmp_path, "d", within=tmp_path)
    next(files)
    (tmp_path / "b").rmdir()

    assert next(files) == SourceFile("d/b", None, "cannot be read: no such file or directory")


@pytest.fixture
def deep_file(tmp_path: Path) -> Iterator[Path]:
    """Made from the innermost folder outwards, and taken away: pytest's own clean-up recurses."""
    top = tmp_path / "d"
    top.mkdir()
    (top / "a.yaml").write_text("x")
    for _ in range(1500):
        top.rename(tmp_path / "e")
        top.mkdir()
        (tmp_path / "e").rename(top / "d")
    yield tmp_path
    while (top / "d").exists():
        (top / "d").rename(tmp_path / "e")
        top.rmdir()
        (tmp_path / "e").rename(top)


def test_folders_may_be_nested_deeper_than_python_recurses(deep_file: Path) -> None:
    assert [file.content for file in read_folder(deep_file, "", within=deep_file)] == [b"x"]


def test_a_folder_that_is_not_there_is_invalid_input_at_its_path(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput) as invalid:
        read_folder(tmp_path / "none", "desired/none", within=tmp_path / "none")

    assert invalid.value.findings == (
        Finding(
            Place("desired/none"),
            "the folder cannot be read: no such file or directory; create it, or correct 'desired'",
        ),
    )


def test_a_file_in_place_of_the_folder_is_invalid_input(tmp_path: Path) -> None:
    (tmp_path / "desired").write_text("x")

    with pytest.raises(InvalidInput) as invalid:
        read_folder(tmp_path / "desired", "desired", within=tmp_path / "desired")

    assert "not a directory" in invalid.value.findings[0].message


def test_a_named_file_is_read(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("x")
    (tmp_path / "link").symlink_to("a.txt")

    assert read_one(tmp_path / "a.txt", "a.txt") == SourceFile("a.txt", b"x")
    assert read_one(tmp_path / "link", "link") == SourceFile("link", b"x")
    assert read_one(tmp_path / "link", "link", within=tmp_path) == SourceFile("link", b"x")


def test_a_named_file_that_cannot_be_read_is_a_problem(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    names = ("none", "pipe", ".", "/dev/null", "/proc/self/mem")

    assert [read_one(tmp_path / name, name).problem for name in names] == [
        "cannot be read: no such file or directory",
        "is a pipe, not a regular file",
        "is a folder, not a regular file",
        "is a device, not a regular file",
        "cannot be read: input/output error",
    ]


def test_a_named_file_may_be_held_to_a_folder(tmp_path: Path) -> None:
    inside = tmp_path / "inside"
    inside.mkdir()
    (tmp_path / "secret").write_text("secret")
    (inside / "a.yaml").symlink_to("../secret")

    assert read_one(inside / "a.yaml", "a.yaml", within=inside) == SourceFile(
        "a.yaml", None, "is a link that leaves the folder"
    )


def test_a_plan_may_be_of_any_size_and_behind_a_link(tmp_path: Path) -> None:
    content = b"x" * (MAX_BYTES + 100_000)
    (tmp_path / "plan.json").write_bytes(content)
    (tmp_path / "link.json").symlink_to("plan.json")

    assert read_plan(tmp_path / "link.json") == content


@pytest.mark.parametrize(
    ("name", "problem"),
    [("none", "no such file or directory"), (".", "it is a folder"), ("/dev/zero", "a device")],
)
def test_a_plan_that_cannot_be_read_is_a_failure(tmp_path: Path, name: str, problem: str) -> None:
    with pytest.raises(Failure, match=problem):
        read_plan(tmp_path / name)
