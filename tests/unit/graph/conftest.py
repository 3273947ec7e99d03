from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from reconciler.graph import Connection
from reconciler.net.pacing import SlidingMinute
from tests.support.fake_time import FakeTime
from tests.support.scripted_server import ScriptedServer, serving

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    with serving() as running:
        yield running


@pytest.fixture
def time() -> FakeTime:
    return FakeTime()


@pytest.fixture
def connection(server: ScriptedServer, time: FakeTime) -> Connection:
    """A fresh token says so; waits take no time but are seen in ``time.waits``; no jitter."""
    return Connection(
        root=server.root,
        token=lambda fresh: "fresh" if fresh else "stale",
        pacer=SlidingMinute(1000, time, time),
        stop=time,
        clock=time,
        deadline_seconds=5.0,
        chance=lambda: 1.0,
    )
