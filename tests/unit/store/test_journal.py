from __future__ import annotations

import os
from dataclasses import dataclass, field, replace
from errno import EBADF, EINVAL, EIO, ENOTSUP
from typing import TYPE_CHECKING

import pytest

from reconciler.codec import journal as codec
from reconciler.errors import JournalFailure
from reconciler.model.outcome import Intent, Outcome
from reconciler.model.plan import FieldChange
from reconciler.model.words import Place, Ref
from reconciler.store.journal import FileJournal, journal_folder, latest, open_journal
from reconciler.store.trial import try_journal
from tests.support.full_disk import room_for
from tests.support.memory_journal import HEADER
from tests.support.sample_report import sample_report
from tests.support.world import FakeClock

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

FIELD = FieldChange("status", "active", "resolved")
MEANT = Intent(Ref("Incident", "1"), Place("a.yaml", 3), (FIELD,))
DONE = Outcome(MEANT.ref, "done", MEANT.source, fields=(FIELD,), request_ids=("r-1",))
NAME = "20261121T120000.000Z-4f2a9c1b.jsonl"


def opened(path: Path, *, shown_from: Path | None = None) -> FileJournal:
    return open_journal(path, HEADER, FakeClock(), shown_from=shown_from)


def test_each_step_is_in_the_file_when_it_returns(tmp_path: Path) -> None:
    file = tmp_path / "j.jsonl"
    with opened(file) as journal:
        assert codec.load(file.read_bytes()) == codec.Run(HEADER, (), (), is_cut=True)
        journal.intend([MEANT])
        assert codec.load(file.read_bytes()).intents == (MEANT,)
        journal.settle([DONE])
        assert codec.load(file.read_bytes()).outcomes == (DONE,)
        journal.close(sample_report())
        assert not codec.load(file.read_bytes()).is_cut


def test_a_journal_and_its_folders_are_for_their_owner_alone(tmp_path: Path) -> None:
    file = journal_folder(tmp_path / "state", "demo") / NAME
    with opened(file, shown_from=tmp_path) as journal:
        assert journal.path == f"state/journal/demo/{NAME}"
    modes = [path.stat().st_mode & 0o777 for path in (file, *file.parents[:3])]
    assert modes == [0o600, 0o700, 0o700, 0o700]


def test_a_folder_gets_a_file_named_by_time_and_run(tmp_path: Path) -> None:
    with opened(tmp_path) as journal:
        assert journal.path == str(tmp_path / NAME)


def test_an_empty_file_is_taken_and_closed_to_others(tmp_path: Path) -> None:
    file = tmp_path / "j.jsonl"
    file.touch(0o644)
    with opened(file):
        pass
    assert file.stat().st_mode & 0o777 == 0o600
    assert codec.load(file.read_bytes()).header == HEADER


def test_a_file_that_holds_something_is_left_as_it_is(tmp_path: Path) -> None:
    file = tmp_path / "j.jsonl"
    file.write_text("somebody's")
    with pytest.raises(JournalFailure, match="it is there already, and no empty file"):
        opened(file)
    assert file.read_text() == "somebody's"


def test_a_file_that_another_run_has_just_made_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "j.jsonl"
    with opened(file) as _:
        os.truncate(file, 0)
        with pytest.raises(JournalFailure, match="cannot be written"):
            opened(file)


@pytest.mark.parametrize("place", ["link", "pipe", "file/below"])
def test_what_is_no_place_for_a_journal_is_refused(tmp_path: Path, place: str) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "link").symlink_to(tmp_path / "file")
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(JournalFailure, match="cannot be written") as caught:
        opened(tmp_path / place)
    assert "nothing is sent without a journal" in (caught.value.remedy or "")
    assert (tmp_path / "file").read_bytes() == b""


def test_a_disk_without_room_for_the_first_line_leaves_an_empty_file(tmp_path: Path) -> None:
    file = tmp_path / "j.jsonl"
    with room_for(20), pytest.raises(JournalFailure, match="File too large"):
        opened(file)
    assert file.read_bytes() == b""
    with opened(file):
        pass


