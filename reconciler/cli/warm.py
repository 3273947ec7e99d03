"""Wiring of the cache of live state: whose it is, where it lies, and the reader that uses it."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Final

from reconciler.cli.interrupts import end_of_reading
from reconciler.cli.progress import Progress, Shown
from reconciler.clouds import EMULATOR

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from pathlib import Path

    from reconciler.cli.session import Line
    from reconciler.graph import Connection
    from reconciler.model.held import Held
    from reconciler.ports import GraphReader, LiveMemory
    from reconciler.stories.warm import WarmReader

logger = logging.getLogger(__name__)

FOLDER: Final = "live"
"""Below the state folder: a folder a tenant."""


class Opening:
    """Of the reader that a plan is made with: it keeps what it reads, and shows how far it is."""

    def __init__(self, way: Line, state: Path, *, is_refreshing: bool) -> None:
        """Kept below ``state``. ``is_refreshing``: all is read anew."""
        self._way = way
        self._state = state
        self._is_refreshing = is_refreshing
        self._reader: WarmReader | None = None

    def open(self) -> GraphReader:
        """The reader's identity; nothing is written, so Ctrl-C may end it anywhere."""
        way, progress = self._way, Progress(self._way.door)
        end = end_of_reading(way.door.beside)
        connection = way.connection(way.tenant.reader, stop=end, abort=end, progress=progress)
        self._reader = self._warm(connection)
        most = way.config.limits.requests_per_minute
        return Shown(self._reader, progress, units_a_minute=most)

    def notices(self) -> Sequence[str]:
        """How old what was read is."""
        return self._reader.notices if self._reader else ()

    def _warm(self, connection: Connection) -> WarmReader:
        from reconciler.graph import open_reader
        from reconciler.graph.catalogue import Catalogue
        from reconciler.stories.warm import Hands, WarmReader

        hands = Hands(
            reader=open_reader(connection),
            catalogue=Catalogue(connection),
            memory=_memory(self._way, self._state),
            clock=connection.clock,
        )
        return WarmReader(
            hands,
            batch_size=connection.batch_size,
            tenant_id=connection.expected_tenant_id,
            is_refreshing=self._is_refreshing,
        )


def _memory(way: Line, state: Path) -> LiveMemory:
    """Another Graph, tenant or store of the emulator is another cache; another identity is not."""
    from reconciler.store.home import home, machine_key
    from reconciler.store.live_cache import LiveCache

    tenant = way.tenant
    is_embedded = tenant.cloud == EMULATOR and tenant.graph_url is None
    whose = {
        "graph": f"store {way.tree.owner.instance}" if is_embedded else way.root,
        "cloud": tenant.cloud,
        "tenantId": tenant.tenant_id,
    }
    try:
        place = home(way.door.env)
        key = None if place is None else machine_key(place)
    except OSError as problem:
        logger.warning("live state is not kept: no key of this machine: %s", problem.strerror)
        return _Nothing()
    if key is None:
        logger.warning("live state is not kept: no key of this machine: no home to keep it in")
        return _Nothing()
    return LiveCache(state / FOLDER / tenant.name, whose, below=state.parent, key=key)


class _Nothing:
    """Implements ports.LiveMemory."""

    def recall(self, kind: str) -> Held | None:
        del kind
        return None

    def keep(self, kind: str, held: Held, *, changed: Collection[str] | None = None) -> None:
        pass
