"""Wiring: from the words of the command line to a tenant, its documents and its Graph."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING

from reconciler import config as configuration
from reconciler.clouds import CLOUDS, EMULATOR
from reconciler.store.discovery import find_config
from reconciler.store.folder import read_one

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Iterator, Mapping, Sequence

    from reconciler.cli.door import Door
    from reconciler.codec.journal import Run
    from reconciler.graph import Connection
    from reconciler.model.desired import Declared
    from reconciler.model.plan import Plan, Selection
    from reconciler.ports import AppliedTree, GraphReader, Stop
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
    tree: AppliedTree
    """What was applied to this tenant last."""

    def connection(self, identity: Identity, *, stop: Stop, abort: Stop) -> Connection:
        """``stop`` ends waiting for quota; ``abort`` also waiting for an answer."""
        from reconciler.graph import Connection
        from reconciler.identity.token import token_source
        from reconciler.net.pacing import SlidingMinute

        limits, clock = self.config.limits, self.door.clock
        is_emulator = self.tenant.cloud == EMULATOR
        return Connection(
            root=self.root,
            token=token_source(self.tenant, identity, self.door.env),
            pacer=SlidingMinute(limits.requests_per_minute, clock, stop),
            stop=abort,
            clock=clock,
            batch_size=limits.batch_size,
            expected_tenant_id=None if is_emulator else self.tenant.tenant_id,
        )

    def open_reader(self) -> GraphReader:
        """The reader's identity; nothing is written, so Ctrl-C may end it anywhere."""
        from reconciler.graph import open_reader

        never = Event()
        return open_reader(self.connection(self.tenant.reader, stop=never, abort=never))


def load_config(options: Namespace, door: Door) -> Config:
    """Raises InvalidInput if there is none or it is not valid."""
    path = find_config(options.config, door.env, door.cwd)
    shown = path.name if path.parent == door.cwd else str(path)
    return configuration.parse(read_one(path, shown), root=str(path.parent))


def choose_tenant(config: Config, options: Namespace, name: str | None = None) -> Tenant:
    return configuration.tenant(config, name or options.tenant, graph_url=options.graph_url)


@contextmanager
def line(config: Config, tenant: Tenant, door: Door) -> Iterator[Line]:
    """The tenant's Graph; the embedded emulator is started for it and stopped again."""
    from reconciler.git.applied import AppliedTree

    is_emulator = tenant.cloud == EMULATOR
    tree = AppliedTree(Path(config.root), tenant.name, is_embedded=is_emulator)
    if not is_emulator or tenant.graph_url is not None:
        root = tenant.graph_url or CLOUDS[tenant.cloud].graph_root
        yield Line(root, config, tenant, door, tree)
        return
    from reconciler.emulator import Settings, start

    running = start(Settings(store=emulator_store(config.root, tenant.name)))
    try:
        yield Line(running.url, config, tenant, door, replace(tree, instance=running.instance))
    finally:
        running.close()


def read_documents(config: Config, tenant: Tenant, door: Door) -> Sequence[Declared]:
    """What the tenant's documents declare; warnings are told. Raises InvalidInput."""
    from reconciler.cli.showing import warn
    from reconciler.stories import desired

    loaded = desired.read(config, tenant)
    warn(loaded.findings, door)
    return loaded.declared


def selection(options: Namespace) -> Selection:
    from reconciler.model.plan import Selection

    return Selection(tuple(options.select), tuple(options.exclude))


def make_plan(config: Config, tenant: Tenant, options: Namespace, door: Door) -> Plan:
    """From the tenant's folder to its plan.

    Raises UsageError for what ``--allow`` cannot mean, InvalidInput before anything is sent,
    BaseFailure if there is a base that cannot be read.
    """
    from reconciler.git.state import read_state
    from reconciler.guards import parse_allowed
    from reconciler.store.journal import journal_folder, latest
    from reconciler.stories import base, plan

    overrides = parse_allowed(options.allow)
    declared = read_documents(config, tenant, door)
    with line(config, tenant, door) as way:
        return plan.run(
            declared,
            config=config,
            tenant=tenant,
            selection=selection(options),
            git=read_state(Path(config.root), tenant.desired),
            open_reader=way.open_reader,
            clock=door.clock,
            base=base.choose(options.base, way.tree, config, tenant),
            overrides=overrides,
            last_run=latest(journal_folder(Path(config.root, STATE_FOLDER), tenant.name)),
        )


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


def emulator_store(root: str, tenant_name: str) -> Path:
    """Where a tenant's embedded emulator keeps its objects between commands."""
    return Path(root, STATE_FOLDER, "emulator", f"{tenant_name}.sqlite3")
