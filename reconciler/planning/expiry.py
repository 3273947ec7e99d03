"""When a document lets its object go, and who should know before. Pure."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reconciler.model.desired import Declared

NAMED: Final = 10
"""How many objects and sets are named before the rest is counted."""


def is_expired(expires: str | None, today: str) -> bool:
    """The one rule: released from 00:00 UTC of that day. ``today``: UTC, ``YYYY-MM-DD`` like it."""
    return expires is not None and expires <= today


def soon(declared: Sequence[Declared], *, today: date, within_days: int = 14) -> tuple[str, ...]:
    """Notices for the plan: what expires in the days after ``today`` (UTC), the soonest first.

    One sentence for an object or a whole set. What has expired is told elsewhere, as skipped.
    """
    groups: dict[_Group, list[Declared]] = {}
    for item in declared:
        if item.expires is not None:
            days = (date.fromisoformat(item.expires) - today).days
            if 1 <= days <= within_days:
                groups.setdefault(_group(item, days), []).append(item)
    told = [_sentence(group, groups[group]) for group in sorted(groups)]
    more = len(told) - NAMED
    verb = "expires" if more == 1 else "expire"
    rest = (f"and {more:,} more {verb} within {within_days} days",) if more > 0 else ()
    return (*told[:NAMED], *rest)


class _Group(NamedTuple):
    """What expires as one: an object, or the members that one set declares. In order of reports."""

    days: int
    kind: str
    path: str
    name: str
    """Of the set; empty for an object of its own, which ``id`` names."""
    id: str


def _group(item: Declared, days: int) -> _Group:
    own_id = "" if item.name else item.ref.id
    return _Group(days, item.ref.kind, item.source.path, item.name or "", own_id)


def _sentence(group: _Group, members: list[Declared]) -> str:
    first = min(members, key=lambda item: item.source)
    place = f"{first.source.path}:{first.source.line}"
    who = f"{group.kind} set {group.name!r}" if group.name else str(first.ref)
    when = f"on {first.expires}, in {group.days} day{'' if group.days == 1 else 's'}"
    return f"{who} ({place}) expires {when}: {_released(group, len(members))}, nothing is reversed"


def _released(group: _Group, members: int) -> str:
    if not group.name:
        return "it is released then"
    whom = "its member is" if members == 1 else f"its {members:,} members are"
    return f"{whom} released then"
