"""Wiring: from the words of the command line to a tenant, its documents and its Graph."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from reconciler import config as configuration, settings
from reconciler.cli.interrupts import end_of_reading
from reconciler.clouds import CLOUDS, EMULATOR
from reconciler.contract.graph_url import is_loopback
from reconciler.store.discovery import VARIABLE, find_config
from reconciler.store.folder import read_one

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager

    from reconciler.cli.door import Door
    from reconciler.cli.progress import Progress
    from reconciler.codec.journal import Run
    from reconciler.git.applied import AppliedTree
    from reconciler.graph import Connection
    from reconciler.identity.token import Tokens
    from reconciler.model.desired import Declared
    from reconciler.model.plan import Plan, Selection
    from reconciler.net.pacing import Minute
    from reconciler.ports import Clock, GraphReader, Stop
    from reconciler.settings import Config, Identity, Tenant
    from reconciler.stories.desired import Watch

STATE_FOLDER = settings.STATE_FOLDER


SLOW_READING_SECONDS = 30.0
"""What a reading may take beside waiting for quota, as far as its quota is still counted."""


@dataclass(frozen=True, slots=True)
class Line:
    """One way to a tenant's Graph: where it is, and what it takes to open a connection there."""

    root: str
    config: Config
    tenant: Tenant
    door: Door
    tree: AppliedTree
    """What was applied to this tenant last."""

    def connection(
        self, identity: Identity, *, stop: Stop, abort: Stop, progress: Progress | None = None
    ) -> Connection:
        """``stop`` ends waiting for quota; ``abort`` also waiting for an answer or a token.

        ``progress`` is told of each request, and of each second of waiting for quota.
        """
        from reconciler.cli.progress import Ticking, Watched
        from reconciler.graph import Connection
        from reconciler.identity.token import refused
        from reconciler.net.pacing import SlidingMinute
        from reconciler.net.trust import FOR_GRAPH, bundle

        limits, clock = self.config.limits, self.door.clock
        is_emulator = self.tenant.cloud == EMULATOR
        tokens = self.tokens(identity, abort=abort)
        waiting = stop if progress is None else Ticking(stop, progress)
        pacer = SlidingMinute(limits.requests_per_minute, clock, waiting, self._minute(identity))
        return Connection(
            root=self.root,
            token=tokens,
            challenged=tokens.challenged,
            refused=refused(self.tenant, identity),
            ca_bundle=bundle(self._ca_bundle, self.door.env, FOR_GRAPH),
            pacer=pacer if progress is None else Watched(pacer, progress),
            stop=abort,
            clock=clock,
            batch_size=limits.batch_size,
            lanes=limits.connections,
            expected_tenant_id=None if is_emulator else self.tenant.tenant_id,
        )

    def _minute(self, identity: Identity) -> Minute:
        """What this application spent of its quota lately, as far as this command knows."""
        from reconciler.net.pacing import Minute

        application = identity.client_id or identity.credential
        quota = (self.root, self.tenant.name, application)
        return self.door.minutes.setdefault(quota, Minute())

    def count_reading(self, plan: Plan, identity: Identity) -> None:
        """A plan that another process has just made spent of the reader's quota: it still counts.

        A plan says when it was begun. A reading of more than a minute's quota ended with a whole
        minute of it, and any may have been slow. The embedded emulator begins its own with each command.
        """
        from reconciler.net.pacing import WINDOW_SECONDS

        minute, limits = self._minute(identity), self.config.limits
        is_embedded = self.tenant.cloud == EMULATOR and self.tenant.graph_url is None
        if is_embedded or minute.used or self._minute(self.tenant.reader) is not minute:
            return
        units = plan.summary.requests.read_units
        waited = max(0.0, WINDOW_SECONDS * (units / limits.requests_per_minute - 1))
        took = waited + SLOW_READING_SECONDS
        made = datetime.fromisoformat(plan.created_at)
        ago = (self.door.clock.now() - made).total_seconds() - took
        if ago < WINDOW_SECONDS:
            at = self.door.clock.monotonic() - max(0.0, ago)
            minute.add(at, min(units, limits.requests_per_minute))

    def open_reader(self) -> GraphReader:
        """The reader's identity; nothing is written, so Ctrl-C may end it anywhere."""
        from reconciler.graph import open_reader

        end = end_of_reading(self.door.beside)
        return open_reader(self.connection(self.tenant.reader, stop=end, abort=end))

    @property
    def _ca_bundle(self) -> str | None:
        named = self.tenant.ca_bundle
        return None if named is None else str(self.door.cwd / named)

    def tokens(self, identity: Identity, *, abort: Stop) -> Tokens:
        """Nothing is asked before the first token is; ``abort`` ends waiting for one."""
        from reconciler.identity.token import token_source

        door = self.door
        return token_source(
            replace(self.tenant, ca_bundle=self._ca_bundle),
            identity,
            door.env,
            clock=door.clock,
            stop=abort,
            tell=door.say,
        )


def load_config(options: Namespace, door: Door) -> Config:
    """Raises InvalidInput if there is none or it is not valid."""
    if door.beside is not None:
        return door.beside.config
    path = find_config(options.config, door.env, door.cwd)
    door.told.root = path.parent
    shown = path.name if path.parent == door.cwd else str(path)
    is_named = bool(options.config or door.env.get(VARIABLE))
    source = read_one(path, shown, within=None if is_named else path.parent)
    return configuration.parse(source, root=str(path.parent))


