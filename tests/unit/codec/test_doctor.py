from __future__ import annotations

import json

from reconciler.codec import doctor
from reconciler.model.diagnosis import Answered, Check, Diagnosis, ProbeReport, Question
from reconciler.model.live import Cost
from reconciler.model.words import Foreign


def test_a_diagnosis_is_one_document_and_a_newline() -> None:
    told = Diagnosis(
        "contoso", (Check("lock", "problem", ("held by ", Foreign("\x1b[2J")), "wait"),)
    )
    text = doctor.diagnosis(told)

    assert (text[-1], text.isascii()) == ("\n", True)
    assert "\x1b" not in text
    assert json.loads(text) == {
        "formatVersion": "1.0",
        "tenant": "contoso",
        "checks": [{"name": "lock", "state": "problem", "found": "held by \x1b[2J", "fix": "wait"}],
        "exitCode": 1,
    }


def test_a_probe_is_one_document_and_a_newline() -> None:
    question = Question("etag", "Does it?", "it does not")
    report = ProbeReport(
        "0.1.0",
        "2026-11-21T12:00:00.000Z",
        "2026-11-21T12:00:09.000Z",
        "global",
        "12ab",
        (Answered(question, "it does", None, {"status": 200}, fits=False),),
        left=("Incident: customTags",),
        stopped="interrupted",
        cost=Cost(9, 7),
    )
    assert json.loads(doctor.probe(report)) == {
        "formatVersion": "1.0",
        "toolVersion": "0.1.0",
        "startedAt": "2026-11-21T12:00:00.000Z",
        "finishedAt": "2026-11-21T12:00:09.000Z",
        "cloud": "global",
        "tenantHash": "12ab",
        "answers": [
            {
                "question": "etag",
                "asks": "Does it?",
                "sent": None,
                "found": "it does",
                "facts": {"status": 200},
                "assumes": "it does not",
                "fits": False,
            }
        ],
        "restored": False,
        "left": ["Incident: customTags"],
        "stopped": "interrupted",
        "interrupted": False,
        "requests": {"units": 9, "roundTrips": 7},
        "exitCode": 6,
    }
