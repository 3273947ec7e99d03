"""revert: a run's journal → what live holds now → the inverse plan. It is given a reader only."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from reconciler import __version__, guards, undo
from reconciler.codec.rows import stamp
from reconciler.errors import Refused
from reconciler.model.plan import GitState, Plan, Selection
from reconciler.planning import make
from reconciler.stories.look import look
from reconciler.stories.plan import caveats, identify

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from reconciler.codec.journal import Run
    from reconciler.model.plan import Change
    from reconciler.ports import Clock, GraphReader
    from reconciler.settings import Config, Tenant

DOCUMENTS_NOTICE: Final = (
    "The documents are not touched: as long as they say what that run wrote, the next plan shows "
    "what is undone as drift; two-way, or where it is enforced, it writes it again"
)
NOTHING_NOTICE: Final = "That run wrote nothing that is on file"
CUT_NOTICE: Final = (
    "The journal has no end: that run was cut off or goes on. A write without an outcome counts "
    "as one that may have happened"
)


def run(
    journal: Run,
    *,
    config: Config,
    tenant: Tenant,
    overrides: Mapping[str, int],
    open_reader: Callable[[], GraphReader],
    clock: Clock,
) -> Plan:
    """``open_reader`` is called only if there is something to read: nothing written, no token.

    Raises Refused if the journal is another tenant's.
    """
    _check_tenant(journal, tenant)
    now = clock.now()
    wanted = undo.declarations(journal)
    looked = look(wanted, config=config, tenant=tenant, today=now.date(), open_reader=open_reader)
    undone = undo.inverse(journal, looked.observed)
    confirmed = looked.confirmed(one.ref for one in undone if one.kept or one.action == "noop")
    if confirmed is not looked:
        looked, undone = confirmed, undo.inverse(journal, confirmed.observed)
    changes = tuple(sorted((*looked.desk.released, *undone), key=lambda change: change.ref))
    return Plan(
        tool_version=__version__,
        created_at=stamp(now),
        git=GitState(),
        tenant=identify(tenant),
        selection=Selection(),
        summary=make.summarize(changes, spent=looked.cost, limits=config.limits),
        changes=changes,
        overrides=overrides,
        objections=guards.objections(changes, guards.limits(config, tenant), overrides),
        notices=tuple(_notices(journal, changes, today=now.date().isoformat())),
    )


def _check_tenant(journal: Run, tenant: Tenant) -> None:
    """Raises Refused unless the journal's run wrote to this very tenant, cloud and origin."""
    found, configured = journal.header.tenant, identify(tenant)
    if found != configured:
        raise Refused(
            f"the journal is of tenant {found.name!a} ({found.tenant_id!a}) of {found.cloud} at "
            f"{found.graph_url!a}; the configuration says {configured.name!a} "
            f"({configured.tenant_id!a}) of {configured.cloud} at {configured.graph_url!a}",
            remedy="use the configuration that the run used",
        )


def _notices(journal: Run, changes: Sequence[Change], *, today: str) -> Iterator[str]:
    yield f"This undoes the run that began at {journal.header.started_at}"
    if journal.is_cut:
        yield CUT_NOTICE
    yield DOCUMENTS_NOTICE if changes else NOTHING_NOTICE
    doubt = make.implausible(changes)
    if doubt:
        yield doubt
    yield from caveats(changes, today)
    yield from undo.beyond_undo(journal)
