"""Wiring of files beside the documents: the emulator's store, the lock, and what options name."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from reconciler.clouds import EMULATOR
from reconciler.errors import Failure
from reconciler.settings import STATE_FOLDER

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from reconciler.cli.door import Door
    from reconciler.settings import Config, Tenant
    from reconciler.store.output import Sort


def emulator_store(root: str, tenant_name: str) -> Path:
    """Where a tenant's embedded emulator keeps its objects between commands.

    In a folder that is made, and reached through no link. Raises Failure.
    """
    from reconciler.store.opening import database

    path = Path(root, STATE_FOLDER, "emulator", f"{tenant_name}.sqlite3")
    try:
        return database(path, below=Path(root))
    except OSError as problem:
        raise Failure(
            f"the emulator's store {os.fspath(path)!a} cannot be opened: "
            f"{problem.strerror or problem}",
            remedy=f"{STATE_FOLDER}/ is the tool's own: take away what is in the way there",
        ) from problem


def lock_place(tenant: Tenant, door: Door) -> tuple[str, Path | None]:
    """The name of a tenant's lock, and the home that working copies share, if this one does.

    A real tenant is one for all working copies; each of these has an emulator of its own. The same
    tenant behind another ``graphUrl`` is another one: a rehearsal holds up nobody. Raises Failure.
    """
    from reconciler.store.home import home

    if tenant.cloud == EMULATOR:
        return tenant.name, None
    elsewhere = (
        f"-{urlsplit(tenant.graph_url).netloc.replace(':', '_')}" if tenant.graph_url else ""
    )
    try:
        place = home(door.env)
    except OSError as problem:
        raise Failure(
            f"the lock cannot be taken: {problem.strerror or problem}",
            remedy="nothing is written without the lock: make the folder your own, for you alone",
        ) from problem
    return f"{tenant.tenant_id or tenant.name}{elsewhere}", place


def held(state: Path, tenant: Tenant, door: Door) -> AbstractContextManager[None]:
    """The tenant's lock, while it is written to. Raises Failure."""
    from reconciler.store.lock import locked

    name, place = lock_place(tenant, door)
    return locked(state, name, home=place)


def check_output(name: str, what: Sort, config: Config | None, door: Door) -> None:
    """That an option names a file that may be written. Raises UsageError, Failure."""
    from reconciler.store import output

    folders = [Path(config.root, one.desired) for one in config.tenants.values()] if config else []
    output.check_output(door.cwd / name, what, desired=folders)
