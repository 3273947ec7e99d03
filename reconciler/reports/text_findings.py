"""Findings and errors as a terminal or a log shows them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from reconciler.errors import InvalidInput
from reconciler.reports.page import MIN_WIDTH, Page
from reconciler.review import words
from reconciler.review.escape import terminal

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from reconciler.errors import ReconcilerError
    from reconciler.model.words import Finding


ERROR: Final = "error: "


def findings(items: Sequence[Finding], *, colour: bool) -> Iterator[str]:
    """Each as ``path:line:column: message``, by place, then a line that counts.

    Editors and terminals turn that form into a link, so it is never cut or wrapped.
    """
    page = Page(MIN_WIDTH, colour)
    for item in sorted(items):
        place = terminal(f"{item.place.path}:{item.place.line}:{item.place.column}:")
        level = page.paint("change", " warning:") if item.level == "warning" else ""
        yield f"{page.paint('strong', place)}{level} {terminal(item.message)}\n"
    yield f"{page.paint('strong', words.finding_counts(items))}\n"


def checked(items: Sequence[Finding], *, colour: bool, files: int, objects: int) -> Iterator[str]:
    """Of a check: all of them, and how much was looked at."""
    yield from findings(items, colour=colour)
    yield f"{words.number(objects, 'object')} in {words.number(files, 'file')}\n"


def error(problem: ReconcilerError, *, colour: bool, width: int) -> Iterator[str]:
    """Message, then what the other side said and what to do, indented; findings come first."""
    page = Page(max(width, MIN_WIDTH), colour)
    if isinstance(problem, InvalidInput):
        yield from findings(problem.findings, colour=colour)
    else:
        yield page.flow(f"{ERROR}{terminal(problem.message)}", style="bad")
    if problem.detail is not None:
        yield page.flow(f"answered: {terminal(problem.detail)}", indent=2)
    if problem.remedy:
        yield page.flow(terminal(problem.remedy), indent=2)
