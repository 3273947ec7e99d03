"""``--on-conflict fail``: every object of the plan is looked at once before the first is written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from reconciler.errors import Failure, Refused
from reconciler.model.live import Unreadable
from reconciler.model.outcome import AlreadyDone, Conflict
from reconciler.precondition import judge
from reconciler.reading import by_id
from reconciler.stories.apply import is_released, phases

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from reconciler.model.outcome import Verdict
    from reconciler.model.plan import Change, Plan
    from reconciler.model.words import Ref
    from reconciler.ports import GraphReader

NAMED: Final = 20
"""How many conflicts a refusal names before it counts."""


def refuse_conflicts(plan: Plan, reader: GraphReader, *, now: datetime) -> None:
    """Reads only. Raises Refused if an object moved, Failure if that cannot be told of one."""
    conflicts, unread = [], []
    for change, verdict in _verdicts(plan, reader, now):
        match verdict:
            case Conflict(problem, fields):
                names = ", ".join(field.name for field in fields)
                conflicts.append(f"{change.ref}: {problem}{f' ({names})' if names else ''}")
            case Unreadable(problem):
                unread.append(f"{change.ref}: {problem}")
    if conflicts:
        raise Refused(
            f"{len(conflicts)} in conflict, and --on-conflict is fail; nothing was written: "
            + _named(conflicts),
            remedy="make the plan again, or leave them alone with --on-conflict skip",
        )
    if unread:
        raise Failure(
            f"{len(unread)} could not be checked for conflicts; nothing was written: "
            + _named(unread),
            remedy="apply the same plan again once they can be read",
        )


def _verdicts(
    plan: Plan, reader: GraphReader, now: datetime
) -> Iterator[tuple[Change, Verdict | Unreadable]]:
    """Incidents first: what an earlier run wrote, and spilled onto alerts, counts as planned."""
    written: dict[Ref, Change] = {}
    for phase in phases(plan):
        changes = [change for change in phase if not is_released(change, now)]
        observed = reader.read(by_id(change.ref for change in changes))
        for change in changes:
            verdict = judge(change, observed[change.ref], written=written)
            if isinstance(verdict, AlreadyDone):
                written[change.ref] = change
            yield change, verdict


def _named(items: Sequence[str]) -> str:
    more = len(items) - NAMED
    return "; ".join(items[:NAMED]) + (f"; and {more} more" if more > 0 else "")
