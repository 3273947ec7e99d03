"""Desired and live → changes and their summary. Pure: the planner holds nothing that writes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from reconciler.codec.tally import tally
from reconciler.errors import InvalidInput
from reconciler.kinds import KINDS
from reconciler.model.base import Base
from reconciler.model.live import Missing
from reconciler.model.words import Finding
from reconciler.planning.change import Context, observed, skip, yielding
from reconciler.planning.estimate import estimate
from reconciler.planning.expiry import is_expired
from reconciler.planning.merged import rivals
from reconciler.planning.spill import children, contradictions, overruled
from reconciler.planning.terms import saying, terms

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from reconciler.model.desired import Declared
    from reconciler.model.live import Cost, Observation
    from reconciler.model.plan import Change, Summary
    from reconciler.model.words import Ref
    from reconciler.settings import Limits, Management, Require

FEWEST_FOR_WRONG_TENANT: Final = 3
NO_BASE: Final = Base()


@dataclass(frozen=True, slots=True)
class Desk:
    """The declarations of one run, parted: which are to be read, and what is decided unread."""

    active: tuple[Declared, ...]
    released: tuple[Change, ...]


def part(declared: Sequence[Declared], *, kinds: frozenset[str], today: str) -> Desk:
    """``today``: UTC, ``YYYY-MM-DD``. A kind that is off and an expired document cost no request."""
    active: list[Declared] = []
    released: list[Change] = []
    for item in declared:
        if item.ref.kind not in kinds:
            problem = f"{item.ref.kind} is switched off in the configuration"
            released.append(skip(item, "disabled", problem))
        elif is_expired(item.expires, today):
            released.append(skip(item, "expired", f"released since {item.expires}"))
        else:
            active.append(item)
    return Desk(tuple(active), tuple(released))


def changes(
    desk: Desk,
    observations: Mapping[Ref, Observation],
    *,
    require: Require,
    base: Base = NO_BASE,
    management: Sequence[Management] = (),
) -> tuple[Change, ...]:
    """One change per declared object, by ref. Raises InvalidInput where ``require`` is not met."""
    family = children(observations)
    against = contradictions(desk.active, family)
    context = Context(family, against, rivals(desk.active, observations))
    said = saying(management)
    judged = [
        observed(item, observations[item.ref], context, terms(item, base, said))
        for item in desk.active
    ]
    by_ref = {change.ref: change for change in judged}
    over = overruled(by_ref, desk.active)
    judged = [
        yielding(change, [by_ref[ref] for ref in over.get(change.ref, ())]) for change in judged
    ]
    _check_reversals(desk.active, judged, require)
    return tuple(sorted((*desk.released, *judged), key=lambda change: change.ref))


def released(declared: Sequence[Declared], base: Base) -> tuple[Ref, ...]:
    """What the applied tree holds and no document declares any more, expired ones included."""
    if not base.is_applied:
        return ()
    return tuple(sorted(base.specs.keys() - {*base.elsewhere, *(item.ref for item in declared)}))


def summarize(items: Sequence[Change], *, spent: Cost, limits: Limits) -> Summary:
    return replace(tally(items), requests=estimate(items, spent, limits))


def implausible(items: Sequence[Change]) -> str | None:
    """A warning if everything that was looked for is not there: hardly a coincidence."""
    looked_for = [change for change in items if change.reason not in {"expired", "disabled"}]
    return _doubt({change.ref: change.reason == "not-found" for change in looked_for})


def unfound(observations: Mapping[Ref, Observation]) -> str | None:
    """The same doubt, right from what was read."""
    return _doubt({ref: isinstance(one, Missing) for ref, one in observations.items()})


def _doubt(is_missing: Mapping[Ref, bool]) -> str | None:
    """All together, else kind by kind: one of them may be hidden, or its API have ended."""
    if len(is_missing) >= FEWEST_FOR_WRONG_TENANT and all(is_missing.values()):
        ends = {KINDS[ref.kind].ends for ref in is_missing}
        return _none_found(len(is_missing), "objects", ends.pop() if len(ends) == 1 else None)
    doubts = []
    for kind in KINDS.values():
        own = [missing for ref, missing in is_missing.items() if ref.kind == kind.name]
        if len(own) >= FEWEST_FOR_WRONG_TENANT and all(own):
            doubts.append(_none_found(len(own), f"objects of kind {kind.name}", kind.ends))
    return "; ".join(doubts) or None


def _none_found(count: int, what: str, ends: str | None) -> str:
    ended = f", or has the API ended, as announced for {ends}?" if ends else "?"
    return f"none of the {count} declared {what} was found: wrong tenant or role scope{ended}"


def _check_reversals(
    declared: Sequence[Declared], judged: Sequence[Change], require: Require
) -> None:
    findings = [
        Finding(
            item.source,
            f"{item.ref} reverses a true positive and has no {name}; "
            "'require.reversals' in the configuration asks for it: add it",
        )
        for item, change in zip(declared, judged, strict=True)
        if "reverses-true-positive" in change.risks
        for name in require.reversals
        if not _has(item, name)
    ]
    if findings:
        raise InvalidInput(tuple(findings))


def _has(item: Declared, name: str) -> bool:
    metadata = {
        "reason": item.reason,
        "ticket": item.ticket,
        "owner": item.owner,
        "expires": item.expires,
    }
    return name in item.spec or metadata.get(name) is not None
