"""Findings and errors for a step summary."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from reconciler.errors import InvalidInput
from reconciler.model.words import Foreign
from reconciler.reports.markdown_fill import Block, Frame, Section, fill
from reconciler.reports.markdown_rows import head, phrase, sentence
from reconciler.review import words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reconciler.errors import ReconcilerError
    from reconciler.model.words import Finding

_COLUMNS: Final = ("Place", "Level", "Finding")


def findings(items: Sequence[Finding], heading: str, *, budget_bytes: int) -> str:
    """``heading``: of ours. Errors first; whole rows are left out and counted."""
    ordered = sorted(items, key=lambda one: (one.level, one))
    block = Block(f"\n{head(_COLUMNS)}", (_row(one) for one in ordered))
    frame = Frame(f"### {heading}\n\n**{words.finding_counts(items)}**\n", (), (), "")
    return fill(frame, (Section("Findings", (block,), len(ordered)),), budget_bytes)


def error(problem: ReconcilerError, *, budget_bytes: int) -> str:
    """What ended a command before it had a result."""
    heading = "Ended with an error"
    if isinstance(problem, InvalidInput):
        return findings(problem.findings, heading, budget_bytes=budget_bytes)
    lines = [f"\n{sentence(problem.message)}\n"]
    if problem.detail is not None:
        lines.append(f"\nanswered: {phrase((words.shorten(problem.detail, 400),))}\n")
    if problem.remedy:
        lines.append(f"\n{sentence(problem.remedy)}\n")
    return fill(Frame(f"### {heading}\n", [(line,) for line in lines], (), ""), (), budget_bytes)


def _row(one: Finding) -> str:
    place = one.place
    where = phrase((Foreign(f"{place.path}:{place.line}:{place.column}"),))
    return f"| {where} | {one.level} | {sentence(one.message)} |\n"