def test_after_a_torn_line_nothing_more_is_written_and_all_before_can_be_read(
    tmp_path: Path,
) -> None:
    file = tmp_path / "j.jsonl"
    with opened(file) as journal:
        journal.intend([MEANT])
        size = file.stat().st_size
        with room_for(size + 30), pytest.raises(JournalFailure):
            journal.settle([DONE])
        assert file.stat().st_size == size + 30
        with pytest.raises(JournalFailure, match="File too large"):
            journal.intend([MEANT])
        with pytest.raises(JournalFailure, match="File too large"):
            journal.close(sample_report())
    run = codec.load(file.read_bytes())
    assert (run.open, run.is_cut) == ((MEANT,), True)


def test_the_latest_journal_is_the_newest_that_can_be_read(tmp_path: Path) -> None:
    assert latest(tmp_path / "nowhere", below=tmp_path) is None
    for hour in ("08", "09"):
        header = replace(HEADER, started_at=f"2026-11-21T{hour}:00:00.000Z")
        with open_journal(tmp_path, header, FakeClock()):
            pass
    (tmp_path / "20261121T100000.000Z-x.jsonl").write_text("torn")
    (tmp_path / "20261121T110000.000Z-x.jsonl").mkdir()
    (tmp_path / "zzz.txt").write_text("no journal")
    run = latest(tmp_path, below=tmp_path)
    assert run is not None
    assert run.header.started_at == "2026-11-21T09:00:00.000Z"


@dataclass
class Disk:
    """What was on disk, as far as it was told: by path, the content when it was synced."""

    root: Path
    synced: list[tuple[Path, bytes | None]] = field(default_factory=list)
    refuses: int | None = None
    """The error of a folder, as some file systems answer."""

    def fsync(self, descriptor: int) -> None:
        it, paths = os.fstat(descriptor), (self.root, *self.root.rglob("*"))
        path = next(path for path in paths if os.path.samestat(it, path.stat()))
        is_folder = path.is_dir()
        if is_folder and self.refuses:
            raise OSError(self.refuses, os.strerror(self.refuses))
        self.synced.append((path, None if is_folder else path.read_bytes()))


def test_each_line_is_on_disk_before_the_next_step_and_so_is_the_files_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk, file = Disk(tmp_path), tmp_path / "journal/demo/j.jsonl"
    monkeypatch.setattr(os, "fsync", disk.fsync)

    with open_journal(file, HEADER, FakeClock(), below=tmp_path) as journal:
        folders = [path for path, content in disk.synced if content is None]
        assert folders == [tmp_path, tmp_path / "journal", tmp_path / "journal/demo"]
        assert disk.synced[-2] == (file, file.read_bytes())
        steps: list[Callable[[], None]] = [
            lambda: journal.intend([MEANT]),
            lambda: journal.settle([DONE]),
            lambda: journal.close(sample_report()),
        ]
        for step in steps:
            before, count = file.read_bytes(), len(disk.synced)
            step()
            assert file.read_bytes() != before
            assert disk.synced[count:] == [(file, file.read_bytes())]


@pytest.mark.parametrize("refused", [EINVAL, ENOTSUP, EBADF])
def test_a_file_system_that_syncs_no_folders_keeps_a_journal_and_that_is_said_once(
    refused: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    disk, file = Disk(tmp_path, refuses=refused), tmp_path / "journal/demo/j.jsonl"
    monkeypatch.setattr(os, "fsync", disk.fsync)

    with open_journal(file, HEADER, FakeClock(), below=tmp_path) as journal:
        journal.intend([MEANT])

    assert disk.synced[-1] == (file, file.read_bytes())
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    assert "this file system does not sync folders" in caplog.text
    assert try_journal(file.parent, below=tmp_path) == (
        "can be written; this file system does not sync folders, so a crash of the machine may take "
        "the file's name"
    )


def test_a_disk_that_fails_at_its_folder_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "fsync", Disk(tmp_path, refuses=EIO).fsync)

    with pytest.raises(JournalFailure, match="Input/output error"):
        open_journal(tmp_path / "j.jsonl", HEADER, FakeClock())
    with pytest.raises(JournalFailure, match="Input/output error"):
        try_journal(tmp_path / "journal", below=tmp_path)
