from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given, settings, strategies as st

from reconciler.codec import journal
from reconciler.codec.journal import Header, Run
from reconciler.errors import Failure
from reconciler.model.outcome import Intent, Outcome
from reconciler.model.plan import FieldChange, PlanTenant
from reconciler.model.words import Foreign, Place, Ref
from tests.support.sample_report import sample_report

AT = "2026-11-21T12:00:00.000Z"
HEADER = Header("4f2a", "0.1.0", PlanTenant("demo", None, "emulator", "emulator"), "sha256:0", AT)
FIELD = FieldChange("status", "active", "resolved")
ONE, TWO = Ref("Incident", "1"), Ref("Incident", "2")
MEANT = Intent(ONE, Place("a.yaml", 3), (FIELD,))
DONE = Outcome(ONE, "done", Place("a.yaml", 3), fields=(FIELD,), request_ids=("r-1",))
TORN = Outcome(
    TWO,
    "notKept",
    Place("b.yaml", 1),
    fields=(FieldChange("customTags", ["x"], []),),
    problem="Graph answered yes, and the value did not stick",
    detail=Foreign("why\u202e\x1b[31m\ud800"),
)
LINES = (
    journal.header_line(HEADER),
    journal.intent_line(MEANT, at=AT),
    journal.intent_line(replace(MEANT, ref=TWO), at=AT),
    journal.outcome_line(DONE, at=AT),
    journal.outcome_line(TORN, at=AT),
    journal.end_line(sample_report()),
)
WHOLE = "".join(LINES).encode()
RUN = Run(HEADER, (MEANT, replace(MEANT, ref=TWO)), (DONE, TORN), is_cut=False)


def line(text: str, **changes: object) -> str:
    return json.dumps({**json.loads(text), **changes}) + "\n"


def test_a_journal_reads_back_as_it_was_written() -> None:
    assert journal.load(WHOLE) == RUN


def test_each_record_is_one_line_of_ascii_that_people_can_read() -> None:
    for text in LINES:
        assert text.endswith("\n")
        assert set(text[:-1].encode("ascii")) <= set(range(32, 127))
    assert LINES[1] == (
        '{"type":"intent","at":"2026-11-21T12:00:00.000Z","kind":"Incident","id":"1",'
        '"source":{"path":"a.yaml","line":3},"fields":[{"name":"status","before":"active",'
        '"after":"resolved","cause":"declared"}]}\n'
    )
    assert json.loads(LINES[5]) == {
        "type": "end",
        "at": "2026-11-21T10:00:01.000Z",
        "summary": {
            "done": 1,
            "alreadyDone": 0,
            "conflict": 1,
            "failed": 0,
            "unsettled": 0,
            "notKept": 0,
            "notTried": 0,
            "unknown": 2,
        },
        "interrupted": False,
    }


@settings(max_examples=300)
@given(st.integers(0, len(WHOLE)))
def test_a_journal_that_was_cut_anywhere_behind_its_first_line_can_be_read(length: int) -> None:
    data = WHOLE[:length]
    whole = data.count(b"\n")
    if not whole:
        with pytest.raises(Failure, match="it holds no run"):
            journal.load(data)
        return
    run = journal.load(data)
    assert run.is_cut is (length < len(WHOLE))
    assert run.intents == RUN.intents[: max(0, whole - 1)]
    assert run.outcomes == RUN.outcomes[: max(0, whole - 3)]


def test_zeros_behind_the_last_line_as_a_power_cut_leaves_them_are_a_cut_line() -> None:
    run = journal.load("".join(LINES[:4]).encode() + bytes(512))
    assert (run.outcomes, run.is_cut) == ((DONE,), True)


@pytest.mark.parametrize(
    ("number", "text", "problem"),
    [
        (1, "garbage\n", "it is no JSON of this tool"),
        (1, "[" * 100_000 + "\n", "it is no JSON of this tool"),
        (1, "caf\u00e9\n", "it is no JSON of this tool"),
        (1, LINES[1], "a journal has one 'run', and it is the first line"),
        (2, LINES[0], "a journal has one 'run', and it is the first line"),
        (
            1,
            line(LINES[0], format="2.0"),
            "written by a newer reconciler .format 2.0; known is 1.0",
        ),
        (1, line(LINES[0], format="x"), "'format' is no version"),
        (1, line(LINES[0], startedAt="now"), "'startedAt' is no UTC time"),
        (2, line(LINES[1], type="wish"), "'wish' is no line of a journal"),
        (2, line(LINES[1], id="../users"), "names an id that no Incident has"),
        (2, line(LINES[1], kind="User"), "names a kind that this reconciler does not know"),
        (2, line(LINES[1], source={"path": "a", "line": 0}), "lines count from 1"),
        (2, line(LINES[1], fields=[{"name": "status"}]), "'before' is missing"),
        (2, line(LINES[3], outcome="fine"), "'outcome' is 'fine'; expected one of"),
        (2, line(LINES[3], requestIds=None), "'requestIds' is None; expected a list"),
        (7, LINES[3], "there is more after the 'end'"),
        (
            2,
            line(
                LINES[1],
                fields=[{"name": "id", "before": 1, "after": 2, "cause": "declared"}],
            ),
            "Incident 1: 'id' is no field that can be written",
        ),
    ],
)
def test_a_line_that_cannot_stand_there_is_refused_with_its_number(
    number: int, text: str, problem: str
) -> None:
    data = "".join((*LINES[: number - 1], text)).encode()
    with pytest.raises(
        Failure, match=f"^the journal cannot be used: line {number}: .*{problem}"
    ) as caught:
        journal.load(data)
    assert caught.value.remedy is not None


def test_a_newer_minor_may_add_lines_and_keys() -> None:
    newer = line(LINES[0], format="1.7", host="ci")
    note = line(LINES[1], type="note")
    run = journal.load("".join((newer, note, *LINES[1:])).encode())
    assert replace(run, header=HEADER) == RUN


def test_open_are_the_last_intents_without_an_outcome_or_with_an_unsettled_one() -> None:
    again = replace(MEANT, fields=(FieldChange("status", "inProgress", "resolved"),))
    other, third = replace(MEANT, ref=TWO), replace(MEANT, ref=Ref("Incident", "3"))
    unsettled = replace(DONE, ref=TWO, name="unsettled")
    settled = replace(DONE, ref=third.ref)
    run = Run(HEADER, (MEANT, other, third, again), (unsettled, settled), is_cut=True)
    assert run.open == (again, other)


def test_what_did_not_stick_is_found_with_what_was_sent() -> None:
    assert journal.not_kept(RUN) == {TWO: {"customTags": ["x"]}}
