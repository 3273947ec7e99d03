"""Cases that only a fault in the journal's file would tell apart (tests/mutation)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from reconciler.codec import journal as codec
from reconciler.model.outcome import Intent, Outcome
from reconciler.model.plan import FieldChange
from reconciler.model.words import Place, Ref
from reconciler.store.journal import open_journal
from tests.support.memory_journal import HEADER
from tests.support.sample_report import sample_report
from tests.support.world import FakeClock

if TYPE_CHECKING:
    from pathlib import Path

ONE = Intent(
    Ref("Incident", "1"), Place("a.yaml", 3), (FieldChange("status", "active", "resolved"),)
)
TWO = replace(ONE, ref=Ref("Incident", "2"))


def test_a_batch_is_one_line_an_object(tmp_path: Path) -> None:
    file = tmp_path / "j.jsonl"
    outcomes = [Outcome(intent.ref, "done", intent.source) for intent in (ONE, TWO)]
    with open_journal(file, HEADER, FakeClock()) as journal:
        journal.intend([ONE, TWO])
        journal.settle(outcomes)
    run = codec.load(file.read_bytes())
    assert (run.intents, list(run.outcomes)) == ((ONE, TWO), outcomes)


def test_a_journal_outside_of_the_folder_is_shown_by_its_whole_path(tmp_path: Path) -> None:
    file = tmp_path / "elsewhere" / "j.jsonl"
    with open_journal(file, HEADER, FakeClock(), shown_from=tmp_path / "here") as journal:
        assert journal.path == str(file)


def test_what_follows_the_end_without_a_newline_makes_a_journal_cut() -> None:
    whole = codec.header_line(HEADER) + codec.end_line(sample_report())
    assert not codec.load(whole.encode()).is_cut
    assert codec.load(whole.encode() + b"{").is_cut
