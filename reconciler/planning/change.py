"""One declared object and what was observed of it → one Change. A table of cases, nothing else."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, assert_never

from reconciler.kinds import KINDS
from reconciler.model.live import Known, Merged, Missing, Unreadable
from reconciler.model.plan import Change, Survivor
from reconciler.planning.fields import Judged, judge
from reconciler.planning.request import request
from reconciler.planning.risks import risks
from reconciler.planning.spill import spills

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reconciler.kinds.kind import Kind
    from reconciler.model.desired import Declared
    from reconciler.model.live import Live, Observation
    from reconciler.model.plan import Action, Reason
    from reconciler.model.words import Foreign, Ref


def skip(
    declared: Declared, reason: Reason, problem: str | None = None, *, detail: Foreign | None = None
) -> Change:
    """A change for an object of which nothing was read, or nothing may be written."""
    return _change(declared, None, "skip", reason, problem=problem, detail=detail)


def observed(
    declared: Declared,
    observation: Observation,
    *,
    family: Mapping[Ref, tuple[Ref, ...]],
    against: tuple[Ref, ...] = (),
) -> Change:
    """``against``: declared objects that this one contradicts."""
    match observation:
        case Known(live) if against:
            others = ", ".join(str(ref) for ref in against)
            problem = f"it contradicts {others}"
            return _change(declared, live, "skip", "contradicts-incident", problem=problem)
        case Known(live):
            return _known(declared, live, family)
        case Missing():
            return skip(declared, "not-found", "Graph knows no such object, or hides it (404)")
        case Unreadable(problem, detail):
            return skip(declared, "unknown", problem, detail=detail)
        case Merged():
            return _merged(declared, observation)
        case _:
            assert_never(observation)


def _merged(declared: Declared, merged: Merged) -> Change:
    change = _change(declared, merged.live, "skip", "redirected", problem=merged.problem)
    survivor = merged.survivor
    if survivor is None:
        return change
    told = Survivor(survivor.ref.id, survivor.title, survivor.severity)
    return replace(change, survivor=told)


def _known(declared: Declared, live: Live, family: Mapping[Ref, tuple[Ref, ...]]) -> Change:
    kind = KINDS[declared.ref.kind]
    judged = judge(kind, declared, live)
    unknown = _unknown(kind, judged, live)
    if unknown:
        return _change(declared, live, "skip", "unknown", problem=unknown)
    if not judged.changes:
        return _change(declared, live, "noop", "in-sync")
    return replace(
        _change(declared, live, "update", "differs"),
        risks=risks(kind, judged.changes, live),
        fields=judged.changes,
        request=request(kind, judged.changes, live),
        spills=spills(live.ref, judged.changes, family),
    )


def _unknown(kind: Kind, judged: Judged, live: Live) -> str | None:
    """Why nothing can be decided: a property the answer did not hold is unseen, not empty."""
    if judged.not_known:
        return f"Graph's answer does not tell {', '.join(judged.not_known)}"
    lacking = [name for name in kind.attachments if name not in live.attachments]
    if judged.changes and lacking:
        return f"Graph's answer holds no {', '.join(lacking)}, which a PATCH has to carry"
    return None


def _change(
    declared: Declared,
    live: Live | None,
    action: Action,
    reason: Reason,
    *,
    problem: str | None = None,
    detail: Foreign | None = None,
) -> Change:
    """What the document and, if it was read, the live object say of themselves."""
    return Change(
        ref=declared.ref,
        action=action,
        reason=reason,
        source=declared.source,
        title=live.title if live else None,
        severity=live.severity if live else None,
        created=live.created if live else None,
        moved_by=live.moved_by if live else None,
        moved_at=live.revision if live else None,
        owner=declared.owner,
        ticket=declared.ticket,
        name=declared.name,
        expires=declared.expires,
        revision=live.revision if live else None,
        problem=problem,
        detail=detail,
    )
