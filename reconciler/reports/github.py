"""Findings for a GitHub job: annotations as far as GitHub shows them, and all of them as text."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Final

from reconciler.review import words
from reconciler.review.escape import workflow, workflow_data, workflow_property

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from reconciler.model.words import Finding

SHOWN: Final = 10
"""Annotations of a level that GitHub keeps of one step."""


def findings(items: Sequence[Finding], *, token: str) -> Iterator[str]:
    """``token``: random and new each time; until it is said, the runner takes no command."""
    ordered = sorted(items)
    for level in ("error", "warning"):
        yield from map(_annotation, islice((i for i in ordered if i.level == level), SHOWN))
    if ordered:
        yield f"::stop-commands::{token}\n"
        yield from map(_line, ordered)
        yield f"::{token}::\n"
    yield f"{words.finding_counts(items)}{_hidden(items)}\n"


def _annotation(item: Finding) -> str:
    place = item.place
    where = f"file={workflow_property(place.path)},line={place.line},col={place.column}"
    return f"::{item.level} {where}::{workflow_data(item.message)}\n"


def _line(item: Finding) -> str:
    level = "" if item.level == "error" else f"{item.level}: "
    place = item.place
    return workflow(f"{place.path}:{place.line}:{place.column}: {level}{item.message}") + "\n"


def _hidden(items: Sequence[Finding]) -> str:
    """How many of them have no annotation."""
    levels = [item.level for item in items]
    hidden = sum(max(levels.count(level) - SHOWN, 0) for level in ("error", "warning"))
    return f"; {hidden:,} of them without an annotation, all are listed above" if hidden else ""
