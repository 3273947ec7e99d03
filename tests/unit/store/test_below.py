from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

import pytest

from reconciler.errors import Failure
from reconciler.store.below import is_there, write_below

if TYPE_CHECKING:
    from pathlib import Path


def test_a_file_is_written_with_its_folders_for_everybody_to_read(tmp_path: Path) -> None:
    before = os.umask(0o077)
    try:
        assert write_below(tmp_path / "new", "a/b/c.yaml", "text\n")
    finally:
        os.umask(before)

    path = tmp_path / "new/a/b/c.yaml"
    assert path.read_text() == "text\n"
    assert stat.S_IMODE(path.stat().st_mode) == 0o644
    assert [one.name for one in path.parent.iterdir()] == ["c.yaml"]


def test_what_is_there_is_replaced_only_when_that_is_asked_for(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("mine")

    assert not write_below(tmp_path, "a.yaml", "other")
    assert (tmp_path / "a.yaml").read_text() == "mine"
    assert write_below(tmp_path, "a.yaml", "other", overwrite=True)
    assert (tmp_path / "a.yaml").read_text() == "other"


@pytest.mark.parametrize("target", ["outside", "inside", "nowhere"])
def test_a_link_to_a_folder_is_never_followed(tmp_path: Path, target: str) -> None:
    top, outside = tmp_path / "top", tmp_path / "outside"
    for folder in (top, outside, top / "inside"):
        folder.mkdir()
    (top / "alerts").symlink_to({"outside": outside, "inside": top / "inside"}.get(target, "gone"))

    with pytest.raises(Failure) as caught:
        write_below(top, "alerts/a.yaml", "text")

    assert "alerts/a.yaml" in caught.value.message
    assert not list(outside.iterdir())
    assert not list((top / "inside").iterdir())


def test_a_link_in_place_of_the_file_is_in_the_way_or_replaced_and_its_target_untouched(
    tmp_path: Path,
) -> None:
    top, victim = tmp_path / "top", tmp_path / "victim"
    top.mkdir()
    victim.write_text("precious")
    for name, target in (("a.yaml", victim), ("b.yaml", tmp_path / "gone")):
        (top / name).symlink_to(target)

        assert is_there(top, name)
        assert not write_below(top, name, "text")
        assert write_below(top, name, "text", overwrite=True)
        assert not (top / name).is_symlink()

    assert victim.read_text() == "precious"
    assert not (tmp_path / "gone").exists()


def test_the_top_itself_may_be_reached_through_a_link(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")

    assert write_below(tmp_path / "link", "a.yaml", "text")
    assert is_there(tmp_path / "real", "a.yaml")


def test_a_file_where_a_folder_should_be_is_a_failure_that_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "alerts").write_text("a file")

    with pytest.raises(Failure):
        write_below(tmp_path, "alerts/a.yaml", "text")

    assert [one.name for one in tmp_path.iterdir()] == ["alerts"]


def test_a_folder_in_place_of_the_file_is_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").mkdir()

    with pytest.raises(Failure):
        write_below(tmp_path, "a.yaml", "text", overwrite=True)

    assert [one.name for one in tmp_path.iterdir()] == ["a.yaml"]
