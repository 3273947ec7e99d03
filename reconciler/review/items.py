"""What a report shows one after another: a single object in full, those that are alike as a group."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from reconciler.review import words
from reconciler.review.alike import shown_alike
from reconciler.review.brief import brief
from reconciler.review.closing import outcome_entry
from reconciler.review.drift import drift_entry
from reconciler.review.entry import Entry, place
from reconciler.review.groups import Group, Row, alike, entry_key, group
from reconciler.review.outline import entry

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from reconciler.model.outcome import ApplyReport, Outcome
    from reconciler.model.plan import Change, Plan

Item: TypeAlias = Entry | Group


def plan_items(plan: Plan, changes: Iterable[Change]) -> Iterator[Item]:
    """In the order given; a group stands where its first member does."""

    def shown(change: Change) -> Entry:
        return entry(change, plan.tenant, plan.created_at)

    return _items(plan, alike(changes, shown_alike()), shown)


def drift_items(plan: Plan, changes: Iterable[Change]) -> Iterator[Item]:
    """The same of what moved on the live side."""

    def shown(change: Change) -> Entry:
        return drift_entry(change, plan.tenant, plan.created_at)

    return _items(plan, alike(changes, lambda change: entry_key(shown(change))), shown)


def outcome_items(report: ApplyReport, outcomes: Iterable[Outcome]) -> Iterator[Item]:
    """The same of how writes ended."""

    def shown(outcome: Outcome) -> Entry:
        return outcome_entry(outcome, report.tenant)

    for members in alike(outcomes, lambda outcome: entry_key(shown(outcome))):
        first = shown(members[0])
        yield first if len(members) == 1 else _ended(report, members, first)


def _items(
    plan: Plan, groups: Iterable[Sequence[Change]], shown: Callable[[Change], Entry]
) -> Iterator[Item]:
    for members in groups:
        first = shown(members[0])
        if len(members) == 1:
            yield first
        else:
            yield group(members, first, plan.tenant, plan.created_at)


def _ended(report: ApplyReport, members: Sequence[Outcome], first: Entry) -> Group:
    kind = first.ref.kind
    return Group(
        size=len(members),
        count=words.objects(kind, len(members)),
        brief=brief(kind, first.steps),
        first=first,
        tenant=report.tenant,
        rows=(_row(outcome, report) for outcome in members),
    )


def _row(outcome: Outcome, report: ApplyReport) -> Row:
    _, *requests = outcome_entry(outcome, report.tenant).origin
    return Row(
        ref=outcome.ref,
        title=outcome.title,
        place=place(outcome.source),
        own=tuple(requests),
    )
