"""A Graph security tenant on SQLite behind a real loopback socket."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol

if TYPE_CHECKING:
    from pathlib import Path

    from reconciler.emulator.faults import Faults
    from reconciler.emulator.history import Entry


@dataclass(frozen=True, slots=True)
class Settings:
    store: Path
    """SQLite file; made and seeded if it does not exist."""
    port: int = 0
    """0: any free port."""
    seed: Path | None = None
    """JSON file with objects by collection; None: the seed that comes with the tool."""
    fresh: bool = False
    """Throw the store away first."""
    requests_per_minute: int = 150
    """Quota in any sliding minute, over all clients; 0: none."""
    latency_ms: int = 0
    """Added to each HTTP request (once to a batch)."""
    enum_case: Literal["camel", "pascal"] = "camel"
    faults: Faults | None = None
    """What goes wrong on purpose (``fault_file.load``); None: nothing."""
    token: str | None = None
    """The only one that it takes; None: any."""
    keeps_history: bool = False
    """Hold every request in memory, for ``Running.history``."""
    history: Path | None = None
    """Write every request to this file, JSON Lines; an old file is thrown away."""


class Running(Protocol):
    @property
    def url(self) -> str:
        """http://127.0.0.1:PORT"""
        ...

    @property
    def instance(self) -> str:
        """Which tenant this is: another one once the store was made anew."""
        ...

    def history(self) -> tuple[Entry, ...]:
        """Every request that has ended, in order of arrival; empty unless it is kept."""
        ...

    def calm(self) -> None:
        """From now on nothing goes wrong on purpose: does a client find its way back?"""
        ...

    def close(self) -> None: ...


def start(settings: Settings) -> Running:
    """Serve in daemon threads until closed.

    Raises InvalidInput for a seed file that is not one, Failure for a store that cannot be used and
    for a port that is taken.
    """
    from reconciler.emulator.clock import SystemClock
    from reconciler.emulator.server import serve

    return serve(settings, clock=SystemClock())


__all__ = ["Running", "Settings", "start"]
