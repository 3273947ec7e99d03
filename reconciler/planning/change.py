"""One declared object and what was observed of it → one Change. A table of cases, nothing else."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, NamedTuple, assert_never

from reconciler.kinds import KINDS
from reconciler.model.live import Known, Merged, Missing, Unreadable
from reconciler.model.plan import Change, Survivor
from reconciler.planning.fields import TWO_WAY, Judged, judge
from reconciler.planning.request import request
from reconciler.planning.risks import risks
from reconciler.planning.spill import spills

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from reconciler.kinds.kind import Kind
    from reconciler.model.desired import Declared, Spec
    from reconciler.model.live import Live, Observation
    from reconciler.model.plan import Action, FieldChange, Kept, Reason, Request, Risk, Spill
    from reconciler.model.words import Foreign, Ref
    from reconciler.planning.terms import Terms

KEEP_ONE: Final = "keep one of these documents and delete the others"


@dataclass(frozen=True, slots=True)
class Context:
    """What one object is judged against, beside its document and what was read of it."""

    family: Mapping[Ref, tuple[Ref, ...]]
    """Each declared incident's declared alerts and tasks."""
    against: tuple[Ref, ...] = ()
    """Declared objects that this one contradicts."""
    rivals: tuple[Declared, ...] = ()
    """Other declarations that end in the same incident: merged into it, or it itself."""
    terms: Terms = TWO_WAY


class _Write(NamedTuple):
    """What an update writes, and what comes of it."""

    fields: tuple[FieldChange, ...] = ()
    risks: tuple[Risk, ...] = ()
    request: Request | None = None
    spills: tuple[Spill, ...] = ()


NOTHING: Final = _Write()


def skip(
    declared: Declared, reason: Reason, problem: str | None = None, *, detail: Foreign | None = None
) -> Change:
    """A change for an object of which nothing was read, or nothing may be written."""
    return _change(declared, None, "skip", reason, problem=problem, detail=detail)


def yielding(change: Change, over: Sequence[Ref]) -> Change:
    """The same, unless its write would spill ``over`` values that are kept for people."""
    if not over:
        return change
    others = ", ".join(str(ref) for ref in over)
    return replace(
        change,
        action="skip",
        reason="contradicts-incident",
        risks=(),
        fields=(),
        kept=(),
        request=None,
        applied=None,
        spills=(),
        problem=f"Graph would write it over what a person set on {others}: adopt or enforce that first",
    )


def observed(declared: Declared, observation: Observation, context: Context) -> Change:
    match observation:
        case Known(live) if context.rivals:
            problem = f"merged into it: {_named(context.rivals)}; {KEEP_ONE}"
            return _change(declared, live, "skip", "redirected", problem=problem)
        case Known(live) if context.against:
            others = ", ".join(str(ref) for ref in context.against)
            problem = f"it contradicts {others}"
            return _change(declared, live, "skip", "contradicts-incident", problem=problem)
        case Known(live):
            return _known(declared, live, context)
        case Missing():
            return skip(declared, "not-found", "Graph knows no such object, or hides it (404)")
        case Unreadable(problem, detail):
            return skip(declared, "unknown", problem, detail=detail)
        case Merged():
            return _merged(declared, observation, context.rivals)
        case _:
            assert_never(observation)


def _merged(declared: Declared, merged: Merged, rivals: Sequence[Declared]) -> Change:
    problem = merged.problem
    if rivals:
        problem = f"ending there as well: {_named(rivals)}; {KEEP_ONE}"
    change = _change(declared, merged.live, "skip", "redirected", problem=problem)
    survivor = merged.survivor
    if survivor is None:
        return change
    told = Survivor(survivor.ref.id, survivor.title, survivor.severity)
    return replace(change, survivor=told)


def _named(rivals: Sequence[Declared]) -> str:
    return ", ".join(f"{one.ref} ({one.source.path}:{one.source.line})" for one in rivals)


def _known(declared: Declared, live: Live, context: Context) -> Change:
    kind = KINDS[declared.ref.kind]
    judged = judge(kind, declared, live, context.terms)
    unknown = _unknown(kind, judged, live)
    if unknown:
        return _change(declared, live, "skip", "unknown", problem=unknown)
    applied = judged.applied or None
    if judged.changes:
        write = _Write(
            judged.changes,
            risks(kind, judged.changes, live),
            request(kind, judged.changes, live),
            spills(live.ref, judged.changes, context.family),
        )
        return _change(
            declared, live, "update", "differs", kept=judged.kept, applied=applied, write=write
        )
    if any(kept.cause == "conflict" for kept in judged.kept):
        return _change(declared, live, "skip", "conflict", kept=judged.kept)
    reason: Reason = "drift-kept" if judged.kept else "in-sync"
    if context.terms.is_on_record and applied == context.terms.base:
        applied = None  # on record already: an old plan must not take the tree back
    return _change(declared, live, "noop", reason, kept=judged.kept, applied=applied)


def _unknown(kind: Kind, judged: Judged, live: Live) -> str | None:
    """Why nothing can be decided: a property the answer did not hold is unseen, not empty."""
    if judged.not_known:
        return f"Graph's answer does not tell {', '.join(judged.not_known)}"
    lacking = [name for name in kind.attachments if name not in live.attachments]
    if judged.changes and lacking:
        return f"Graph's answer holds no {', '.join(lacking)}, which a PATCH has to carry"
    return None


def _change(  # noqa: PLR0913 — one value of a Change each
    declared: Declared,
    live: Live | None,
    action: Action,
    reason: Reason,
    *,
    problem: str | None = None,
    detail: Foreign | None = None,
    kept: tuple[Kept, ...] = (),
    applied: Spec | None = None,
    write: _Write = NOTHING,
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
        risks=write.risks,
        fields=write.fields,
        kept=kept,
        request=write.request,
        applied=applied,
        spills=write.spills,
    )
