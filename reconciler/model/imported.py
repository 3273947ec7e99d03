"""Import: which live objects became documents, and which did not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from reconciler.model.live import Cost, Unreadable
    from reconciler.model.words import Foreign, Ref

WhySkipped: TypeAlias = Literal[
    "declared",
    "exists",
    "redirected",
    "no-match",
    "nothing-to-declare",
    "inexpressible",
    "not-found",
]


@dataclass(frozen=True, slots=True)
class Written:
    """``path`` as shown to people. ``left_out``: what live holds and no document can say, and why."""

    ref: Ref
    path: str
    left_out: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Skipped:
    """``detail``, in our words: where it is declared, its survivor, what is wrong with it."""

    ref: Ref
    reason: WhySkipped
    detail: str | None = None


@dataclass(frozen=True, slots=True)
class Failed:
    """A kind that was not read whole: nothing of it was written."""

    kind: str
    why: Unreadable


@dataclass(frozen=True, slots=True)
class Imported:
    """``written`` and ``skipped`` by kind, in the order in which they were found."""

    written: tuple[Written, ...]
    skipped: tuple[Skipped, ...]
    failed: tuple[Failed, ...]
    cost: Cost
    is_cut: bool = False
    """``--limit`` ended it; there may be more."""
    odd: tuple[Foreign, ...] = ()
    """What entries of lists say of their id that are no such object."""
    notices: tuple[str, ...] = ()
