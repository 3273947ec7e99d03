from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

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
