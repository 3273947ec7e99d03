"""A plan and a closing report for a pull request or a step summary."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Final

from reconciler.model.words import Foreign
from reconciler.reports.markdown_fill import Block, Frame, Section, fill
from reconciler.reports.markdown_rows import (
    group_head,
    head,
    judged_row,
    member_row,
    outcome_row,
    phrase,
    sentence,
    update_row,
)
from reconciler.review import words
from reconciler.review.closing import report_outline
from reconciler.review.drift import GONE_TITLE, NEXT, drift_outline
from reconciler.review.escape import markdown
from reconciler.review.groups import Group
from reconciler.review.items import drift_items, outcome_items, plan_items
from reconciler.review.objections import HEADING, OTHERWISE, amount, objects
from reconciler.review.outline import outline
from reconciler.review.reviewed import comparison

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from reconciler.model.outcome import ApplyReport
    from reconciler.model.plan import Change, Objection, Plan
    from reconciler.review.entry import Entry
    from reconciler.review.items import Item
    from reconciler.review.outline import Outline

BUDGET_BYTES: Final = 60_000
"""GitHub takes 65,536 characters in a comment; the rest is for what a pipeline adds."""
LEAST_BYTES: Final = 4_000
"""Every report fits into so much, however hostile its texts are; below, it may take more."""

_MEMBERS: Final = 10
"""Rows of a group that come before any other group's rest."""
_NOTICES: Final = 10
_UPDATE: Final = ("Object", "Severity", "Change", "Risks", "Declared in")
_JUDGED: Final = ("Object", "Severity", "Why", "Declared in")
_OUTCOME: Final = ("Object", "Outcome", "What happened", "Declared in")


def plan(item: Plan, digest: str, *, budget_bytes: int = BUDGET_BYTES) -> str:
    """Within ``budget_bytes`` of UTF-8: whole blocks are left out and counted, least risky first."""
    view = outline(item)
    counted = ", ".join(f"{count:,} {risk}" for risk, count in view.risks)
    frame = Frame(
        heading=_heading(phrase(view.heading), view.counts),
        lines=(
            *_reviewed(item, view),
            *_objections(view),
            *_lines(f"Risks: {counted}" if counted else "", *map(phrase, view.remarks)),
        ),
        foot=_foot(item.notices, words.effort(item.summary.requests)),
        closing=_digest(digest),
    )
    return fill(frame, _plan_sections(item, view), budget_bytes)


def apply_report(report: ApplyReport, *, budget_bytes: int = BUDGET_BYTES) -> str:
    """As for a plan: what needs a person first."""
    view = report_outline(report)
    outcomes = (*view.attention, *view.settled)
    closing = words.report_closing(report, left=len(view.attention))
    blocks = _blocks(outcome_items(report, outcomes), _OUTCOME, outcome_row)
    kept_at = map(phrase, (words.journal(report), words.applied_tree(report)))
    frame = Frame(
        heading=_heading(phrase(view.heading), view.counts),
        lines=_lines(closing, *map(phrase, view.remarks)),
        foot=_foot(report.notices, words.spent(report), *kept_at),
        closing=_digest(report.digest),
    )
    return fill(frame, (Section("Updates", blocks, len(outcomes)),), budget_bytes)


def drift(item: Plan, *, budget_bytes: int = BUDGET_BYTES) -> str:
    """What moved on the live side, as for a plan: conflicts first."""
    view = drift_outline(item)
    moved = ("Object", "Severity", "What moved", "Declared in")
    sections = (
        Section(
            "Moved on the live side",
            _blocks(drift_items(item, view.moved), moved, judged_row),
            len(view.moved),
        ),
        _judged(item, GONE_TITLE, view.gone),
        _judged(item, "Unknown: could not be read, so not judged", view.unknown),
    )
    frame = Frame(
        heading=_heading(phrase(view.heading), view.counts),
        lines=_lines(*map(phrase, view.remarks)),
        foot=_foot(item.notices, NEXT if view.moved else ""),
        closing="",
    )
    return fill(frame, sections, budget_bytes)


def _plan_sections(item: Plan, view: Outline) -> Sequence[Section]:
    updates = _blocks(plan_items(item, view.updates), _UPDATE, update_row)
    left = ("Object", "Severity", "Left as it is", "Declared in")
    return (
        Section("To update", updates, len(view.updates)),
        _judged(
            item,
            "Unknown and skipped: nothing is written to these",
            (*view.unknown, *view.skipped),
        ),
        _judged(item, f"Left to people: {words.ADOPT}", view.left, left),
    )


def _judged(
    item: Plan, title: str, changes: Sequence[Change], columns: Sequence[str] = _JUDGED
) -> Section:
    return Section(title, _blocks(plan_items(item, changes), columns, judged_row), len(changes))


def _blocks(
    items: Iterable[Item], columns: Sequence[str], row: Callable[[Entry], str]
) -> Iterator[Block]:
    """A table for those that stand alone, as long as no group comes between them."""
    for is_group, found in groupby(items, key=lambda one: isinstance(one, Group)):
        if is_group:
            yield from (_members(one) for one in found if isinstance(one, Group))
        else:
            alone = (row(one) for one in found if not isinstance(one, Group))
            yield Block(f"\n{head(columns)}", alone)


def _members(group: Group) -> Block:
    rows = (member_row(row, group.tenant) for row in group.rows)
    return Block(group_head(group), rows, least=_MEMBERS)


def _heading(heading: str, counts: str) -> str:
    return f"### {heading}\n\n**{counts}**\n"


def _lines(*texts: str) -> Sequence[Sequence[str]]:
    return [(f"\n{text}\n",) for text in texts if text]


def _reviewed(item: Plan, view: Outline) -> Iterator[Sequence[str]]:
    """What is new by name, else only how much."""
    found = comparison(item, view.updates)
    if found is not None:
        heading = phrase(found.heading)
        head = f"\n{heading}\n" if found.is_covered else f"\n**{heading}**\n"
        rows = "".join(f"- {phrase(one)}\n" for one in found.new)
        yield (f"{head}\n{rows}", head) if rows else (head,)


def _objections(view: Outline) -> Iterator[Sequence[str]]:
    """With the objects that count, else without."""
    if view.objections:
        named = "".join(f"- {amount(one)}{_named(one)}\n" for one in view.objections)
        bare = "".join(f"- {amount(one)}\n" for one in view.objections)
        todo = f"{OTHERWISE} {markdown(' '.join(view.allow))}"
        yield [f"\n**{HEADING}**\n\n{rows}\n{todo}\n" for rows in (named, bare)]


def _named(objection: Objection) -> str:
    return f": {phrase(objects(objection))}" if objection.refs else ""


def _foot(notices: Sequence[str], *lines: str) -> Sequence[Sequence[str]]:
    told = [f"- {sentence(text)}\n" for text in notices[:_NOTICES]]
    if len(notices) > _NOTICES:
        told.append(f"- and {len(notices) - _NOTICES:,} more\n")
    listed = [(f"\n{told[0]}",), *((one,) for one in told[1:])] if told else []
    return [*listed, *_lines(*lines)]


def _digest(digest: str) -> str:
    return f"\nDigest {phrase((Foreign(digest),))}\n"
