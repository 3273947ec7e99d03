"""What a GitHub job reads of a result: annotations, a walled text, and outputs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final, TypeAlias

from reconciler.codec.tally import merged_or_gone
from reconciler.model.words import Foreign
from reconciler.review import words
from reconciler.review.escape import output_value, workflow_data, workflow_property

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from reconciler.model.outcome import ApplyReport
    from reconciler.model.plan import Plan
    from reconciler.model.words import Finding, Place
    from reconciler.review.remarks import Remark

SHOWN: Final = 10
"""Annotations of a level that GitHub keeps of one step."""
_MESSAGE_LIMIT: Final = 1_000
"""Characters of a message: GitHub cuts what is far longer, without a word."""
LEVELS: Final = ("error", "warning")

Outputs: TypeAlias = "Mapping[str, str | int]"


def annotated(remarks: Iterable[Remark], folder: str = "") -> Iterator[str]:
    """The worst of each level as far as GitHub shows them, then how many there are beside.

    ``folder``: where the configuration lies in the repository, with a slash at its end.
    """
    ordered = sorted(remarks, key=lambda one: one.rank)
    hidden = 0
    for level in LEVELS:
        found = [one for one in ordered if one.level == level]
        yield from (_annotation(one, folder) for one in found[:SHOWN])
        hidden += len(found[SHOWN:])
    if hidden:
        yield f"{words.number(hidden, 'remark')} without an annotation; the report above has all\n"


def _annotation(one: Remark, folder: str) -> str:
    where = f" {_where(one.place, folder)}" if one.place else ""
    said = "".join(part.raw if isinstance(part, Foreign) else part for part in one.message)
    return f"::{one.level}{where}::{workflow_data(words.shorten(Foreign(said), _MESSAGE_LIMIT))}\n"


def _where(place: Place, folder: str) -> str:
    path = place.path if place.path.startswith("/") else f"{folder}{place.path}"
    return f"file={workflow_property(path)},line={place.line},col={place.column}"


def wall(text: Iterable[str], *, token: str) -> Iterator[str]:
    """``token``: random and new each time; until it is said, the runner takes no command."""
    yield f"::stop-commands::{token}\n"
    yield from text
    yield f"::{token}::\n"


def outputs(values: Outputs, *, delimiter: str) -> Iterator[str]:
    """As a runner reads them from its output file. ``delimiter``: random, and in no value."""
    for name, value in values.items():
        yield f"{name}<<{delimiter}\n{output_value(str(value))}\n{delimiter}\n"


def plan_outputs(plan: Plan, digest: str) -> Outputs:
    """``new``: updates and guards beyond the plan that was reviewed; empty if nobody compared."""
    summary, reviewed = plan.summary, plan.reviewed
    return {
        "digest": digest,
        "declared": summary.declared,
        "update": summary.update,
        "skip": summary.skip,
        "unknown": summary.unknown,
        "drift": summary.drift,
        "conflict": summary.conflict,
        "objections": len(plan.objections),
        "new": "" if reviewed is None else len(reviewed.new) + len(reviewed.allowed),
    }


def checked_outputs(findings: Sequence[Finding], files: int, objects: int) -> Outputs:
    levels = [finding.level for finding in findings]
    return {
        "files": files,
        "objects": objects,
        "errors": levels.count("error"),
        "warnings": levels.count("warning"),
    }


def drift_outputs(plan: Plan) -> Outputs:
    return {
        "drift": plan.summary.drift,
        "conflict": plan.summary.conflict,
        "gone": len(merged_or_gone(plan)),
        "unknown": plan.summary.unknown,
    }


def report_outputs(report: ApplyReport) -> Outputs:
    names = [outcome.name for outcome in report.outcomes]
    counts = {_NAMES[name]: names.count(name) for name in words.OUTCOMES}
    return {"digest": report.digest, **counts, "journal": report.journal or ""}


_NAMES: Final = {name: label.replace(" ", "-") for name, label in words.OUTCOMES.items()}


def of_tenants(found: Sequence[tuple[str, Outputs]]) -> Outputs:
    """By tenant: counts are added up, and ``tenants`` holds all of each as JSON in one line."""
    names = dict.fromkeys(name for _, values in found for name in values)
    totals = {name: _total([values.get(name, "") for _, values in found]) for name in names}
    rows = [
        {"tenant": tenant, **{_camel(name): value for name, value in values.items()}}
        for tenant, values in found
    ]
    return {**totals, "tenants": json.dumps(rows, separators=(",", ":"))}


def _total(values: Sequence[str | int]) -> str | int:
    """Of what is no count there is none."""
    counts = [value for value in values if isinstance(value, int)]
    return sum(counts) if counts else ""


def _camel(name: str) -> str:
    first, *others = name.split("-")
    return "".join((first, *map(str.capitalize, others)))
