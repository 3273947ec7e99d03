from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from reconciler.store.home import home, machine_key

if TYPE_CHECKING:
    from pathlib import Path


def test_it_is_the_persons_state_home_and_for_its_owner_alone(tmp_path: Path) -> None:
    here = tmp_path / "state" / "reconciler"
    below = tmp_path / ".local" / "state" / "reconciler"

    assert home({"XDG_STATE_HOME": str(tmp_path / "state"), "HOME": "/none"}) == here
    assert home({"HOME": str(tmp_path)}) == below
    assert home({"XDG_STATE_HOME": "relative", "HOME": str(tmp_path)}) == below
    assert [path.stat().st_mode & 0o777 for path in (here, below)] == [0o700, 0o700]


@pytest.mark.parametrize("place", ["/dev/null", "/proc/none"])
def test_where_none_can_be_made_there_is_none(place: str) -> None:
    assert home({"XDG_STATE_HOME": place}) is None
    assert home({"HOME": place}) is None


def test_one_that_others_may_write_to_or_own_is_refused(tmp_path: Path) -> None:
    env = {"XDG_STATE_HOME": str(tmp_path)}
    here = home(env)
    assert here is not None
    here.chmod(0o770)
    with pytest.raises(OSError, match=r"somebody else owns .* or may write to it"):
        home(env)
    here.chmod(0o700)
    assert home(env) == here
    here.rmdir()
    here.symlink_to(tmp_path)
    if os.getuid() == 0:
        os.lchown(here, 65534, -1)
    with pytest.raises(OSError, match=r"somebody else owns .* or may write to it"):
        home(env)


def test_the_key_is_made_once_and_for_its_owner_alone(tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    key = machine_key(tmp_path)

    assert len(key) == 32
    assert machine_key(tmp_path) == key != machine_key(tmp_path / "other")
    assert (tmp_path / "key").stat().st_mode & 0o777 == 0o600
    assert sorted(path.name for path in tmp_path.iterdir()) == ["key", "other"]


def test_a_key_that_others_may_read_or_that_is_cut_short_is_none(tmp_path: Path) -> None:
    machine_key(tmp_path)
    (tmp_path / "key").chmod(0o644)
    with pytest.raises(OSError, match="not for its owner alone"):
        machine_key(tmp_path)
    (tmp_path / "key").chmod(0o600)
    (tmp_path / "key").write_bytes(b"short")
    with pytest.raises(OSError, match="cut short"):
        machine_key(tmp_path)
    (tmp_path / "key").unlink()
    (tmp_path / "key").symlink_to("/dev/zero")
    with pytest.raises(OSError, match="is a link"):
        machine_key(tmp_path)
