from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from reconciler.store.opening import database, folder, named, read_named

if TYPE_CHECKING:
    from collections.abc import Callable

PROJECT = Path(__file__).parents[3]

WITHOUT = """
import os, sys
from pathlib import Path
for name in ("O_NOFOLLOW", "O_DIRECTORY", "O_NONBLOCK", "O_NOCTTY", "O_CLOEXEC", "fchmod"):
    delattr(os, name)
os.supports_dir_fd.clear()
from reconciler.store.below import write_below
from reconciler.store.opening import folder, read_named
top = Path(sys.argv[1])
assert write_below(top, "a/b.txt", "text")
with folder(top / "a", below=top) as found:
    assert found.read("b.txt") == b"text"
    for name in ("link", "pipe"):
        try:
            found.read(name)
        except OSError as problem:
            print(problem.strerror)
for place in ("theirs", "theirs/inner"):
    try:
        with folder(top / place, below=top):
            print("entered")
    except OSError as problem:
        print(problem.strerror)
assert read_named(top / "a/b.txt") == b"text"
"""


def test_a_system_without_these_flags_and_descriptors_is_held_to_the_same(tmp_path: Path) -> None:
    top, outside = tmp_path / "top", tmp_path / "outside"
    (top / "a").mkdir(parents=True)
    (outside / "inner").mkdir(parents=True)
    (outside / "secret").write_text("secret")
    (top / "a/link").symlink_to(outside / "secret")
    (top / "theirs").symlink_to(outside)
    os.mkfifo(top / "a/pipe")

    told = subprocess.run(
        (sys.executable, "-c", WITHOUT, str(top)),
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert told.stderr == ""
    assert [line.rpartition("' ")[2] for line in told.stdout.splitlines()] == [
        "is a link; none is followed here",
        "it is a pipe, not a regular file",
        "is a link; none is followed here",
        "is a link; none is followed here",
    ]


@pytest.mark.parametrize("name", ["link", "link/a", "a/link"])
def test_no_step_below_a_root_is_a_link(name: str, tmp_path: Path) -> None:
    top = tmp_path / "top"
    (top / "a").mkdir(parents=True)
    for place in (top / "link", top / "a/link"):
        place.symlink_to(top / "a")

    for making in (None, 0o700):
        with (
            pytest.raises(OSError, match="is a link; none is followed here"),
            folder(top / name, below=top, making=making),
        ):
            pass
    assert sorted(path.name for path in (top / "a").iterdir()) == ["link"]


def test_what_is_read_is_bounded_before_it_is_read(tmp_path: Path) -> None:
    for name in ("huge", "full"):
        (tmp_path / name).touch()
    os.truncate(tmp_path / "huge", 1 << 40)
    os.truncate(tmp_path / "full", 1 << 20)

    with folder(tmp_path, below=tmp_path) as found:
        for read in (found.read, lambda name, limit: read_named(tmp_path / name, limit=limit)):
            assert len(read("full", limit=1 << 20)) == 1 << 20
            for name in ("huge", "full"):
                with pytest.raises(OSError, match="it is larger than 0 MiB"):
                    read(name, limit=(1 << 20) - 1)


def test_a_file_without_a_size_is_bounded_too() -> None:
    with pytest.raises(OSError, match="it is larger than 0 MiB"):
        read_named(Path("/proc/self/environ"), limit=1)


def test_a_path_that_was_typed_is_where_it_leads(tmp_path: Path) -> None:
    (tmp_path / "a/b").mkdir(parents=True)
    (tmp_path / "own").symlink_to("a/b/../b")

    assert named(tmp_path / "own/new.json") == tmp_path / "a/b/new.json"
    assert named(tmp_path / "a/../own/../new.json") == tmp_path / "new.json"
    (tmp_path / "loop").symlink_to("loop")
    with pytest.raises(OSError, match="symbolic links"):
        named(tmp_path / "loop")


@pytest.mark.parametrize("mark", [".git", "reconciler.yaml"])
def test_a_link_of_a_checkout_may_lead_elsewhere_in_it_and_not_out(
    mark: str, tmp_path: Path
) -> None:
    top = tmp_path / "top"
    (top / "sub").mkdir(parents=True)
    (top / mark).touch()
    (top / "sub/in.json").symlink_to("../plan.json")
    (top / "sub/out.json").symlink_to("../../plan.json")
    (tmp_path / "way").symlink_to("top")

    assert named(top / "sub/in.json") == top / "plan.json"
    assert named(tmp_path / "way/sub/in.json") == top / "plan.json"
    assert named(top / "sub/../../plan.json") == tmp_path / "plan.json"
    with pytest.raises(OSError, match="is a link that leaves"):
        named(top / "sub/out.json")


def test_somebody_elses_link_in_a_folder_for_everybody_is_not_followed(tmp_path: Path) -> None:
    shared = tmp_path / "shared"
    shared.mkdir()
    (tmp_path / "plan.json").write_text("mine")
    (shared / "link.json").symlink_to(tmp_path / "plan.json")
    shared.chmod(0o1777)

    assert named(shared / "link.json") == tmp_path / "plan.json"
    if os.getuid() == 0:
        os.lchown(shared / "link.json", 65534, -1)
        with pytest.raises(OSError, match="in a folder that everybody may write to"):
            named(shared / "link.json")
    with pytest.raises(OSError, match="in a folder that everybody may write to"):
        named(shared / "link.json", is_written=True)


@pytest.mark.parametrize("end", ["", "-journal", "-wal", "-shm"])
@pytest.mark.parametrize(
    "make", [os.mkfifo, os.mkdir, lambda path: Path(path).symlink_to("/dev/zero")]
)
def test_sqlite_opens_no_file_beside_which_something_odd_lies(
    make: Callable[[str], None], end: str, tmp_path: Path
) -> None:
    assert database(tmp_path / "a/b.sqlite3", below=tmp_path) == tmp_path / "a/b.sqlite3"
    make(str(tmp_path / f"a/b.sqlite3{end}"))
    with pytest.raises(OSError, match=r"link|not a regular file"):
        database(tmp_path / "a/b.sqlite3", below=tmp_path)