def choose_tenant(config: Config, options: Namespace, name: str | None = None) -> Tenant:
    chosen = configuration.tenant(config, name or options.tenant, graph_url=options.graph_url)
    return replace(chosen, ca_bundle=options.ca_bundle)


@contextmanager
def line(config: Config, tenant: Tenant, door: Door) -> Iterator[Line]:
    """The tenant's Graph; the embedded emulator is started for it and stopped again."""
    tree = applied_tree(config, tenant)
    if tenant.cloud != EMULATOR or tenant.graph_url is not None:
        root = tenant.graph_url or CLOUDS[tenant.cloud].graph_root
        yield Line(root, config, tenant, door, tree)
        return
    from reconciler.cli.places import emulator_store
    from reconciler.emulator import Settings, start

    running = start(Settings(store=emulator_store(config.root, tenant.name)))
    try:
        yield Line(
            running.url,
            config,
            tenant,
            door,
            replace(tree, owner=replace(tree.owner, instance=running.instance)),
        )
    finally:
        running.close()


def applied_tree(config: Config, tenant: Tenant) -> AppliedTree:
    """What was applied to the tenant last, in the repository that holds the configuration."""
    from reconciler.git.applied import AppliedTree
    from reconciler.git.lines import Owner

    is_emulator = tenant.cloud == EMULATOR
    graph = None if is_emulator else _graph(tenant.graph_url or CLOUDS[tenant.cloud].graph_root)
    owner = Owner(tenant.tenant_id, tenant.cloud, graph=graph)
    return AppliedTree(
        Path(config.root), tenant.name, is_emulator, owner, frozenset(config.tenants)
    )


def _graph(url: str) -> str:
    """A server on this machine is the same one on any port."""
    return "loopback" if is_loopback(urlsplit(url).hostname or "") else url


@dataclass(frozen=True, slots=True)
class Source:
    """Where a plan's live state comes from, the time that it is of, and what was applied before."""

    open_reader: Callable[[], GraphReader]
    clock: Clock
    tree: AppliedTree
    notices: Callable[[], Sequence[str]] = tuple
    """What the plan has to say of its live state, once that was read."""


@contextmanager
def live(
    config: Config, tenant: Tenant, door: Door, *, is_refreshing: bool = False
) -> Iterator[Source]:
    """Graph itself: what changed since it was last read, and all of it where that is unknown."""
    from reconciler.cli.warm import Opening

    with line(config, tenant, door) as way:
        opening = Opening(way, Path(config.root, STATE_FOLDER), is_refreshing=is_refreshing)
        yield Source(opening.open, door.clock, way.tree, opening.notices)


def read_documents(
    config: Config, tenant: Tenant, door: Door, *, watch: Watch | None = None
) -> Sequence[Declared]:
    """What the tenant's documents declare; warnings are told. Raises InvalidInput."""
    from reconciler.cli.showing import warn
    from reconciler.stories import desired

    loaded = desired.read(config, tenant, watch=watch)
    warn(loaded.findings, door)
    return loaded.declared


def selection(options: Namespace) -> Selection:
    from reconciler.model.plan import Selection

    return Selection(tuple(options.select), tuple(options.exclude))


def make_plan(
    config: Config,
    tenant: Tenant,
    options: Namespace,
    door: Door,
    *,
    source: AbstractContextManager[Source] | None = None,
    is_report: bool = False,
) -> Plan:
    """From the tenant's folder to its plan. ``source`` None: on live state.

    Raises UsageError for what ``--allow`` cannot mean, InvalidInput before anything is sent,
    BaseFailure if there is a base that cannot be read.
    """
    from reconciler.git.state import provenance
    from reconciler.guards import parse_allowed
    from reconciler.store.journal import journal_folder, latest
    from reconciler.stories import base, plan

    root, overrides = Path(config.root), parse_allowed(options.allow)
    documents = provenance(root, tenant.desired)
    declared = read_documents(config, tenant, door, watch=documents.watch)
    with source or live(config, tenant, door, is_refreshing=options.refresh) as found:
        made = plan.run(
            declared,
            config=config,
            tenant=tenant,
            selection=selection(options),
            git=documents.state(),
            open_reader=found.open_reader,
            clock=found.clock,
            base=base.choose(options.base, found.tree, config, tenant),
            overrides=overrides,
            last_run=latest(journal_folder(root / STATE_FOLDER, tenant.name), below=root),
            is_report=is_report,
        )
        return replace(made, notices=(*found.notices(), *made.notices))


def compared(plan: Plan, options: Namespace, door: Door) -> Plan:
    """With what is new against the plan that ``--approved`` names. Raises Refused, Failure."""
    from reconciler.codec.plan import load
    from reconciler.store.folder import read_plan
    from reconciler.stories.admission import compare

    if options.approved is None:
        return plan
    return replace(plan, reviewed=compare(plan, load(read_plan(door.cwd / options.approved))))


def make_inverse(
    journal: Run, config: Config, tenant: Tenant, overrides: Mapping[str, int], door: Door
) -> Plan:
    """From a run's journal to the plan that undoes it. Raises Refused for another tenant's."""
    from reconciler.stories import revert

    with line(config, tenant, door) as way:
        return revert.run(
            journal,
            config=config,
            tenant=tenant,
            overrides=overrides,
            open_reader=way.open_reader,
            clock=door.clock,
        )
