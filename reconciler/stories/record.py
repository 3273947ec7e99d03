"""What was applied goes into the applied tree: the base of the next plan (contract 5)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from reconciler.errors import BaseFailure, unexpected
from reconciler.model.desired import Exactly
from reconciler.planning.make import NO_BASE
from reconciler.stories.apply import HOLDS

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from reconciler.model.base import Base
    from reconciler.model.desired import Declaration, Spec
    from reconciler.model.outcome import ApplyReport, Outcome
    from reconciler.model.plan import Plan
    from reconciler.model.words import Json, Ref
    from reconciler.ports import AppliedTree


def run(
    plan: Plan, report: ApplyReport, tree: AppliedTree, *, run_id: str, at: datetime
) -> ApplyReport:
    """The report, with the commit that holds what was applied or why there is none. Never raises.

    What the plan found as declared was applied already: it is recorded like what was written. If the
    tree is not the one that the plan was judged against (another run has recorded something since, or
    ``--base`` named another one), what was found may not be so any more. A tree that is there and
    cannot be read stays as it is.
    """
    if report.refused or not (applied(plan, report) or plan.released):
        return report  # an undo: no document declares it, so no tree has to be there
    try:
        return replace(report, applied=_replaced(plan, report, tree, run_id=run_id, at=at))
    except BaseFailure as problem:
        said = f"git said: {problem.detail.raw!a}" if problem.detail else None
        why = "; ".join(filter(None, (problem.message, said, problem.remedy)))
    except Exception as surprise:  # noqa: BLE001 — what was written has to be reported
        defect = unexpected(surprise)
        why = f"{defect.message}; {defect.remedy}"
    if plan.git.is_base_waived:
        return replace(
            report, notices=(*report.notices, f"what was applied is not recorded: {why}")
        )
    return replace(report, unrecorded=why)


def _replaced(
    plan: Plan, report: ApplyReport, tree: AppliedTree, *, run_id: str, at: datetime
) -> str | None:
    now = tree.read()
    is_current = now.commit == plan.git.base
    return tree.replace(
        applied(plan, report, now) if is_current else _late(plan, report, now),
        plan.released if is_current else (),
        digest=report.digest,
        run=run_id,
        at=at,
    )


def may_record(plan: Plan) -> bool:
    """Whether an apply of it has anything for the tree; an undo has not: no document declares it."""
    return bool(plan.released) or any(change.applied is not None for change in plan.changes)


def applied(plan: Plan, report: ApplyReport, now: Base = NO_BASE) -> Mapping[Ref, Spec]:
    """By object: what was written, and what a plan without a write for it found."""
    return {**_found(plan), **written(plan, report, now)}


def _late(plan: Plan, report: ApplyReport, now: Base) -> Mapping[Ref, Spec]:
    """What the tree holds by now stays, but for the fields that this run has sent.

    What was only found goes where nothing stands: without an entry the next plan of the object would
    be a first one, and write over people.
    """
    found = {ref: spec for ref, spec in _found(plan).items() if ref not in now.specs}
    sent = {change.ref: {field.name for field in change.fields} for change in plan.changes}
    held = {
        ref: {name: said for name, said in spec.items() if name not in sent.get(ref, ())}
        for ref, spec in now.specs.items()
    }
    merged = {
        ref: {**spec, **held.get(ref, {})} for ref, spec in written(plan, report, now).items()
    }
    return {**found, **merged}


def _found(plan: Plan) -> Mapping[Ref, Spec]:
    return {
        change.ref: change.applied
        for change in plan.changes
        if change.applied is not None and change.action == "noop"
    }


def written(plan: Plan, report: ApplyReport, now: Base) -> Mapping[Ref, Spec]:
    """By object: what ended done or already done, and what was sent and may hold.

    Without an entry the next plan of such an object would be a first one, and write over people. What
    no read could settle counts as applied: if it does not hold, live is drift and stays. A value that
    three reads did not show stays as the tree has it; where it has none, as live was seen.
    """
    specs = {change.ref: change.applied for change in plan.changes if change.applied is not None}
    found: dict[Ref, Spec] = {}
    for outcome in report.outcomes:
        spec = specs.get(outcome.ref)
        if spec is None:
            continue
        if outcome.name in HOLDS or outcome.name == "unsettled":
            found[outcome.ref] = spec
        elif outcome.name == "notKept":
            found[outcome.ref] = _less_not_kept(spec, outcome, now.specs.get(outcome.ref, {}))
    return {ref: spec for ref, spec in found.items() if spec}


def _less_not_kept(spec: Spec, outcome: Outcome, before: Spec) -> Spec:
    seen = {field.name: field.after for field in outcome.fields}
    kept = {
        name: before.get(name) or _as_seen(said, seen[name]) if name in seen else said
        for name, said in spec.items()
    }
    return {name: said for name, said in kept.items() if said is not None}


def _as_seen(said: Declaration, value: Json) -> Declaration | None:
    """What live holds in its place; None where the tree could not say so."""
    texts = value if isinstance(value, list) else [value or ""]
    is_said = isinstance(said, Exactly) and all(isinstance(one, str) for one in texts)
    return Exactly(value) if is_said else None
