"""What is to be done about an object that says and holds this, whichever object it is."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from reconciler.planning.fields import judge
from reconciler.planning.request import body
from reconciler.planning.risks import risks
from reconciler.planning.spill import spills

if TYPE_CHECKING:
    from reconciler.kinds.kind import Kind
    from reconciler.model.desired import Declared, Spec
    from reconciler.model.live import Live
    from reconciler.model.plan import Action, FieldChange, Kept, Reason, Risk, Spill
    from reconciler.model.words import JsonObject
    from reconciler.planning.fields import Judged
    from reconciler.planning.terms import Terms


@dataclass(frozen=True, slots=True)
class Decision:
    """The part of a change that names no object: equal cases share one."""

    action: Action
    reason: Reason
    problem: str | None = None
    kept: tuple[Kept, ...] = ()
    applied: Spec | None = None
    fields: tuple[FieldChange, ...] = ()
    risks: tuple[Risk, ...] = ()
    body: JsonObject = field(default_factory=dict)
    spills: tuple[Spill, ...] = ()
    """As if no alert of it were declared."""


def decide(kind: Kind, declared: Declared, live: Live, terms: Terms) -> Decision:
    """From ``declared`` only what it wants counts, and from ``live`` nothing that names it."""
    judged = judge(kind, declared, live, terms)
    unknown = _unknown(kind, judged, live)
    if unknown:
        return Decision("skip", "unknown", unknown)
    applied = judged.applied or None
    if judged.changes:
        return Decision(
            "update",
            "differs",
            kept=judged.kept,
            applied=applied,
            fields=judged.changes,
            risks=risks(kind, judged.changes, live),
            body=body(judged.changes, live),
            spills=spills(kind, judged.changes),
        )
    if any(kept.cause == "conflict" for kept in judged.kept):
        return Decision("skip", "conflict", kept=judged.kept)
    reason: Reason = "drift-kept" if judged.kept else "in-sync"
    if terms.is_on_record and applied == terms.base:
        applied = None  # on record already: an old plan must not take the tree back
    return Decision("noop", reason, kept=judged.kept, applied=applied)


def _unknown(kind: Kind, judged: Judged, live: Live) -> str | None:
    """Why nothing can be decided: a property the answer did not hold is unseen, not empty."""
    if judged.not_known:
        return f"Graph's answer does not tell {', '.join(judged.not_known)}"
    lacking = [name for name in kind.attachments if name not in live.attachments]
    if judged.changes and lacking:
        return f"Graph's answer holds no {', '.join(lacking)}, which a PATCH has to carry"
    return None
