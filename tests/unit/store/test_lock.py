from __future__ import annotations

import os
import sys
from pathlib import Path
from subprocess import PIPE, Popen

import pytest

from reconciler.errors import Failure
from reconciler.store.lock import locked


def test_a_second_apply_of_the_tenant_is_told_who_holds_it(tmp_path: Path) -> None:
    with locked(tmp_path, "demo"):
        with (
            pytest.raises(Failure, match=rf"^process {os.getpid()} is applying to tenant demo"),
            locked(tmp_path, "demo"),
        ):
            pass
        with locked(tmp_path, "contoso"):
            pass
    with locked(tmp_path, "demo"):
        pass


def test_the_lock_is_for_its_owner_alone(tmp_path: Path) -> None:
    (tmp_path / "state").mkdir(mode=0o700)
    with locked(tmp_path / "state", "demo"):
        pass
    file = tmp_path / "state" / "lock" / "demo.lock"
    assert [path.stat().st_mode & 0o777 for path in (file, file.parent, file.parent.parent)] == [
        0o600,
        0o700,
        0o700,
    ]


def test_a_holder_without_a_name_is_another_process(tmp_path: Path) -> None:
    with locked(tmp_path, "demo"):
        (tmp_path / "lock" / "demo.lock").write_text("")
        with (
            pytest.raises(Failure, match=r"^another process is applying"),
            locked(tmp_path, "demo"),
        ):
            pass


HOLDER = """
import sys
from pathlib import Path
from reconciler.store.lock import locked
with locked(Path(sys.argv[1]), "demo"):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_a_process_that_was_killed_holds_nothing(tmp_path: Path) -> None:
    words = (sys.executable, "-c", HOLDER, str(tmp_path))
    with Popen(words, stdin=PIPE, stdout=PIPE) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        with (
            pytest.raises(Failure, match=rf"^process {holder.pid} is applying"),
            locked(tmp_path, "demo"),
        ):
            pass
        holder.kill()
    with locked(tmp_path, "demo"):
        pass


def test_a_lock_that_cannot_be_opened_says_so(tmp_path: Path) -> None:
    (tmp_path / "lock").write_text("a file where the folder belongs")
    with pytest.raises(Failure, match=r"demo.lock' cannot be taken"), locked(tmp_path, "demo"):
        pass


def test_a_link_in_the_place_of_the_lock_is_not_followed(tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_text("keep me")
    (tmp_path / "lock").mkdir()
    (tmp_path / "lock" / "demo.lock").symlink_to(victim)
    with pytest.raises(Failure, match=r"cannot be taken"), locked(tmp_path, "demo"):
        pass
    assert victim.read_text() == "keep me"


def test_two_environments_of_one_working_copy_exclude_each_other(tmp_path: Path) -> None:
    homes = [tmp_path / "a", tmp_path / "b", None]
    for home in homes[:2]:
        assert home is not None
        home.mkdir()
    for first in homes:
        for second in homes:
            with (
                locked(tmp_path / "state", "demo", home=first),
                pytest.raises(Failure, match="is applying to tenant demo"),
                locked(tmp_path / "state", "demo", home=second),
            ):
                pass


def test_two_working_copies_of_one_home_exclude_each_other(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    with (
        locked(tmp_path / "one", "contoso", home=home),
        pytest.raises(Failure, match="is applying to tenant contoso"),
        locked(tmp_path / "other", "contoso", home=home),
    ):
        pass


@pytest.mark.parametrize("whose", ["state", "home"])
def test_a_folder_of_somebody_else_is_not_used(tmp_path: Path, whose: str) -> None:
    places = {"state": tmp_path / "state", "home": tmp_path / "home"}
    for place in places.values():
        place.mkdir()
    if os.getuid() == 0:
        os.chown(places[whose], 65534, -1)
    else:
        places[whose] = Path("/usr")
    with (
        pytest.raises(Failure, match="its folder belongs to somebody else"),
        locked(places["state"], "x", home=places["home"]),
    ):
        pass
