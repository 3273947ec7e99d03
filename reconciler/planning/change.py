"""One declared object and what was observed of it → one Change. A table of cases, nothing else."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, assert_never

from reconciler.kinds import KINDS
from reconciler.model import Change, Known, Merged, Missing, Survivor, Unreadable
from reconciler.planning.fields import Judged, judge
from reconciler.planning.request import request
from reconciler.planning.risks import risks
from reconciler.planning.spill import spills

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reconciler.kinds.kind import Kind
    from reconciler.model import Declared, Live, Observation, Reason, Ref


def skip(declared: Declared, reason: Reason, problem: str | None = None) -> Change:
    """A change for an object of which nothing was read, or nothing may be written."""
    return Change(
        ref=declared.ref,
        action="skip",
        reason=reason,
        source=declared.source,
        owner=declared.owner,
        ticket=declared.ticket,
        name=declared.name,
        expires=declared.expires,
        problem=problem,
    )


def observed(
    declared: Declared,
    observation: Observation,
    *,
    family: Mapping[Ref, tuple[Ref, ...]],
    against: tuple[Ref, ...] = (),
) -> Change:
    """``against``: declared objects that this one contradicts."""
    match observation:
        case Missing():
            return skip(declared, "not-found", "Graph knows no such object, or hides it (404)")
        case Unreadable(problem, detail):
            return replace(skip(declared, "unknown", problem), detail=detail)
        case Merged():
            return _merged(declared, observation)
        case Known(live) if against:
            others = ", ".join(str(ref) for ref in against)
            return _described(
                skip(declared, "contradicts-incident", f"it contradicts {others}"), live
            )
        case Known(live):
            return _known(declared, live, family)
        case _:
            assert_never(observation)


def _merged(declared: Declared, merged: Merged) -> Change:
    survivor = merged.survivor
    change = _described(skip(declared, "redirected", merged.problem), merged.live)
    if survivor is None:
        return change
    return replace(change, survivor=Survivor(survivor.ref.id, survivor.title, survivor.severity))


def _known(declared: Declared, live: Live, family: Mapping[Ref, tuple[Ref, ...]]) -> Change:
    kind = KINDS[declared.ref.kind]
    judged = judge(kind, declared, live)
    unknown = _unknown(kind, judged, live)
    if unknown:
        return _described(skip(declared, "unknown", unknown), live)
    base = _described(skip(declared, "in-sync"), live)
    if not judged.changes:
        return replace(base, action="noop")
    return replace(
        base,
        action="update",
        reason="differs",
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


def _described(change: Change, live: Live) -> Change:
    return replace(
        change,
        title=live.title,
        severity=live.severity,
        created=live.created,
        moved_by=live.moved_by,
        moved_at=live.revision,
        revision=live.revision,
    )
