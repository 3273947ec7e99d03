"""Identical transitions of a plan as one group: judged once, each member told in a row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from reconciler.model.words import Foreign
from reconciler.review import words
from reconciler.review.age import age
from reconciler.review.brief import brief
from reconciler.review.entry import OWN_PARTS, moved, place

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence

    from reconciler.model.plan import Change, PlanTenant
    from reconciler.model.words import Ref
    from reconciler.review.entry import Entry, Moved, Part
    from reconciler.review.words import Phrase


_Member = TypeVar("_Member")


class Row(NamedTuple):
    """One member: what is its own. A tuple, for there may be a hundred thousand of them."""

    ref: Ref
    title: Foreign | None
    place: Foreign
    severity: str = ""
    age: str | None = None
    moved: Moved | None = None
    own: tuple[Phrase, ...] = ()
    """Of set, owner, ticket and expiry what the group does not share."""


@dataclass(frozen=True, slots=True)
class Group:
    """Two objects or more that a reader decides on as one, in the order of review."""

    size: int
    count: str
    """``12 incidents``."""
    brief: Phrase
    """What becomes of each, in a few words; empty where there are no fields."""
    first: Entry
    """Its risks, verdict, steps and notes are those of every member."""
    tenant: PlanTenant
    rows: Iterator[Row]
    """To be read once: of ten thousand, a report with a budget asks for a few."""
    shared: tuple[Phrase, ...] = ()
    """What the documents of all members say of themselves alike: set, owner, ticket, expiry."""


def alike(items: Iterable[_Member], key: Callable[[_Member], Hashable]) -> list[list[_Member]]:
    """Those of the same key, in their order; the groups in the order of their first ones."""
    found: dict[Hashable, list[_Member]] = {}
    for item in items:
        found.setdefault(key(item), []).append(item)
    return list(found.values())


def entry_key(item: Entry) -> Hashable:
    """What two entries have in common that a reader decides on as one."""
    return (item.ref.kind, item.verdict, item.risks, item.steps, item.notes)


def group(members: Sequence[Change], first: Entry, tenant: PlanTenant, at: str) -> Group:
    """``first``: how the first of the members is shown. ``at``: when the plan was made."""
    kind = first.ref.kind
    same = [part for part in OWN_PARTS if len({part.of(one) for one in members}) == 1]
    said = [(part.label, part.of(members[0])) for part in same]
    own = [part for part in OWN_PARTS if part not in same]
    return Group(
        size=len(members),
        count=words.objects(kind, len(members)),
        brief=brief(kind, first.steps),
        first=first,
        tenant=tenant,
        rows=(_row(change, own, at) for change in members),
        shared=tuple([(label, Foreign(text)) for label, text in said if text]),
    )


def _row(change: Change, own: Sequence[Part], at: str) -> Row:
    said = [(part.label, text) for part in own if (text := part.of(change))]
    return Row(
        ref=change.ref,
        title=change.title,
        place=place(change.source),
        severity=change.severity or "",
        age=age(change.created, at) if change.created else None,
        moved=moved(change, at),
        own=tuple([(label, Foreign(text)) for label, text in said]),
    )
