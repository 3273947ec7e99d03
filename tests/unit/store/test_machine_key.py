from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from reconciler.store.machine_key import machine_key

if TYPE_CHECKING:
    from pathlib import Path


def test_it_is_made_once_and_for_its_owner_alone(tmp_path: Path) -> None:
    folder = tmp_path / "reconciler-0"
    key = machine_key(folder)

    assert len(key) == 32
    assert machine_key(folder) == key != machine_key(tmp_path / "other")
    assert [path.stat().st_mode & 0o777 for path in (folder, folder / "key")] == [0o700, 0o600]
    assert [path.name for path in folder.iterdir()] == ["key"]


def test_one_that_others_may_read_or_that_is_cut_short_is_none(tmp_path: Path) -> None:
    folder = tmp_path / "reconciler-0"
    machine_key(folder)
    (folder / "key").chmod(0o644)
    with pytest.raises(OSError, match="not for its owner alone"):
        machine_key(folder)
    (folder / "key").chmod(0o600)
    (folder / "key").write_bytes(b"short")
    with pytest.raises(OSError, match="cut short"):
        machine_key(folder)
    (folder / "key").unlink()
    (folder / "key").symlink_to("/dev/zero")
    with pytest.raises(OSError, match="symbolic"):
        machine_key(folder)


def test_a_folder_that_others_may_enter_is_none(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    with pytest.raises(OSError, match="not for its owner alone"):
        machine_key(tmp_path)
