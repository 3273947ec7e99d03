"""Nothing that somebody outside chose acts in any sink: random hostile strings, each sink's own reader.

INJECTION=ci .venv/bin/pytest -q tests/injection      10,000 strings, as .ci/run does
INJECTION=full .venv/bin/pytest -q tests/injection    1,000,000, on demand
"""

from __future__ import annotations

import os
from itertools import islice
from random import Random
from typing import TYPE_CHECKING, Final

import pytest

from tests.injection.sinks import SINKS
from tests.injection.texts import PIECES, hostile
from tests.injection.worlds import TEXTS_A_WORLD, World, world

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.injection.sinks import Sink

STRINGS: Final = {"": TEXTS_A_WORLD, "ci": 10_000, "full": 1_000_000}[
    os.environ.get("INJECTION", "")
]
SEED: Final = int(os.environ.get("INJECTION_SEED", "20261128"))


def worlds() -> Iterator[World]:
    """The first one holds each piece as it is; all others what chance makes of them."""
    yield world(iter(PIECES))
    texts = hostile(Random(SEED))
    yield from (world(texts) for _ in range(STRINGS // TEXTS_A_WORLD))


@pytest.mark.parametrize("sink", SINKS, ids=lambda sink: sink.name)
def test_nothing_from_outside_acts(sink: Sink) -> None:
    for number, one in enumerate(worlds()):
        problems = list(islice(sink.judge(sink.render(one)), 5))
        assert problems == [], f"world {number} of seed {SEED}"
