from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from reconciler.errors import Failure, JournalFailure
from reconciler.store.lock import locked
from reconciler.store.trial import try_journal, try_lock

if TYPE_CHECKING:
    from pathlib import Path


def test_a_journal_folder_is_tried_out_and_left_empty(tmp_path: Path) -> None:
    folder = tmp_path / "state" / "journal" / "demo"

    assert try_journal(folder, below=tmp_path) == "can be written"
    assert list(folder.iterdir()) == []
    assert folder.stat().st_mode & 0o777 == 0o700


def test_a_folder_that_cannot_be_made_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("a file")

    with pytest.raises(JournalFailure, match="no journal can be written to") as problem:
        try_journal(tmp_path / "state" / "journal", below=tmp_path)
    assert problem.value.remedy


def test_a_lock_is_free_or_says_who_holds_it(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    assert try_lock(tmp_path, "demo", home=home) == f"free, in {home}"
    with locked(tmp_path, "demo"), pytest.raises(Failure, match="is applying to tenant demo"):
        try_lock(tmp_path, "demo", home=home)
    assert try_lock(tmp_path, "demo", home=None) == f"free, in {tmp_path}"
