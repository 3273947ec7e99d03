"""What doctor found, as JSON: one document each, in ASCII, and a newline."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from reconciler.codec import rows
from reconciler.model.words import Foreign

if TYPE_CHECKING:
    from reconciler.model.diagnosis import Answered, Check, Diagnosis, ProbeReport
    from reconciler.model.words import JsonObject

FORMAT: Final = "1.0"


def diagnosis(told: Diagnosis) -> str:
    """``{formatVersion, tenant, checks: [{name, state, found, fix}], exitCode}``."""
    return _line(
        {
            "formatVersion": FORMAT,
            "tenant": told.tenant,
            "checks": [_check_row(check) for check in told.checks],
            "exitCode": told.exit_code,
        }
    )


def probe(report: ProbeReport) -> str:
    """The report to send in: names and booleans, and nothing of the object that was probed."""
    return _line(
        {
            "formatVersion": FORMAT,
            "toolVersion": report.tool_version,
            "startedAt": report.started_at,
            "finishedAt": report.finished_at,
            "cloud": report.cloud,
            "tenantHash": report.tenant_hash,
            "answers": [_answer_row(answer) for answer in report.answers],
            "restored": not report.left,
            "left": report.left,
            "stopped": report.stopped,
            "interrupted": report.interrupted,
            "requests": {"units": report.cost.units, "roundTrips": report.cost.round_trips},
            "exitCode": report.exit_code,
        }
    )


def _check_row(check: Check) -> JsonObject:
    pieces = (piece.raw if isinstance(piece, Foreign) else piece for piece in check.found)
    return {
        "name": check.name,
        "state": check.state,
        "found": "".join(pieces),
        "fix": check.fix,
    }


def _answer_row(answer: Answered) -> JsonObject:
    return {
        "question": answer.question.name,
        "asks": answer.question.asks,
        "sent": answer.sent,
        "found": answer.found,
        "facts": answer.facts,
        "assumes": answer.question.assumes,
        "fits": answer.fits,
    }


def _line(document: JsonObject) -> str:
    return f"{rows.encode(document)}\n"
