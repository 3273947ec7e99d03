from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from reconciler.github import Connection
from reconciler.github.hub import Hub
from tests.support.fake_time import FakeTime
from tests.support.loopback_github import BOT_TOKEN, GitHub, github

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def server() -> Iterator[GitHub]:
    with github() as running:
        running.open_pull("a" * 40)
        yield running


@pytest.fixture
def time() -> FakeTime:
    return FakeTime()


@pytest.fixture
def connection(server: GitHub, time: FakeTime) -> Connection:
    """Waits take no time but are seen in ``time.waits``; no jitter."""
    return Connection(
        api_url=server.url,
        repository=server.repository,
        token=BOT_TOKEN,
        clock=time,
        stop=time,
        deadline_seconds=5.0,
        chance=lambda: 0.0,
    )


@pytest.fixture
def hub(connection: Connection) -> Hub:
    return Hub(connection)
