"""A tenant behind a real socket with Graph's documented quota, on a clock that only waiting moves."""

from __future__ import annotations

import shutil
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from reconciler.emulator import Settings
from reconciler.emulator.seed import complete
from reconciler.emulator.server import serve
from reconciler.emulator.store import Store
from reconciler.emulator.wires import WIRES
from reconciler.graph import Connection
from reconciler.graph.query import spelled
from reconciler.net.pacing import SlidingMinute
from tests.support.fake_time import FakeTime

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from reconciler.emulator.faults import Faults
    from reconciler.emulator.history import Entry
    from reconciler.emulator.server import Server
    from reconciler.model.words import JsonObject

DOCUMENTED: Final = 150
"""Requests a minute, application and tenant (API notes 5.1)."""
CONFIGURED: Final = 130
"""What ``limits.requestsPerMinute`` says if nobody says anything else."""

_START: Final = 639_000_000_000_000_000
_STEP: Final = 4_321_987_654
"""Seven minutes between two incidents, and digits that only Graph's own text keeps."""


def incident(number: int) -> JsonObject:
    made, updated = _START + number * _STEP, _START + number * _STEP + number * 7919 % 1009 * _STEP
    return {
        "id": str(number),
        "createdDateTime": spelled(made),
        "lastUpdateDateTime": spelled(updated),
    }


def alert(number: int, parent: int) -> JsonObject:
    made = spelled(_START + number * _STEP)
    return {"id": f"da{number}", "incidentId": str(parent), "createdDateTime": made}


def stored(path: Path, seed: Mapping[str, Sequence[JsonObject]]) -> Path:
    """An emulator's store, made without the detour over a seed file."""
    objects = {
        name: [complete(WIRES[name], item) for item in items] for name, items in seed.items()
    }
    Store(path, lambda: objects).close()
    return path


@dataclass
class Town:
    """``time`` is the client's and the emulator's."""

    server: Server
    time: FakeTime

    def connection(self, *, per_minute: int = CONFIGURED) -> Connection:
        return Connection(
            root=self.server.url,
            token=lambda _fresh: "token",
            pacer=SlidingMinute(per_minute, self.time, self.time),
            stop=self.time,
            clock=self.time,
            deadline_seconds=60.0,
        )

    @property
    def statuses(self) -> Counter[int | None]:
        return Counter(entry.status for entry in self.server.history())

    @property
    def envelopes(self) -> Sequence[Sequence[Entry]]:
        """The parts of each batch, in order of arrival."""
        batches: dict[int, list[Entry]] = {}
        for entry in self.server.history():
            if entry.asked.envelope is not None:
                batches.setdefault(entry.asked.envelope, []).append(entry)
        return [*batches.values()]


@contextmanager
def town(store: Path, folder: Path, faults: Faults | None = None) -> Iterator[Town]:
    """On a copy: the store is made once for all tests."""
    copy = folder / "store.db"
    shutil.copy(store, copy)
    settings = Settings(
        store=copy, requests_per_minute=DOCUMENTED, faults=faults, keeps_history=True
    )
    time = FakeTime()
    server = serve(settings, clock=time)
    try:
        yield Town(server, time)
    finally:
        server.close()
