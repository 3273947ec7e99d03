"""Wiring: from the words of the command line to a tenant, its documents and its Graph."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING

from reconciler import config as configuration
from reconciler.cli.interrupts import end_of_reading
from reconciler.clouds import CLOUDS, EMULATOR
from reconciler.store.discovery import find_config
from reconciler.store.folder import read_one

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Callable, Iterator, Mapping
    from contextlib import AbstractContextManager

    from reconciler.cli.door import Door
    from reconciler.codec.journal import Run
    from reconciler.graph import Connection
    from reconciler.identity.token import Tokens
    from reconciler.model.plan import Plan
    from reconciler.ports import Clock, GraphReader, Stop
    from reconciler.settings import Config, Identity, Tenant

STATE_FOLDER = ".reconciler"
"""Below the configuration's folder; never in git."""


@dataclass(frozen=True, slots=True)
class Line:
    """One way to a tenant's Graph: where it is, and what it takes to open a connection there."""

    root: str
    config: Config
    tenant: Tenant
    door: Door

    def connection(self, identity: Identity, *, stop: Stop, abort: Stop) -> Connection:
        """``stop`` ends waiting for quota; ``abort`` also waiting for an answer or a token."""
        from reconciler.graph import Connection
        from reconciler.net.pacing import SlidingMinute
        from reconciler.net.trust import FOR_GRAPH, bundle

        limits, clock = self.config.limits, self.door.clock
        is_emulator = self.tenant.cloud == EMULATOR
        tokens = self.tokens(identity, abort=abort)
        return Connection(
            root=self.root,
            token=tokens,
            challenged=tokens.challenged,
            ca_bundle=bundle(self._ca_bundle, self.door.env, FOR_GRAPH),
            pacer=SlidingMinute(limits.requests_per_minute, clock, stop),
            stop=abort,
            clock=clock,
            batch_size=limits.batch_size,
            expected_tenant_id=None if is_emulator else self.tenant.tenant_id,
        )

    @property
    def _ca_bundle(self) -> str | None:
        named = self.tenant.ca_bundle
        return None if named is None else str(self.door.cwd / named)

    def tokens(self, identity: Identity, *, abort: Stop) -> Tokens:
        """Nothing is asked before the first token is; ``abort`` ends waiting for one."""
        from reconciler.identity.token import token_source
        from reconciler.review.escape import terminal

        door = self.door
        return token_source(
            replace(self.tenant, ca_bundle=self._ca_bundle),
            identity,
            door.env,
            clock=door.clock,
            stop=abort,
            tell=lambda text: door.say(terminal(text)),
        )


def load_config(options: Namespace, door: Door) -> Config:
    """Raises InvalidInput if there is none or it is not valid."""
    if door.beside is not None:
        return door.beside.config
    path = find_config(options.config, door.env, door.cwd)
    shown = path.name if path.parent == door.cwd else str(path)
    return configuration.parse(read_one(path, shown), root=str(path.parent))


def choose_tenant(config: Config, options: Namespace, name: str | None = None) -> Tenant:
    chosen = configuration.tenant(config, name or options.tenant, graph_url=options.graph_url)
    return replace(chosen, ca_bundle=options.ca_bundle)


@contextmanager
def line(config: Config, tenant: Tenant, door: Door) -> Iterator[Line]:
    """The tenant's Graph; the embedded emulator is started for it and stopped again."""
    if tenant.cloud != EMULATOR or tenant.graph_url is not None:
        root = tenant.graph_url or CLOUDS[tenant.cloud].graph_root
        yield Line(root, config, tenant, door)
        return
    from reconciler.emulator import Settings, start

    running = start(Settings(store=emulator_store(config.root, tenant.name)))
    try:
        yield Line(running.url, config, tenant, door)
    finally:
        running.close()


@dataclass(frozen=True, slots=True)
class Source:
    """Where a plan's live state comes from, and the time that it is of."""

    open_reader: Callable[[], GraphReader]
    clock: Clock


@contextmanager
def live(config: Config, tenant: Tenant, door: Door) -> Iterator[Source]:
    """Graph itself, now."""
    from reconciler.graph import open_reader

    end = end_of_reading(door.beside)
    with line(config, tenant, door) as way:
        yield Source(
            lambda: open_reader(way.connection(tenant.reader, stop=end, abort=end)), door.clock
        )


def make_plan(
    config: Config,
    tenant: Tenant,
    options: Namespace,
    door: Door,
    *,
    source: AbstractContextManager[Source] | None = None,
) -> Plan:
    """From the tenant's folder to its plan. ``source`` None: on live state.

    Raises UsageError for what ``--allow`` cannot mean, InvalidInput before anything is sent.
    """
    from reconciler.cli.showing import warn
    from reconciler.git.state import read_state
    from reconciler.guards import parse_allowed
    from reconciler.model.plan import Selection
    from reconciler.store.journal import journal_folder, latest
    from reconciler.stories import desired, plan

    overrides = parse_allowed(options.allow)
    loaded = desired.read(config, tenant)
    warn(loaded.findings, door)
    with source or live(config, tenant, door) as found:
        return plan.run(
            loaded.declared,
            config=config,
            tenant=tenant,
            selection=Selection(tuple(options.select), tuple(options.exclude)),
            git=read_state(Path(config.root), tenant.desired),
            open_reader=found.open_reader,
            clock=found.clock,
            overrides=overrides,
            last_run=latest(journal_folder(Path(config.root, STATE_FOLDER), tenant.name)),
        )


def make_inverse(
    journal: Run, config: Config, tenant: Tenant, overrides: Mapping[str, int], door: Door
) -> Plan:
    """From a run's journal to the plan that undoes it. Raises Refused for another tenant's."""
    from reconciler.graph import open_reader
    from reconciler.stories import revert

    never = Event()  # nothing is written, so Ctrl-C may end it anywhere
    with line(config, tenant, door) as way:
        return revert.run(
            journal,
            config=config,
            tenant=tenant,
            overrides=overrides,
            open_reader=lambda: open_reader(way.connection(tenant.reader, stop=never, abort=never)),
            clock=door.clock,
        )


def emulator_store(root: str, tenant_name: str) -> Path:
    """Where a tenant's embedded emulator keeps its objects between commands."""
    return Path(root, STATE_FOLDER, "emulator", f"{tenant_name}.sqlite3")
