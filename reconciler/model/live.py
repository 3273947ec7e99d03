"""Live: what was read of an object, or why nothing is known, and what reading takes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from reconciler.model.words import Foreign, JsonObject, Ref

NOTHING: Final[JsonObject] = {}


class Live(NamedTuple):
    """One object as Graph answered, cut down to what its kind names.

    ``fields`` holds a writable property only if the answer held it (known enum members in their
    wire spelling). A nullable property left out of the answer stands as None (OData 4.01 lets a
    service omit nulls); one that cannot be null and is left out has no key: it is not known. A
    tuple: see words.Ref.
    """

    ref: Ref
    fields: JsonObject
    title: Foreign | None = None
    severity: str | None = None
    """A member of the kind's severities, else None."""
    created: str | None = None
    revision: str | None = None
    """Graph's last-update time, to seven fractional digits: kept as text, never parsed."""
    moved_by: Foreign | None = None
    tenant_id: str | None = None
    parent: Ref | None = None
    """The incident that an alert or task belongs to."""
    omitted: frozenset[str] = frozenset()
    """Names in ``fields`` that stand as None because the answer left them out."""
    attachments: JsonObject = NOTHING
    """Live properties that a PATCH has to carry along (a LegacyAlert's vendorInformation)."""
    is_merged: bool = False
    """Grouped into another incident: readable, never to be written."""
    redirect: Ref | None = None
    """Where it was merged to; None also if the answer names no usable id."""


@dataclass(frozen=True, slots=True)
class Known:
    live: Live


@dataclass(frozen=True, slots=True)
class Missing:
    """Graph answered 404 to a read by id; absence from a list is never Missing."""


@dataclass(frozen=True, slots=True)
class Merged:
    """The object was merged away. ``survivor`` is None if the chain could not be read to its end."""

    live: Live
    survivor: Live | None
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class Unreadable:
    """The read failed: neither present nor absent. ``detail`` is what the server said, if it did."""

    problem: str
    detail: Foreign | None = None
    less_may_help: bool = field(default=False, compare=False)
    """Of a list: it did not come whole, so a smaller one may."""


Observation: TypeAlias = Known | Missing | Merged | Unreadable


@dataclass(frozen=True, slots=True)
class Listed:
    """One page of a kind's list."""

    lives: tuple[Live, ...]
    total: int = 0
    """How many objects the whole list has; 0 if the server does not say."""
    odd: tuple[Foreign, ...] = ()
    """What entries of this page say of their id that are no such object; empty: nothing usable."""


@dataclass(frozen=True, slots=True)
class Unanswered:
    """A check that got no answer at once: to be made again after ``wait_seconds``."""

    problem: str
    wait_seconds: float = 0.0
    holds_up_others: bool = False
    """Nobody sends for a while, so what was checked together with it has to be checked again, too."""


@dataclass(frozen=True, slots=True)
class ById:
    """Read these objects of one kind by id, in batches. ``choice``: why so, where it was chosen."""

    kind: str
    ids: tuple[str, ...]
    choice: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Anchors:
    """Two objects whose creations tell where in a list to look; to be read by id before.

    ``pages``: so many should lie between the two. They are read, and only what lies between, where
    the whole list turns out longer. None: the list is asked from ``share`` of the way between the
    older's creation and the newer's on, and before anything else, for its first page must not be
    spent for nothing.
    """

    older: str
    newer: str
    pages: int | None = None
    share: float = 1.0


@dataclass(frozen=True, slots=True)
class ByList:
    """Read pages of a kind's list until all ids were seen, it ends, or ids cost less than its rest.

    What is then still unseen is read by id. ``choice``: how many are declared, in words.
    """

    kind: str
    ids: tuple[str, ...]
    anchors: Anchors | None = None
    choice: str = field(default="", compare=False)


Read: TypeAlias = ById | ByList


@dataclass(frozen=True, slots=True)
class Cost:
    """What requests cost: quota units (each batch part and page is one) and HTTP round trips.

    ``reading``: how that was chosen, one sentence a kind.
    """

    units: int = 0
    round_trips: int = 0
    reading: tuple[str, ...] = field(default=(), compare=False)

    def __add__(self, other: Cost) -> Cost:
        return Cost(
            self.units + other.units,
            self.round_trips + other.round_trips,
            (*self.reading, *other.reading),
        )
