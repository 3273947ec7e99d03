"""Whether a plan may be applied at all: judged before the first request (exit codes 4 and 5)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from reconciler import guards
from reconciler.codec.plan import digest
from reconciler.errors import Objected, Refused
from reconciler.kinds import KINDS
from reconciler.model.live import Live
from reconciler.planning import approved
from reconciler.planning.risks import risks
from reconciler.review.objections import allowing, amount
from reconciler.stories.plan import identify

if TYPE_CHECKING:
    from reconciler.model.plan import Plan, PlanTenant, Reviewed
    from reconciler.settings import Config, Limits, Tenant

NAMED: Final = 20
"""How much of what is outside an approved plan a refusal names before it counts."""

CLOCK_SKEW: Final = timedelta(minutes=5)
"""How far in the future a plan may have been made: two machines' clocks differ."""


def check(plan: Plan, tenant: Tenant, *, now: datetime, limits: Limits) -> None:
    """Raises Refused for another tenant than the configuration's, or a plan that is too old."""
    if plan.tenant != identify(tenant):
        raise Refused(
            f"the plan is for {_told(plan.tenant)}; the configuration says {_told(identify(tenant))}",
            remedy="make the plan again",
        )
    switched_off = {one.ref.kind for one in plan.changes if one.action == "update"} - tenant.kinds
    if switched_off:
        raise Refused(
            f"the plan writes {', '.join(sorted(switched_off))}, which is switched off by now",
            remedy="make the plan again",
        )
    _check_risks(plan)
    age = now - datetime.fromisoformat(plan.created_at)
    oldest = timedelta(seconds=limits.max_plan_age_seconds)
    if age > oldest:
        raise Refused(
            f"the plan was made {_rounded(age)} ago; 'limits.maxPlanAge' allows {oldest}",
            remedy="make the plan again",
        )
    if age < -CLOCK_SKEW:
        raise Refused(
            f"the plan was made {_rounded(-age)} in the future by this machine's clock",
            remedy="set the clock, or make the plan again",
        )


def _check_risks(plan: Plan) -> None:
    """Guards count risks: those of a file have to follow from its fields.

    One fact is the live object's alone: a true positive may be closed quietly.
    """
    for change in plan.changes:
        kind = KINDS[change.ref.kind]
        told = risks(kind, change.fields, Live(change.ref, {}, severity=change.severity))
        quiet = tuple("closes" if risk == "closes-high-severity" else risk for risk in told)
        is_quiet = kind.verdict not in {field.name for field in change.fields}
        if change.risks not in ({told, quiet} if is_quiet else {told}):
            raise Refused(
                f"the plan's risks of {change.ref} do not follow from its fields",
                remedy="make the plan again",
            )


def check_digest(digest: str, expected: str | None) -> None:
    """Raises Refused if another digest was approved."""
    if expected is not None and expected != digest:
        raise Refused(
            f"the plan's digest is {digest}, --expect-digest says {expected}",
            remedy="look at this plan, and expect its digest if it is the right one",
        )


def compare(plan: Plan, reviewed: Plan) -> Reviewed:
    """What the plan does beyond one that was reviewed. Raises Refused for another tenant's."""
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
