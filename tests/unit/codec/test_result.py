from __future__ import annotations

import json
from dataclasses import replace

import pytest

from reconciler.codec import result
from reconciler.errors import Failure, InvalidInput, ReconcilerError, Refused, UsageError
from reconciler.model.words import Finding, Foreign, Place
from tests.support.sample_report import sample_report

BAD = Finding(Place("a.yaml", 3, 7), "kind is 'X'; expected 'Incident'")
DOUBTFUL = Finding(Place("b.yaml"), "the kind is switched off", "warning")


def test_findings_are_parted_into_errors_and_warnings() -> None:
    assert json.loads(result.findings([DOUBTFUL, BAD], exit_code=3, files=2, objects=1)) == {
        "formatVersion": "1.0",
        "exitCode": 3,
        "errors": [
            {
                "path": "a.yaml",
                "line": 3,
                "column": 7,
                "message": "kind is 'X'; expected 'Incident'",
            }
        ],
        "warnings": [
            {"path": "b.yaml", "line": 1, "column": 1, "message": "the kind is switched off"}
        ],
        "files": 2,
        "objects": 1,
    }


def test_an_error_without_a_place_says_all_it_knows_in_one_message() -> None:
    problem = Failure(
        "no answer", remedy="try again", detail=Foreign("bad\n\x1b[31m\u202egateway\ud800")
    )

    assert json.loads(result.error(problem)) == {
        "formatVersion": "1.0",
        "exitCode": 1,
        "errors": [
            {
                "path": None,
                "line": None,
                "column": None,
                "message": "no answer\ntry again\nbad\\u000a\\u001b[31m\\u202egateway\\ud800",
            }
        ],
    }


@pytest.mark.parametrize(
    ("problem", "code"), [(UsageError("x"), 64), (Refused("x"), 5), (ReconcilerError("x"), 1)]
)
def test_an_error_carries_its_exit_code(problem: ReconcilerError, code: int) -> None:
    document = json.loads(result.error(problem))

    assert (document["exitCode"], document["errors"][0]["message"]) == (code, "x")


def test_invalid_input_lists_each_error_at_its_place_and_no_warning() -> None:
    document = json.loads(result.error(InvalidInput((DOUBTFUL, BAD))))

    assert document["errors"] == [
        {"path": "a.yaml", "line": 3, "column": 7, "message": "kind is 'X'; expected 'Incident'"}
    ]


def test_invalid_input_without_errors_still_says_something() -> None:
    document = json.loads(result.error(InvalidInput((DOUBTFUL,))))

    assert document["errors"][0]["message"] == "0 errors"


def test_the_closing_report_names_every_outcome() -> None:
    document = json.loads(result.report(sample_report(), exit_code=6))

    assert document == {
        "formatVersion": "1.0",
        "exitCode": 6,
        "tenant": {
            "name": "demo",
            "tenantId": None,
            "cloud": "emulator",
            "graphUrl": "emulator",
        },
        "digest": "sha256:" + "0" * 64,
        "startedAt": "2026-11-21T10:00:00.000Z",
        "finishedAt": "2026-11-21T10:00:01.000Z",
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
        "requests": {"units": 4, "roundTrips": 2},
        "journal": "j.jsonl",
        "appliedTree": {"commit": "2" * 40, "problem": None},
        "windowSeconds": 0.25,
        "notices": ["the reader writes"],
        "outcomes": [
            {
                "kind": "Incident",
                "id": "1",
                "outcome": "done",
                "source": {"path": "a.yaml", "line": 3},
                "title": "A title",
                "fields": [
                    {"name": "status", "before": "active", "after": "resolved", "cause": "declared"}
                ],
                "problem": None,
                "detail": None,
                "requestIds": ["r-1"],
            },
            {
                "kind": "Alert",
                "id": "da1",
                "outcome": "conflict",
                "source": {"path": "b.yaml", "line": 1},
                "title": None,
                "fields": [],
                "problem": "it moved since the plan",
                "detail": "gone",
                "requestIds": [],
            },
        ],
    }


def test_every_result_is_one_line_of_printable_ascii() -> None:
    outcome = sample_report()
    hostile = replace(outcome.outcomes[0], title=Foreign("\u202e\x1b[31m\n::x::\ud800"))

    for text in (
        result.report(replace(outcome, outcomes=(hostile,)), exit_code=0),
        result.findings([Finding(Place("\udcff\n.yaml"), "\x07")], exit_code=3, files=1, objects=0),
        result.error(Failure("\u202e")),
    ):
        assert text.endswith("\n")
        assert set(text[:-1].encode("ascii")) <= set(range(32, 127))
