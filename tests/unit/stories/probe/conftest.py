from __future__ import annotations

import pytest

from tests.support.probing import World, objects
from tests.support.raws import FakeRaws


@pytest.fixture
def world() -> World:
    return World(FakeRaws(objects()))
