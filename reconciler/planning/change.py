"""One declared object and what was observed of it → one Change. A table of cases, nothing else."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, assert_never

from reconciler.kinds import KINDS
from reconciler.model.live import Known, Merged, Missing, Unreadable
from reconciler.model.plan import Change, Survivor
from reconciler.planning.decide import Decision
from reconciler.planning.fields import TWO_WAY
from reconciler.planning.precedents import Precedents
from reconciler.planning.request import request
from reconciler.planning.spill import spills

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from reconciler.model.desired import Declared
    from reconciler.model.live import Live, Observation
    from reconciler.model.plan import Reason, Request, Spill
    from reconciler.model.words import Foreign, Ref
    from reconciler.planning.terms import Terms

KEEP_ONE: Final = "keep one of these documents and delete the others"


@dataclass(frozen=True, slots=True)
class Context:
    """What the objects of one run are judged against, beside their documents and what was read."""

    family: Mapping[Ref, tuple[Ref, ...]]
    """Each declared incident's declared alerts and tasks."""
    against: Mapping[Ref, tuple[Ref, ...]] = field(default_factory=dict)
    """By ref, declared objects that it contradicts."""
    rivals: Mapping[Ref, tuple[Declared, ...]] = field(default_factory=dict)
    """By ref, other declarations that end in the same incident: merged into it, or it itself."""
    precedents: Precedents = field(default_factory=Precedents)
    """Equal cases are decided once."""


def skip(
    declared: Declared, reason: Reason, problem: str | None = None, *, detail: Foreign | None = None
) -> Change:
    """A change for an object of which nothing was read, or nothing may be written."""
    return _change(declared, None, Decision("skip", reason, problem), detail=detail)


def yielding(change: Change, over: Sequence[Change]) -> Change:
    """The same, unless its write may spill over values of these that stay as they are."""
    if not over:
        return change
    others = ", ".join(str(one.ref) for one in over)
    problem = (
        f"Graph would write it over what a person set on {others}: adopt or enforce that first"
    )
    if not all(one.kept for one in over):
        problem = (
            f"unassigning it may unassign {others} as well, which would look like a person's change:"
            " declare no owner there, or null"
        )
    return change._replace(
        action="skip",
        reason="contradicts-incident",
        risks=(),
        fields=(),
        kept=(),
        request=None,
        applied=None,
        spills=(),
        problem=problem,
    )


def observed(
    declared: Declared, observation: Observation, context: Context, terms: Terms = TWO_WAY
) -> Change:
    match observation:
        case Known(live) if declared.ref in context.rivals or declared.ref in context.against:
            return _barred(declared, live, context)
        case Known(live):
            return _known(declared, live, context, terms)
        case Missing():
            return skip(declared, "not-found", "Graph knows no such object, or hides it (404)")
        case Unreadable(problem, detail):
            return skip(declared, "unknown", problem, detail=detail)
        case Merged():
            return _merged(declared, observation, context.rivals.get(declared.ref, ()))
        case _:
            assert_never(observation)


def _barred(declared: Declared, live: Live, context: Context) -> Change:
    rivals = context.rivals.get(declared.ref, ())
    if rivals:
        problem = f"merged into it: {_named(rivals)}; {KEEP_ONE}"
        return _skipped(declared, live, "redirected", problem)
    others = ", ".join(str(ref) for ref in context.against[declared.ref])
    return _skipped(declared, live, "contradicts-incident", f"it contradicts {others}")


def _merged(declared: Declared, merged: Merged, rivals: Sequence[Declared]) -> Change:
    problem = merged.problem
    if rivals:
        problem = f"ending there as well: {_named(rivals)}; {KEEP_ONE}"
    change = _skipped(declared, merged.live, "redirected", problem)
    survivor = merged.survivor
    if survivor is None:
        return change
    told = Survivor(survivor.ref.id, survivor.title, survivor.severity)
    return change._replace(survivor=told)


def _named(rivals: Sequence[Declared]) -> str:
    return ", ".join(f"{one.ref} ({one.source.path}:{one.source.line})" for one in rivals)


def _known(declared: Declared, live: Live, context: Context, terms: Terms) -> Change:
    kind = KINDS[declared.ref.kind]
    decision = context.precedents.decide(kind, declared, live, terms)
    if decision.action != "update":
        return _change(declared, live, decision)
    children = context.family.get(live.ref)
    return _change(
        declared,
        live,
        decision,
        request=request(kind, live.ref.id, decision.body),
        spills=spills(kind, decision.fields, children) if children else decision.spills,
    )


def _skipped(declared: Declared, live: Live, reason: Reason, problem: str | None) -> Change:
    return _change(declared, live, Decision("skip", reason, problem))


def _change(
    declared: Declared,
    live: Live | None,
    decision: Decision,
    *,
    detail: Foreign | None = None,
    request: Request | None = None,
    spills: tuple[Spill, ...] = (),
) -> Change:
    """What the document and, if it was read, the live object say of themselves."""
    return Change(
        ref=declared.ref,
        action=decision.action,
        reason=decision.reason,
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
        risks=decision.risks,
        fields=decision.fields,
        kept=decision.kept,
        request=request,
        applied=decision.applied,
        spills=spills,
        problem=decision.problem,
        detail=detail,
    )
