from __future__ import annotations

import os
import sqlite3
import stat
from typing import TYPE_CHECKING

import pytest

from reconciler.store import memory as store
from reconciler.store.edition import edition
from reconciler.store.memory import documents_memory

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

CONTENT = b"kind: Incident\n"
TEXT = '[[["Incident"]],[]]'


def remember(state: Path, texts: Iterable[tuple[bytes, str]], *, parser: str = "x") -> None:
    with documents_memory(state, parser=parser) as memory:
        for content, text in texts:
            memory.recall(content)
            memory.remember(content, text)


def recall(state: Path, content: bytes = CONTENT, *, parser: str = "x") -> str | None:
    with documents_memory(state, parser=parser) as memory:
        return memory.recall(content)


def file(state: Path) -> Path:
    return state / "documents" / "files.sqlite3"


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """One text is remembered in it."""
    remember(tmp_path / "state", [(CONTENT, TEXT)])
    return tmp_path / "state"


def test_a_text_is_recalled_for_the_same_content_and_no_other(state: Path) -> None:
    assert recall(state) == TEXT
    assert recall(state, CONTENT + b" ") is None


def test_the_key_is_gits_name_of_the_content(state: Path) -> None:
    with sqlite3.connect(file(state)) as connection:
        names = [name.hex() for (name,) in connection.execute("SELECT name FROM files")]

    assert names == ["265956e930db4dd19c1e2eb218a995a8524f9e6b"]


def test_nothing_of_it_is_for_others_or_for_git(state: Path) -> None:
    folder = state / "documents"
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()}

    assert modes == {"files.sqlite3": 0o600, ".gitignore": 0o600}
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert (folder / ".gitignore").read_text() == "*\n"


def test_what_another_tool_remembered_is_not_taken(state: Path) -> None:
    assert recall(state, parser="another YAML library") is None


def test_an_edition_names_parser_and_text_of_the_tool() -> None:
    assert edition("x") == edition("x") != edition("y")


def test_a_text_that_was_changed_anywhere_is_as_good_as_forgotten(state: Path) -> None:
    with sqlite3.connect(file(state)) as connection:
        ((told,),) = connection.execute("SELECT told FROM files").fetchall()
    for place in range(len(told)):
        edited = bytearray(told)
        edited[place] ^= 1
        with sqlite3.connect(file(state)) as connection:
            connection.execute("UPDATE files SET told = ?", (bytes(edited),))

        assert recall(state) is None


@pytest.mark.parametrize("told", [b"", b"short", "text", None, 5, 1.5])
def test_what_is_no_row_of_ours_is_as_good_as_forgotten(state: Path, told: object) -> None:
    with sqlite3.connect(file(state)) as connection:
        connection.execute("DROP TABLE files")
        connection.execute("CREATE TABLE files (name, told)")
        connection.execute("INSERT INTO files VALUES (?, ?)", (store._name(CONTENT), told))

    assert recall(state) is None


def test_the_text_of_another_file_is_not_taken_for_its_own(state: Path) -> None:
    other = CONTENT + b"# another\n"
    remember(state, [(other, '[[["Alert"]],[]]')])
    with sqlite3.connect(file(state)) as connection:
        connection.execute(
            "UPDATE files SET told = (SELECT told FROM files WHERE name = ?) WHERE name = ?",
            (store._name(other), store._name(CONTENT)),
        )

    assert recall(state) is None


@pytest.mark.parametrize("damage", [b"", b"no database", b"SQLite format 3\0" + b"\xff" * 4096])
def test_a_damaged_file_costs_time_and_nothing_else(state: Path, damage: bytes) -> None:
    file(state).write_bytes(damage)

    assert recall(state) is None
    remember(state, [(CONTENT, TEXT)])


def test_a_file_cut_short_while_it_is_used_costs_time_and_nothing_else(state: Path) -> None:
    remember(state, ((b"%d" % number, TEXT * 20) for number in range(2000)))
    os.truncate(file(state), 8192)

    found = [recall(state, b"%d" % number) for number in range(0, 2000, 400)]

    assert set(found) <= {None, TEXT * 20}


@pytest.mark.parametrize("mode", [0o644, 0o660, 0o602])
def test_a_file_that_others_could_have_written_is_not_read(state: Path, mode: int) -> None:
    file(state).chmod(mode)

    assert recall(state) is None


def test_a_file_beside_it_that_a_checkout_brought_is_not_read_either(state: Path) -> None:
    file(state).with_name("files.sqlite3-journal").write_bytes(b"x")
    file(state).with_name("files.sqlite3-journal").chmod(0o644)

    assert recall(state) is None


def test_a_link_in_its_place_is_not_followed(state: Path, tmp_path: Path) -> None:
    file(state).rename(tmp_path / "elsewhere")
    file(state).symlink_to(tmp_path / "elsewhere")

    assert recall(state) is None


def test_a_folder_that_cannot_be_made_costs_time_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("a file")

    assert recall(tmp_path / "state") is None
    remember(tmp_path / "state", [(CONTENT, TEXT)])


def test_while_another_process_writes_everything_is_read(state: Path) -> None:
    with sqlite3.connect(file(state)) as other:
        other.execute("BEGIN EXCLUSIVE")

        with documents_memory(state, parser="x", wait_seconds=0.0) as memory:
            assert memory.recall(CONTENT) is None
            memory.remember(CONTENT, TEXT)


def test_others_can_read_while_texts_are_asked_for(state: Path) -> None:
    with documents_memory(state, parser="x") as first:
        assert first.recall(CONTENT) == TEXT

        assert recall(state) == TEXT


def test_the_oldest_texts_go_when_there_are_many_more_than_are_asked_for(state: Path) -> None:
    with documents_memory(state, parser="x") as memory:
        for number in range(store.SPARE):
            memory.remember(b"%d" % number, TEXT)

    assert recall(state) is None
    assert recall(state, b"0") == TEXT


def break_off(state: Path) -> None:
    with documents_memory(state, parser="x") as memory:
        for number in range(store.WAITING):
            memory.remember(b"%d" % number, TEXT)
        raise KeyboardInterrupt


def test_a_run_that_broke_off_remembers_what_it_had_written(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        break_off(tmp_path)

    assert recall(tmp_path, b"7") == TEXT
