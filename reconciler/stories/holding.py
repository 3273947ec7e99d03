"""What of a reading is worth holding on to: whole objects that say when they last changed. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from reconciler.model.held import Held
from reconciler.stories.changes import revision

if TYPE_CHECKING:
    from collections.abc import Iterable

    from reconciler.kinds.kind import Kind
    from reconciler.model.live import Live
    from reconciler.stories.since import Reading


@dataclass(frozen=True, slots=True)
class Renewed:
    """``changed``: ids of what differs from what was held before, or is held no more."""

    held: Held
    changed: frozenset[str]


@dataclass(slots=True)
class _Fit:
    lives: dict[str, Live] = field(default_factory=dict)
    revisions: dict[str, int] = field(default_factory=dict)


def first(kind: Kind, lives: Iterable[Live], reading: Reading, *, units: int) -> Held | None:
    """After a reading of all; None if nobody can tell until when it is whole."""
    fit = _fit(kind, lives)
    until = reading.whole_until(fit.revisions.values())
    if until is None:
        return None
    return Held(fit.lives, fit.revisions, until, reading.began_at, units)


def renewed(kind: Kind, held: Held, told: Iterable[Live], *, until: int | None) -> Renewed:
    """With what was told of since; ``until``: as far as that makes it whole."""
    latest = {live.ref.id: live for live in told}
    changed = frozenset(one for one, live in latest.items() if held.lives.get(one) != live)
    fit = _fit(kind, (latest[one] for one in changed))
    now = replace(
        held,
        lives={**held.lives, **fit.lives},
        revisions={**held.revisions, **fit.revisions},
        whole_until=max(held.whole_until, until or 0),
    )
    return Renewed(_without(now, changed - fit.lives.keys()), changed)


def _fit(kind: Kind, lives: Iterable[Live]) -> _Fit:
    """A value that was not told (a partial answer, a hidden member) is asked for again."""
    found = _Fit()
    for live in lives:
        dated = revision(live)
        if dated is not None and live.fields.keys() >= kind.by_name.keys():
            found.lives[live.ref.id], found.revisions[live.ref.id] = live, dated
    return found


def _without(held: Held, lost: frozenset[str]) -> Held:
    if not lost:
        return held
    lives = {one: live for one, live in held.lives.items() if one not in lost}
    revisions = {one: dated for one, dated in held.revisions.items() if one not in lost}
    return replace(held, lives=lives, revisions=revisions)
