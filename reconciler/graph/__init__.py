"""What Graph is told and what it answers: batches, pages, retries. Speaks over net/ only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from reconciler.net.trust import Bundle
    from reconciler.ports import Clock, GraphReader, GraphWriter, Pacer, Stop


def _chance() -> float:
    from random import SystemRandom

    return SystemRandom().random()


@dataclass(frozen=True, slots=True)
class Connection:
    """All that is needed to speak to one tenant's Graph under one identity."""

    root: str
    """Origin of Graph: https://graph.microsoft.com, or http://127.0.0.1:PORT."""
    token: Callable[[bool], str]
    """Called with True to get a fresh token after a 401. Raises IdentityFailure, Interrupted."""
    pacer: Pacer
    stop: Stop
    clock: Clock
    batch_size: int = 20
    lanes: int = 4
    """How many pages may be asked for at the same time."""
    expected_tenant_id: str | None = None
    """None: not checked (emulator)."""
    deadline_seconds: float = 100.0
    """For one whole request, from connect to the last byte."""
    challenged: Callable[[str], str] | None = None
    """Called in place of ``token`` with the claims that a 401 asks for, as JSON."""
    refused: str = "also with a fresh token; 'reconciler doctor' shows what the token says"
    """What is said of a token that Graph refuses once more; identity.token.refused knows best."""
    ca_bundle: Bundle | None = None
    """The only certificates to trust; None: those of the machine."""
    chance: Callable[[], float] = _chance
    """From 0 to 1: spreads the waits of clients that were throttled together."""


def open_reader(connection: Connection) -> GraphReader:
    """Raises Failure if the root is no origin that a token may be sent to."""
    from reconciler.graph.reader import Reader

    return Reader(connection)


def open_writer(connection: Connection) -> GraphWriter:
    """Raises Failure if the root is no origin that a token may be sent to."""
    from reconciler.graph.writer import Writer

    return Writer(connection)
