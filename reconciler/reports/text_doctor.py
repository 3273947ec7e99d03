"""A diagnosis for a terminal: one line a check, the fix at its end; and the report of a probe."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from reconciler.codec.rows import encode
from reconciler.model.diagnosis import STATES
from reconciler.reports.page import MIN_WIDTH, Page, say
from reconciler.review.escape import terminal

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from reconciler.model.diagnosis import (
        Answered,
        Check,
        Diagnosis,
        Fact,
        Leftover,
        ProbeReport,
        State,
    )
    from reconciler.reports.page import Span, Style

_STYLES: Final[Mapping[State, Style]] = {
    "ok": "good",
    "warning": "change",
    "problem": "bad",
    "skipped": "faint",
}
_MARKS: Final[Mapping[bool | None, tuple[str, Style]]] = {
    True: ("✓", "good"),
    False: ("!", "bad"),
    None: ("–", "faint"),
}
_LEAD: Final = max(map(len, STATES)) + 2


def diagnosis(told: Diagnosis, *, colour: bool, width: int) -> Iterator[str]:
    """Pieces that, joined, are the report; no line is wider than ``width`` (at least 40)."""
    page = Page(max(width, MIN_WIDTH), colour)
    for check in told.checks:
        yield _check(page, check)
    counted = Counter(check.state for check in told.checks)
    counts = ", ".join(f"{counted[state]} {state}" for state in STATES if counted[state])
    yield page.flow(f"{len(told.checks)} checks: {counts}", style="strong")


def probe(report: ProbeReport, *, colour: bool, width: int) -> Iterator[str]:
    """Likewise. Nothing in it is from outside."""
    page = Page(max(width, MIN_WIDTH), colour)
    yield page.flow(
        f"Probe of a tenant of cloud {report.cloud} ({report.tenant_hash}) by reconciler "
        f"{report.tool_version}, {report.started_at} to {report.finished_at}",
        style="strong",
    )
    for answer in report.answers:
        yield "\n"
        yield from _answer(page, answer)
    yield "\n"
    yield from _foot(page, report)


def leftovers(left: Sequence[Leftover], *, colour: bool, width: int) -> Iterator[str]:
    """For the person at the terminal: what to send by hand, and what not. Not for the report."""
    page = Page(max(width, MIN_WIDTH), colour)
    for item in left:
        if item.standing == "theirs":
            yield page.flow(f"{item.ref}: {item.why}; left")
        elif item.standing == "taken over":
            yield page.flow(f"{item.ref}: {item.why}; left. Before the probe it held:")
            yield f"  {encode(item.body)}\n"
        else:
            told = f"not put back: {item.ref}: {item.why}; unless somebody changed it since, send:"
            yield page.flow(told, style="bad")
            yield page.flow(f"PATCH {item.path}", indent=2)
            yield f"  {encode(item.body)}\n"


def _check(page: Page, check: Check) -> str:
    spans: list[Span] = [("", f"{check.name}: {say(check.found)}")]
    if check.fix:
        spans.append(("strong", f" → {terminal(check.fix)}"))
    line = page.row(f"{check.state:<{_LEAD}}", spans)
    return line.replace(check.state, page.paint(_STYLES[check.state], check.state), 1)


def _answer(page: Page, answer: Answered) -> Iterator[str]:
    mark, style = _MARKS[answer.fits]
    line = page.row(f"{mark} ", [("strong", answer.question.asks)])
    yield line.replace(mark, page.paint(style, mark), 1)
    if answer.sent:
        yield page.flow(f"sent: {answer.sent}", indent=2)
    yield page.flow(f"found: {answer.found}", indent=2, style=style)
    if answer.facts:
        facts = ", ".join(f"{name} {_fact(value)}" for name, value in answer.facts.items())
        yield page.flow(facts, indent=2, style="faint")
    yield page.flow(f"assumed: {answer.question.assumes}", indent=2, style="faint")


def _fact(value: Fact) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "–" if value is None else terminal(str(value))


def _foot(page: Page, report: ProbeReport) -> Iterator[str]:
    counted = Counter(answer.fits for answer in report.answers)
    if report.stopped:
        yield page.flow(f"Stopped: {terminal(report.stopped)}", style="bad")
    if report.left:
        yield page.flow(f"Not put back: {', '.join(report.left)}", style="bad")
    else:
        yield page.flow("Everything that the probe wrote holds what it held before")
    yield page.flow(f"{report.cost.units} requests in {report.cost.round_trips} round trips")
    yield page.flow(
        f"{counted[True]} as assumed, {counted[False]} not, {counted[None]} open", style="strong"
    )
