"""Results as JSON (CONTRACT 3): findings, errors and the closing report of apply."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final, get_args

from reconciler.codec import rows
from reconciler.errors import InvalidInput
from reconciler.model.outcome import OutcomeName

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from reconciler.errors import ReconcilerError
    from reconciler.model.outcome import ApplyReport, Outcome
    from reconciler.model.words import Finding, Foreign, JsonObject

FORMAT: Final = "1.0"

OUTCOMES: Final[tuple[OutcomeName, ...]] = get_args(OutcomeName)


def findings(items: Sequence[Finding], *, exit_code: int, files: int, objects: int) -> str:
    """``{formatVersion, exitCode, errors, warnings, files, objects}`` and a newline."""
    return _line(
        {
            "formatVersion": FORMAT,
            "exitCode": exit_code,
            "errors": _finding_rows(item for item in items if item.level == "error"),
            "warnings": _finding_rows(item for item in items if item.level == "warning"),
            "files": files,
            "objects": objects,
        }
    )


def error(problem: ReconcilerError) -> str:
    """``{formatVersion, exitCode, errors: [{path, line, column, message}]}`` and a newline."""
    found = problem.findings if isinstance(problem, InvalidInput) else ()
    errors = _finding_rows(item for item in found if item.level == "error")
    return _line(
        {
            "formatVersion": FORMAT,
            "exitCode": problem.exit_code,
            "errors": errors or [_placeless_row(problem)],
        }
    )


def report(outcome: ApplyReport, *, exit_code: int) -> str:
    """The closing report and a newline."""
    return _line(
        {
            "formatVersion": FORMAT,
            "exitCode": exit_code,
            "tenant": rows.tenant_row(outcome.tenant),
            "digest": outcome.digest,
            "startedAt": outcome.started_at,
            "finishedAt": outcome.finished_at,
            "summary": summary_row(outcome),
            "interrupted": outcome.interrupted,
            "requests": {"units": outcome.cost.units, "roundTrips": outcome.cost.round_trips},
            "journal": outcome.journal,
            "appliedTree": {"commit": outcome.applied, "problem": outcome.unrecorded},
            "windowSeconds": float(outcome.window_seconds),
            "notices": outcome.notices,
            "outcomes": [_outcome_row(item) for item in outcome.outcomes],
        }
    )


def summary_row(outcome: ApplyReport) -> JsonObject:
    """How many updates ended in which way; every name has its count."""
    counted = Counter(item.name for item in outcome.outcomes)
    return {**{name: counted[name] for name in OUTCOMES}, "unknown": outcome.unknown}


def _line(document: JsonObject) -> str:
    return f"{rows.encode(document)}\n"


def _finding_rows(items: Iterable[Finding]) -> list[JsonObject]:
    return [
        {
            "path": item.place.path,
            "line": item.place.line,
            "column": item.place.column,
            "message": item.message,
        }
        for item in items
    ]


def _placeless_row(problem: ReconcilerError) -> JsonObject:
    said = None if problem.detail is None else _visible(problem.detail)
    message = "\n".join(part for part in (problem.message, problem.remedy, said) if part)
    return {"path": None, "line": None, "column": None, "message": message}


def _visible(text: Foreign) -> str:
    """A message is read by people, so what would not show, or would reorder it, is spelt out."""
    return "".join(
        character if character.isprintable() else f"\\u{ord(character):04x}"
        for character in text.raw
    )


def _outcome_row(item: Outcome) -> JsonObject:
    return {
        "kind": item.ref.kind,
        "id": item.ref.id,
        "outcome": item.name,
        "source": rows.source_row(item.source),
        "title": rows.raw(item.title),
        "fields": rows.field_rows(item.fields),
        "problem": item.problem,
        "detail": rows.raw(item.detail),
        "requestIds": item.request_ids,
    }
