"""What was applied goes into the applied tree: the base of the next plan (contract 5)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from reconciler.errors import BaseFailure
from reconciler.stories.apply import HOLDS

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from reconciler.model.base import Base
    from reconciler.model.desired import Spec
    from reconciler.model.outcome import ApplyReport
    from reconciler.model.plan import Plan
    from reconciler.model.words import Ref
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
        why = "; ".join(filter(None, (problem.message, problem.remedy)))
    except Exception as surprise:  # noqa: BLE001 — what was written has to be reported
        why = f"unexpected {type(surprise).__name__}; this is a defect of reconciler"
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
        applied(plan, report) if is_current else _late(plan, report, now),
        plan.released if is_current else (),
        digest=report.digest,
        run=run_id,
        at=at,
    )


def may_record(plan: Plan) -> bool:
    """Whether an apply of it has anything for the tree; an undo has not: no document declares it."""
    return bool(plan.released) or any(change.applied is not None for change in plan.changes)


def applied(plan: Plan, report: ApplyReport) -> Mapping[Ref, Spec]:
    """By object: what was written, and what a plan without a write for it found."""
    return {**_found(plan), **written(plan, report)}


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
    merged = {ref: {**spec, **held.get(ref, {})} for ref, spec in written(plan, report).items()}
    return {**found, **merged}


def _found(plan: Plan) -> Mapping[Ref, Spec]:
    return {
        change.ref: change.applied
        for change in plan.changes
        if change.applied is not None and change.action == "noop"
    }


def written(plan: Plan, report: ApplyReport) -> Mapping[Ref, Spec]:
    """By object: what ended done or already done."""
    held = {outcome.ref for outcome in report.outcomes if outcome.name in HOLDS}
    return {
        change.ref: change.applied
        for change in plan.changes
        if change.applied is not None and change.ref in held
    }
