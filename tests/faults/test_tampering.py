"""A plan file in which one bit is wrong is refused by the command before its first request."""

from __future__ import annotations

from contextlib import contextmanager
from random import Random
from typing import TYPE_CHECKING

from reconciler.emulator import Settings, start
from tests.faults import tenants, worlds
from tests.faults.budget import BUDGET, SEED
from tests.support.cli import Shell

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import pytest

    from reconciler.emulator import Running

REFUSED = 5


@contextmanager
def planned(folder: Path) -> Iterator[tuple[Shell, Running]]:
    """A folder with a plan of one incident, and the tenant that it is for."""
    world = small_world()
    world.write_seed(folder / "seed.json")
    running = start(
        Settings(store=folder / "tenant.db", seed=folder / "seed.json", keeps_history=True)
    )
    try:
        tenants.furnish(folder, world, running.url)
        shell = Shell(folder, {"RECONCILER_TOKEN": "t0ken", "XDG_STATE_HOME": str(folder)})
        assert shell.run("plan", "--out", "plan.json") == 0, shell.err
        yield shell, running
    finally:
        running.close()


def small_world() -> worlds.World:
    """The first drawn one with a single update of a single document."""
    random = Random(SEED)
    while True:
        world = worlds.draw(random, incidents=1)
        if len(world.declared) == 1:
            return world


def flips(size: int) -> Iterator[tuple[int, int]]:
    """Byte and bit: every byte once, or every bit of it."""
    random = Random(SEED)
    for place in range(size):
        bits = range(8) if BUDGET.every_bit else (random.randrange(8),)
        yield from ((place, bit) for bit in bits)


def test_a_flipped_bit_anywhere_in_a_plan_is_refused_before_the_first_request(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    count = 0
    with planned(tmp_path) as (shell, running):
        path = tmp_path / "plan.json"
        whole = path.read_bytes()
        before = len(running.history())
        for place, bit in flips(len(whole)):
            flipped = bytearray(whole)
            flipped[place] ^= 1 << bit
            path.write_bytes(flipped)
            assert shell.run("apply", "plan.json") == REFUSED, (place, bit, shell.err)
            count += 1
        assert len(running.history()) == before
        path.write_bytes(whole)
        assert shell.run("apply", "plan.json") == 0, shell.err
        assert len(running.history()) > before
    assert not list(tmp_path.glob(".reconciler/journal/*/*.jsonl"))[1:]
    with capsys.disabled():
        print(f"\n  tampering: {count} flips of a plan of {len(whole)} bytes, all refused")  # noqa: T201 - the figures are what this is run for
