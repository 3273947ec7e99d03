"""A plan and a closing report for a pull request or a step summary."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from reconciler.reports.markdown_rows import judged_row, outcome_row, phrase, sentence, update_row
from reconciler.review import words
from reconciler.review.closing import outcome_entry, report_outline
from reconciler.review.drift import GONE_TITLE, NEXT, drift_entry, drift_outline
from reconciler.review.escape import markdown
from reconciler.review.objections import HEADING, OTHERWISE, amount, objects
from reconciler.review.outline import entry, outline

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from reconciler.model.outcome import ApplyReport
    from reconciler.model.plan import Objection, Plan
    from reconciler.review.outline import Outline

BUDGET_BYTES: Final = 60_000
"""GitHub takes 65,536 characters in a comment; the rest is for what a pipeline adds."""

_NOTE_BYTES: Final = 120
"""Held back for a section's line about rows left out."""
_NOTICES: Final = 10


@dataclass(frozen=True, slots=True)
class _Section:
    """A title, a table's columns and its rows in order of review. ``size``: how many there are."""

    title: str
    columns: tuple[str, ...]
    rows: Iterable[str]
    size: int


def plan(item: Plan, digest: str, *, budget_bytes: int = BUDGET_BYTES) -> str:
    """Within ``budget_bytes`` of UTF-8: whole rows are left out and counted, least risky first."""
    view = outline(item)
    others = (*view.unknown, *view.skipped)
    sections = (
        _Section(
            "To update",
            ("Object", "Severity", "Change", "Risks", "Declared in"),
            (update_row(entry(change, item.tenant)) for change in view.updates),
            len(view.updates),
        ),
        _Section(
            "Unknown and skipped: nothing is written to these",
            ("Object", "Severity", "Why", "Declared in"),
            (judged_row(entry(change, item.tenant)) for change in others),
            len(others),
        ),
        _Section(
            f"Left to people: {words.ADOPT}",
            ("Object", "Severity", "Left as it is", "Declared in"),
            (judged_row(entry(change, item.tenant)) for change in view.left),
            len(view.left),
        ),
    )
    counted = ", ".join(f"{count:,} {risk}" for risk, count in view.risks)
    risks = (("Risks: ", counted),) if counted else ()
    told = map(phrase, (*risks, *view.remarks))
    head = _head(phrase(view.heading), view.counts, _objections(view), *told)
    foot = _foot(item.notices, words.effort(item.summary.requests), _digest(digest))
    return _fill(head, sections, foot, budget_bytes)


def apply_report(report: ApplyReport, *, budget_bytes: int = BUDGET_BYTES) -> str:
    """As for a plan: what needs a person first."""
    view = report_outline(report)
    outcomes = (*view.attention, *view.settled)
    section = _Section(
        "Updates",
        ("Object", "Outcome", "What happened", "Declared in"),
        (outcome_row(outcome_entry(outcome, report.tenant)) for outcome in outcomes),
        len(outcomes),
    )
    closing = words.report_closing(report, left=len(view.attention))
    head = _head(phrase(view.heading), view.counts, closing, *map(phrase, view.remarks))
    kept_at = map(phrase, (words.journal(report), words.applied_tree(report)))
    foot = _foot(report.notices, words.spent(report), *kept_at, _digest(report.digest))
    return _fill(head, (section,), foot, budget_bytes)


def drift(item: Plan, *, budget_bytes: int = BUDGET_BYTES) -> str:
    """What moved on the live side, as for a plan: conflicts first."""
    view = drift_outline(item)
    sections = (
        _Section(
            "Moved on the live side",
            ("Object", "Severity", "What moved", "Declared in"),
            (judged_row(drift_entry(change, item.tenant)) for change in view.moved),
            len(view.moved),
        ),
        _Section(
            GONE_TITLE,
            ("Object", "Severity", "Why", "Declared in"),
            (judged_row(entry(change, item.tenant)) for change in view.gone),
            len(view.gone),
        ),
        _Section(
            "Unknown: could not be read, so not judged",
            ("Object", "Severity", "Why", "Declared in"),
            (judged_row(entry(change, item.tenant)) for change in view.unknown),
            len(view.unknown),
        ),
    )
    head = _head(phrase(view.heading), view.counts, *map(phrase, view.remarks))
    foot = _foot(item.notices, NEXT if view.moved else "")
    return _fill(head, sections, foot, budget_bytes)


def _head(heading: str, counts: str, *lines: str) -> str:
    return "".join((f"### {heading}\n\n**{counts}**\n", *(f"\n{line}\n" for line in lines if line)))


def _objections(view: Outline) -> str:
    if not view.objections:
        return ""
    rows = "".join(f"- {amount(one)}{_named(one)}\n" for one in view.objections)
    return f"**{HEADING}**\n\n{rows}\n{OTHERWISE} {markdown(' '.join(view.allow))}"


def _named(objection: Objection) -> str:
    return f": {phrase(objects(objection))}" if objection.refs else ""


def _foot(notices: Sequence[str], *lines: str) -> str:
    told = [f"- {sentence(text)}\n" for text in notices[:_NOTICES]]
    if len(notices) > _NOTICES:
        told.append(f"- and {len(notices) - _NOTICES:,} more\n")
    return "".join(("\n" if told else "", *told, *(f"\n{line}\n" for line in lines if line)))


def _digest(digest: str) -> str:
    return f"Digest {markdown(digest)}"


def _fill(head: str, sections: Sequence[_Section], foot: str, budget_bytes: int) -> str:
    room = budget_bytes - _size(head) - _size(foot)
    pieces = [head]
    for section in sections:
        if section.size:
            text = _section(section, room)
            room -= _size(text)
            pieces.append(text)
    return "".join((*pieces, foot))


def _section(section: _Section, room: int) -> str:
    """As many whole rows as fit, in their order, and how many were left out."""
    title = f"\n#### {section.title}\n"
    rule = "|".join(" --- " for _ in section.columns)
    head = f"{title}\n| {' | '.join(section.columns)} |\n|{rule}|\n"
    kept = _fitting(section.rows, room - _size(head) - _NOTE_BYTES)
    left = section.size - len(kept)
    note = f"\n{words.number(left, 'row')} left out for size; the plan file has them all.\n"
    return "".join((head if kept else title, *kept, note if left else ""))


def _fitting(rows: Iterable[str], room: int) -> list[str]:
    kept = []
    for row in rows:
        room -= _size(row)
        if room < 0:
            break
        kept.append(row)
    return kept


def _size(text: str) -> int:
    return len(text.encode())
