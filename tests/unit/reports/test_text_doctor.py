"""Whatever a server or a path says, a diagnosis is lines of the width that was asked for."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from reconciler.model.diagnosis import (
    Answered,
    Check,
    Diagnosis,
    Leftover,
    ProbeReport,
    Question,
)
from reconciler.model.words import Foreign, Ref
from reconciler.reports import text_doctor
from reconciler.review.escape import columns

if TYPE_CHECKING:
    from reconciler.model.diagnosis import Standing

HOSTILE = "\x1b[2J\n::error::owned ##[group] \u202e" + "long" * 40
DIAGNOSIS = Diagnosis(
    "contoso",
    (
        Check("configuration", "ok", ("reconciler.yaml; tenant contoso",)),
        Check("token (reader)", "problem", ("no token; answered: ", Foreign(HOSTILE)), "az login"),
        Check("quota", "warning", ("151 of 150",), HOSTILE),
        Check("write permission", "skipped", ("a write",)),
    ),
)
QUESTION = Question("etag", "Does an incident carry an ETag?", "none: each write has a window")
REPORT = ProbeReport(
    "0.1.0",
    "2026-11-21T12:00:00.000Z",
    "2026-11-21T12:00:09.000Z",
    "global",
    "12ab",
    (
        Answered(
            QUESTION, "it does", "PATCH customTags", {"kept": True, "more": False}, fits=False
        ),
        Answered(QUESTION, "it does not", None, {"status": 200, "code": None}, fits=True),
        Answered(QUESTION, "not asked: there are none"),
    ),
)


def plain(text: str) -> str:
    return re.sub(r"\x1b\[[0-9;]*m", "", text)


def test_each_check_is_a_line_and_the_last_one_counts() -> None:
    lines = "".join(text_doctor.diagnosis(DIAGNOSIS, colour=False, width=100)).splitlines()

    assert lines[0] == "ok       configuration: reconciler.yaml; tenant contoso"
    assert "skipped  write permission: a write" in lines
    assert lines[-1] == "4 checks: 1 problem, 1 warning, 1 skipped, 1 ok"


@pytest.mark.parametrize("colour", [False, True])
@pytest.mark.parametrize("width", [10, 40, 80])
def test_no_line_is_wider_than_asked_and_nothing_hostile_is_left(colour: bool, width: int) -> None:
    text = "".join(text_doctor.diagnosis(DIAGNOSIS, colour=colour, width=width))
    text += "".join(text_doctor.probe(REPORT, colour=colour, width=width))

    assert max(columns(line) for line in plain(text).splitlines()) <= max(40, width)
    assert "\x1b" not in plain(text)
    assert "\u202e" not in text
    assert not re.search(r"^\s*::|##\[", text, re.MULTILINE)
    assert ("\x1b[31mproblem\x1b[0m" in text) is colour


def test_a_probe_tells_each_answer_and_what_was_assumed() -> None:
    lines = "".join(text_doctor.probe(REPORT, colour=False, width=100)).splitlines()

    assert "! Does an incident carry an ETag?" in lines
    assert "  sent: PATCH customTags" in lines
    assert "  kept yes, more no" in lines
    assert "  status 200, code –" in lines
    assert "  assumed: none: each write has a window" in lines
    assert lines[-3:] == [
        "Everything that the probe wrote holds what it held before",
        "0 requests in 0 round trips",
        "1 as assumed, 1 not, 1 open",
    ]


def test_a_probe_that_ended_early_says_so_and_what_it_left() -> None:
    cut = ProbeReport(
        "0", "", "", "global", "", (), left=("Incident: customTags",), stopped="interrupted"
    )
    text = "".join(text_doctor.probe(cut, colour=False, width=100))

    assert "Stopped: interrupted\nNot put back: Incident: customTags\n" in text


def test_what_to_send_by_hand_can_be_copied_whole() -> None:
    body = {"customTags": ["a tag with \x1b", "x" * 90]}
    left = Leftover(Ref("Incident", "1"), "/v1.0/security/incidents/1", body, "it moved")
    lines = "".join(text_doctor.leftovers([left], colour=False, width=40)).splitlines()

    assert lines[-2:] == [
        "  PATCH /v1.0/security/incidents/1",
        '  {"customTags":["a tag with \\u001b","' + "x" * 90 + '"]}',
    ]


def test_what_somebody_else_set_is_told_without_a_patch_to_send() -> None:
    def told(standing: Standing) -> str:
        body = {"assignedTo": "kai"}
        left = Leftover(Ref("Incident", "1"), "/v1.0/x", body, "somebody else did", standing)
        return "".join(text_doctor.leftovers([left], colour=False, width=100))

    assert told("theirs") == "Incident 1: somebody else did; left\n"
    assert told("taken over") == (
        'Incident 1: somebody else did; left. Before the probe it held:\n  {"assignedTo":"kai"}\n'
    )
