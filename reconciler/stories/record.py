"""What was applied goes into the applied tree: the base of the next plan (contract 5)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from reconciler.errors import BaseFailure
from reconciler.stories.apply import HOLDS

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

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
    ``--base`` named another one), what was found may not be so any more: then only objects that the
    tree does not hold. Without an entry their next plan would be a first one, and write over people.
    """
    if report.refused:
        return report
    try:
        now = tree.read()
        is_current = now.commit == plan.git.base
        found = {
            ref: spec for ref, spec in _found(plan).items() if is_current or ref not in now.specs
        }
        commit = tree.replace(
            {**found, **written(plan, report)},
            plan.released if is_current else (),
            digest=report.digest,
            run=run_id,
            at=at,
        )
    except BaseFailure as problem:
        why = "; ".join(filter(None, (problem.message, problem.remedy)))
        return replace(report, unrecorded=why)
    return replace(report, applied=commit)


def applied(plan: Plan, report: ApplyReport) -> Mapping[Ref, Spec]:
    """By object: what was written, and what a plan without a write for it found."""
    return {**_found(plan), **written(plan, report)}


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
