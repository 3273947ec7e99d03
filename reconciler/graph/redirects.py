"""Incidents that were merged away: followed to the one that is left, for the report only."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from reconciler.model.live import Known, Merged, Unreadable
from reconciler.model.words import Ref

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping

    from reconciler.model.live import Live, Observation

LONGEST_CHAIN: Final = 10


def followed(
    wanted: Mapping[Ref, Observation], fetch: Callable[[Iterable[Ref]], Mapping[Ref, Observation]]
) -> dict[Ref, Observation]:
    """``wanted`` with each merged object as Merged; ``fetch`` is total and called once per hop."""
    seen = dict(wanted)
    while True:
        ends = {ref: _end(ref, seen) for ref in wanted}
        unread = {end for end in ends.values() if isinstance(end, Ref)}
        if not unread:
            return {ref: end for ref, end in ends.items() if not isinstance(end, Ref)}
        seen.update(fetch(sorted(unread)))


def _end(start: Ref, seen: Mapping[Ref, Observation]) -> Observation | Ref:
    """What has become of ``start``, or the ref that has to be read before one can tell."""
    first = seen[start]
    if not isinstance(first, Known) or not first.live.is_merged:
        return first
    live, passed = first.live, [start]
    while live.is_merged:
        found = _next(live, passed, seen)
        if isinstance(found, Ref):
            return found
        if isinstance(found, str):
            return Merged(first.live, None, found)
        live = found.live
        passed.append(live.ref)
    return Merged(first.live, live)


def _next(
    live: Live, passed: Collection[Ref], seen: Mapping[Ref, Observation]
) -> Known | Ref | str:
    """The incident that ``live`` was merged into, or that it is unread, or why the chain ends."""
    target = live.redirect
    if target is None:
        return f"{live.ref} does not say which incident it was merged into"
    if target in passed:
        return f"{live.ref} was merged into {target}, which was merged into it"
    if len(passed) > LONGEST_CHAIN:
        return f"more than {LONGEST_CHAIN} incidents were merged one into another"
    found = seen.get(target, target)
    if isinstance(found, Ref | Known):
        return found
    why = found.problem if isinstance(found, Unreadable) else "it was not found"
    return f"{target}, which {live.ref} was merged into, is not known: {why}"
