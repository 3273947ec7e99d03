from __future__ import annotations

import stat
from typing import TYPE_CHECKING

import pytest

from reconciler.store.document_memory import SMALL_BYTES, documents_memory
from reconciler.store.edition import edition

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

CONTENT = b"kind: Incident\n"
TEXT = b'[[["Incident"]],[]]'


def remember(state: Path, texts: Iterable[tuple[bytes, bytes]], *, parser: str = "x") -> None:
    with documents_memory(state, "demo", parser=parser) as memory:
        for content, text in texts:
            memory.remember(content, text)


def recall(state: Path, content: bytes = CONTENT, *, parser: str = "x") -> bytes | None:
    with documents_memory(state, "demo", parser=parser) as memory:
        return memory.recall(content)


def file(state: Path) -> Path:
    return state / "documents" / "demo.texts"


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """One text is remembered in it."""
    remember(tmp_path / "state", [(CONTENT, TEXT)])
    return tmp_path / "state"


def test_a_text_is_recalled_for_the_same_content_and_no_other(state: Path) -> None:
    assert recall(state) == TEXT
    assert recall(state, CONTENT + b" ") is None


def test_a_text_is_found_by_gits_name_of_the_content(state: Path) -> None:
    assert file(state).read_bytes()[:20].hex() == "265956e930db4dd19c1e2eb218a995a8524f9e6b"


def test_what_was_remembered_last_is_recalled(state: Path) -> None:
    remember(state, [(CONTENT, b"[[],[]]")])

    assert recall(state) == b"[[],[]]"


def test_nothing_of_it_is_for_others_or_for_git(state: Path) -> None:
    folder = state / "documents"
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()}

    assert modes == {"demo.texts": 0o600, ".gitignore": 0o600}
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert (folder / ".gitignore").read_text() == "*\n"


def test_what_another_tool_remembered_is_not_taken(state: Path) -> None:
    assert recall(state, parser="another YAML library") is None


def test_an_edition_names_parser_and_text_of_the_tool() -> None:
    assert edition("x") == edition("x") != edition("y")


def test_a_record_that_was_changed_anywhere_tells_nothing_else(state: Path) -> None:
    data = file(state).read_bytes()
    for place in range(len(data)):
        edited = bytearray(data)
        edited[place] ^= 1
        file(state).touch(mode=0o600)
        file(state).write_bytes(edited)

        assert recall(state) in {
            None,
            TEXT,
        }  # TEXT: only its length was changed, to one beyond the end


def test_a_file_that_was_cut_anywhere_holds_what_is_whole(state: Path) -> None:
    whole = file(state).read_bytes()
    remember(state, [(b"2", TEXT)])
    data = file(state).read_bytes()
    for length in range(len(data)):
        file(state).touch(mode=0o600)
        file(state).write_bytes(data[:length])

        assert recall(state) == (TEXT if length >= len(whole) else None)
        assert recall(state, b"2") is None


def test_the_text_of_another_file_is_not_taken_for_its_own(state: Path) -> None:
    other = CONTENT + b"# another\n"
    first = file(state).read_bytes()
    remember(state, [(other, b'[[["Alert"]],[]]')])
    second = file(state).read_bytes()[len(first) :]
    file(state).write_bytes(first[:20] + second[20:])

    assert recall(state) is None


@pytest.mark.parametrize("damage", [b"", b"\0", b"\0" * 1000, b"\xff" * 1000])
def test_a_damaged_file_costs_time_and_nothing_else(state: Path, damage: bytes) -> None:
    file(state).write_bytes(damage)

    assert recall(state) is None
    remember(state, [(CONTENT, TEXT)])
    assert recall(state) == TEXT


@pytest.mark.parametrize("mode", [0o644, 0o660, 0o602])
def test_a_file_that_others_could_have_written_is_not_read(state: Path, mode: int) -> None:
    file(state).chmod(mode)

    assert recall(state) is None


def test_a_folder_that_others_could_have_written_to_is_not_read(state: Path) -> None:
    (state / "documents").chmod(0o755)

    assert recall(state) is None


def test_a_link_in_its_place_is_not_followed(state: Path, tmp_path: Path) -> None:
    file(state).rename(tmp_path / "elsewhere")
    file(state).symlink_to(tmp_path / "elsewhere")

    assert recall(state) is None
    remember(state, [(CONTENT, b"[[],[]]")])
    assert b"[[],[]]" not in (tmp_path / "elsewhere").read_bytes()


def test_a_folder_that_cannot_be_made_costs_time_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("a file")

    assert recall(tmp_path / "state") is None
    remember(tmp_path / "state", [(CONTENT, TEXT)])


def test_a_file_that_goes_while_it_is_used_costs_time_and_nothing_else(state: Path) -> None:
    with documents_memory(state, "demo", parser="x") as memory:
        file(state).unlink()
        memory.remember(b"2", TEXT)

        assert memory.recall(CONTENT) == TEXT
    assert recall(state) is None
    assert recall(state, b"2") == TEXT


def test_two_runs_at_once_remember_what_both_have_read(state: Path) -> None:
    with (
        documents_memory(state, "demo", parser="x") as first,
        documents_memory(state, "demo", parser="x") as second,
    ):
        first.remember(b"1", TEXT)
        second.remember(b"2", TEXT)

    assert [recall(state, one) for one in (CONTENT, b"1", b"2")] == [TEXT] * 3


def test_tenants_have_a_memory_of_their_own(state: Path) -> None:
    with documents_memory(state, "other", parser="x") as memory:
        assert memory.recall(CONTENT) is None


def test_a_large_file_of_which_little_is_of_use_starts_anew(state: Path) -> None:
    text = b"x" * (SMALL_BYTES // 2)
    remember(state, [(b"1", text), (b"2", text)])

    assert recall(state, b"1") == text
    assert recall(state) == TEXT
    assert recall(state) is None


def break_off(state: Path) -> None:
    with documents_memory(state, "demo", parser="x") as memory:
        memory.remember(CONTENT, TEXT)
        raise KeyboardInterrupt


def test_a_run_that_broke_off_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        break_off(tmp_path)

    assert list(tmp_path.iterdir()) == []
