"""plan: documents → desired → live → plan. It is given a reader, so it cannot write."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from reconciler import __version__, guards
from reconciler.clouds import CLOUDS, EMULATOR
from reconciler.codec.rows import stamp
from reconciler.kinds import KINDS
from reconciler.model.plan import Plan, PlanTenant, Selection
from reconciler.planning import make, spelling, sticking
from reconciler.planning.expiry import soon
from reconciler.selection import choose
from reconciler.stories.look import look

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from reconciler.codec.journal import Run
    from reconciler.model.base import Base
    from reconciler.model.desired import Declared
    from reconciler.model.plan import Change, GitState, Objection
    from reconciler.ports import Clock, GraphReader
    from reconciler.settings import Config, Tenant
    from reconciler.stories.look import Looked

TENANT_NOTICE: Final = "No tenantId is configured: nobody checks whose objects these are"
EMPTY_NOTICE: Final = "The desired folder declares nothing"
EVERYTHING: Final = Selection()
NOTHING_ALLOWED: Final[Mapping[str, int]] = MappingProxyType({})


def run(  # noqa: PLR0913 — the whole flow meets here; each argument is one noun
    declared: Sequence[Declared],
    *,
    config: Config,
    tenant: Tenant,
    selection: Selection,
    git: GitState,
    open_reader: Callable[[], GraphReader],
    clock: Clock,
    base: Base = make.NO_BASE,
    overrides: Mapping[str, int] = NOTHING_ALLOWED,
    last_run: Run | None = None,
    is_report: bool = False,
) -> Plan:
    """``is_report``: what people changed is what it is made for, so no list is believed.

    ``open_reader`` is called only if there is something to read: no documents, no token.

    What guards object to stands in the plan; it is refused when somebody applies it. Raises
    InvalidInput where a document lacks what the configuration requires of it.
    """
    now = clock.now()
    chosen = choose(declared, selection)
    looked = look(chosen, config=config, tenant=tenant, today=now.date(), open_reader=open_reader)
    changes = _judged(looked, base, config, tenant)
    by_people = (change.ref for change in changes if _is_by_people(change))
    confirmed = looked.confirmed(by_people, may_sample=not is_report)
    if confirmed is not looked:
        looked, changes = confirmed, _judged(confirmed, base, config, tenant)
    released = make.released(declared, base) if selection == EVERYTHING else ()
    return Plan(
        tool_version=__version__,
        created_at=stamp(now),
        git=replace(git, base=_judged_by(base, is_report=is_report), is_base_waived=base.is_waived),
        tenant=identify(tenant),
        selection=selection,
        summary=make.summarize(changes, spent=looked.cost, limits=config.limits),
        changes=changes,
        overrides=overrides,
        released=released,
        objections=_objections(
            changes,
            guards.limits(config, tenant),
            overrides,
            guards.Released(released, len(base.specs) - len(base.elsewhere)),
        ),
        notices=(
            *_notices(tenant, declared, changes, base, today=now.date().isoformat()),
            *soon(looked.desk.active, today=now.date()),
            *spelling.warnings(looked.observed),
            *sticking.warnings(last_run, changes),
        ),
    )


def _judged(looked: Looked, base: Base, config: Config, tenant: Tenant) -> tuple[Change, ...]:
    return make.changes(
        looked.desk,
        looked.observed,
        require=config.require,
        base=base,
        management=(tenant.management, config.management),
    )


def _judged_by(base: Base, *, is_report: bool) -> str | None:
    """The commit. One at which nothing was declared cannot tell what changed since, so no report has it."""
    return None if is_report and not base.is_applied and not base.specs else base.commit


def _is_by_people(change: Change) -> bool:
    """It says that somebody changed the object since it was applied."""
    causes = {field.cause for field in change.fields} | {field.cause for field in change.kept}
    return not causes.isdisjoint({"drift", "conflict"})


def _objections(
    changes: Sequence[Change],
    limits: Mapping[str, int],
    overrides: Mapping[str, int],
    released: guards.Released,
) -> tuple[Objection, ...]:
    """A selection that leaves nothing is an error before: no change means no document."""
    found = guards.objections(changes, limits, overrides, released=released)
    return found if changes else (*found, *guards.nothing_declared(overrides))


def exit_codes(plan: Plan, *, detailed: bool = False) -> frozenset[int]:
    """Every code that holds for a plan; ``detailed``: 2 says that there is something to write."""
    codes = {0}
    if plan.summary.unknown or make.implausible(plan.changes):
        codes.add(1)
    if detailed and plan.summary.update:
        codes.add(2)
    return frozenset(codes)


def drift_exit_codes(plan: Plan, *, detailed: bool) -> frozenset[int]:
    """As for a plan; ``detailed``: 2 says that something moved on the live side.

    Without a base nobody can tell, which is an error: a job that looks regularly has to notice.
    """
    codes = set(exit_codes(plan))
    if plan.git.base is None:
        codes.add(1)
    if detailed and (plan.summary.drift or plan.summary.conflict):
        codes.add(2)
    return frozenset(codes)


def _notices(
    tenant: Tenant,
    declared: Sequence[Declared],
    changes: Sequence[Change],
    base: Base,
    *,
    today: str,
) -> Iterator[str]:
    if base.notice:
        yield base.notice
    if tenant.tenant_id is None and tenant.cloud != EMULATOR:
        yield TENANT_NOTICE
    if not declared:
        yield EMPTY_NOTICE
    doubt = make.implausible(changes)
    if doubt:
        yield doubt
    yield from caveats(changes, today)


def caveats(changes: Sequence[Change], today: str) -> Iterator[str]:
    """What everyone who declares these kinds has to know. ``today``: UTC, ``YYYY-MM-DD``."""
    present = {change.ref.kind for change in changes}
    told = (kind.caveat_on(today) for name, kind in KINDS.items() if name in present)
    yield from filter(None, told)


def identify(tenant: Tenant) -> PlanTenant:
    """What a plan says about its tenant; an emulator is the same one on any port."""
    is_emulator = tenant.cloud == EMULATOR
    url = EMULATOR if is_emulator else tenant.graph_url or CLOUDS[tenant.cloud].graph_root
    return PlanTenant(tenant.name, tenant.tenant_id, tenant.cloud, url)
