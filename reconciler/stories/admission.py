"""Whether a plan may be applied at all: judged before the first request (exit codes 4 and 5)."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final

from reconciler import guards
from reconciler.codec.plan import digest
from reconciler.documents import load
from reconciler.errors import BaseFailure, Objected, Refused
from reconciler.git.running import is_outside
from reconciler.planning import approved
from reconciler.planning.derived import follows, kept_base, not_derived
from reconciler.review.objections import allowing, amount
from reconciler.stories.base import documents_at
from reconciler.stories.desired import folder, rules
from reconciler.stories.plan import identify

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reconciler.model.base import Base
    from reconciler.model.desired import Spec
    from reconciler.model.plan import Change, Plan, PlanTenant, Reviewed
    from reconciler.model.words import Ref
    from reconciler.settings import Config, Limits, Tenant

NAMED: Final = 20
"""How much of what is outside an approved plan a refusal names before it counts."""

MAKE_AGAIN: Final = "make the plan again"

CLOCK_SKEW: Final = timedelta(minutes=5)
"""How far in the future a plan may have been made: two machines' clocks differ."""


def check(plan: Plan, tenant: Tenant, *, now: datetime, limits: Limits) -> None:
    """Raises Refused for another tenant than the configuration's, or a plan that is too old."""
    if plan.tenant != identify(tenant):
        raise Refused(
            f"the plan is for {_told(plan.tenant)}; the configuration says {_told(identify(tenant))}",
            remedy=MAKE_AGAIN,
        )
    switched_off = {one.ref.kind for one in plan.changes if one.action == "update"} - tenant.kinds
    if switched_off:
        raise Refused(
            f"the plan writes {', '.join(sorted(switched_off))}, which is switched off by now",
            remedy=MAKE_AGAIN,
        )
    check_derived(plan)
    check_age(plan, now=now, limits=limits)


def check_age(plan: Plan, *, now: datetime, limits: Limits) -> None:
    """Raises Refused for a plan that is too old, or made in the future."""
    age = now - datetime.fromisoformat(plan.created_at)
    oldest = timedelta(seconds=limits.max_plan_age_seconds)
    if age > oldest:
        raise Refused(
            f"the plan was made {_rounded(age)} ago; 'limits.maxPlanAge' allows {oldest}",
            remedy=MAKE_AGAIN,
        )
    if age < -CLOCK_SKEW:
        raise Refused(
            f"the plan was made {_rounded(-age)} in the future by this machine's clock",
            remedy="set the clock, or make the plan again",
        )


def check_derived(plan: Plan) -> None:
    """Raises Refused unless what follows from the fields of a file does: see planning/derived."""
    declared = {change.ref for change in plan.changes}
    for change in plan.changes:
        name = not_derived(change, declared, has_base=plan.git.base is not None)
        if name is not None:
            raise Refused(
                f"the plan cannot be used: {name!r} of {change.ref} does not follow from the rest of it",
                remedy=MAKE_AGAIN,
            )


def check_record(plan: Plan, config: Config, tenant: Tenant, base: Base) -> None:
    """Raises Refused unless what would go on record as applied is what documents say.

    ``base``: what the applied tree holds now. If that is another one than the plan's, of objects that
    it has only what is sent goes on record, which the plan's fields prove. The documents are those of
    the working tree, or of the plan's commit if they have changed since.
    """
    there = {} if base.commit == plan.git.base else base.specs
    recorded = [one for one in plan.changes if _records_unsent(one, there)]
    if not recorded or is_outside(Path(config.root)):
        return  # outside git nothing goes on record
    paths = {change.source.path for change in recorded}
    files = [file for file in folder(config, tenant) if file.path in paths]
    specs = {item.ref: item.spec for item in load(files, rules(config, tenant)).declared}
    odd = [one for one in recorded if not _is_declared(one, specs, plan, base)]
    if odd and plan.git.commit is not None and not plan.git.dirty:
        with suppress(BaseFailure):  # then nothing proves it
            specs = dict(documents_at(plan.git.commit, config, tenant).specs)
            odd = [one for one in odd if not _is_declared(one, specs, plan, base)]
    if odd:
        first = odd[0]
        raise Refused(
            f"the plan would record of {first.ref} what its document does not say"
            f" ({first.source.path}:{first.source.line}): it has changed since, or the plan has",
            remedy=MAKE_AGAIN,
        )


def _records_unsent(change: Change, there: Mapping[Ref, Spec]) -> bool:
    """``there``: what stays of the applied tree, whatever this plan found."""
    if change.applied is None or change.ref not in there:
        return change.applied is not None
    proven = {*there[change.ref], *(field.name for field in change.fields)}
    return change.action == "update" and not change.applied.keys() <= proven


def _is_declared(change: Change, specs: Mapping[Ref, Spec], plan: Plan, base: Base) -> bool:
    is_current = base.commit is not None and base.commit == plan.git.base
    before = (
        base.specs.get(change.ref, {})
        if is_current
        else kept_base(change, has_base=plan.git.base is not None)
    )
    return change.ref in specs and follows(change, specs[change.ref], before)


def check_digest(digest: str, expected: str | None) -> None:
    """Raises Refused if another digest was approved."""
    if expected is not None and expected != digest:
        raise Refused(
            f"the plan's digest is {digest}, --expect-digest says {expected}",
            remedy="look at this plan, and expect its digest if it is the right one",
        )


def compare(plan: Plan, reviewed: Plan) -> Reviewed:
    """What the plan does beyond one that was reviewed. Raises Refused for another tenant's, or a forged one."""
    check_derived(reviewed)
    if reviewed.tenant != plan.tenant:
        raise Refused(
            f"the approved plan is for {_told(reviewed.tenant)}; this one is for {_told(plan.tenant)}",
            remedy="name the plan that was reviewed for this tenant",
        )
    return approved.compare(plan, reviewed, digest=digest(reviewed))


def check_covered(reviewed: Reviewed) -> None:
    """Raises Refused if something would be written that the reviewed plan does not cover."""
    if reviewed.is_covered:
        return
    beyond = [f"{one.ref} ({', '.join(one.fields)})" for one in reviewed.new]
    beyond += [f"--allow {guard}" for guard in reviewed.allowed]
    more = len(beyond) - NAMED
    told = "; ".join(beyond[:NAMED]) + (f"; and {more} more" if more > 0 else "")
    raise Refused(
        f"{len(beyond)} outside the approved plan {reviewed.digest}, and nothing was written: {told}",
        remedy="have this plan reviewed: what is new moved since, or is declared since",
    )


def check_guards(plan: Plan, config: Config, tenant: Tenant) -> None:
    """Raises Objected (4) if guards objected when the plan was made, or do so now.

    What the plan allows stands in it, under its digest; nothing else is allowed here.
    """
    now = guards.objections(plan.changes, guards.limits(config, tenant), plan.overrides)
    found = {objection.guard: objection for objection in (*plan.objections, *now)}
    if found:
        told = "; ".join(map(amount, found.values()))
        options = " ".join(allowing(plan.overrides, found.values()))
        raise Objected(
            f"guards object to this plan, and nothing was written: {told}",
            remedy=f"if this is meant, make the plan again with: {options}",
        )


def _told(tenant: PlanTenant) -> str:
    return f"tenant {tenant.name} ({tenant.tenant_id}) of {tenant.cloud} at {tenant.graph_url}"


def _rounded(age: timedelta) -> timedelta:
    return timedelta(seconds=round(age.total_seconds()))
