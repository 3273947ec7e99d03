"""The disk fills at any byte of the journal: nothing is sent that is not on file, and it ends clean."""

from __future__ import annotations

import json
import subprocess
from random import Random
from typing import TYPE_CHECKING, Any

from reconciler.codec import journal as journals, plan as plans
from reconciler.emulator import Settings
from reconciler.emulator.clock import SystemClock
from reconciler.emulator.server import serve
from reconciler.emulator.wires import BY_KIND
from reconciler.errors import Failure
from tests.faults import tenants, worlds
from tests.faults.budget import BUDGET, SEED
from tests.faults.checker import Case, judge
from tests.faults.person import introduce
from tests.faults.processes import COMMAND, cramped, environment

if TYPE_CHECKING:
    from pathlib import Path

    from reconciler.codec.journal import Run

ROOMY = 1_000_000
FULL, AGAIN = 2, 3
"""Tokens of the run on the full disk, and of the one after it; 1 made the plan."""


def test_a_full_disk_stops_a_run_before_it_sends_what_is_not_on_file(tmp_path: Path) -> None:
    size = run(tmp_path / "roomy", ROOMY)
    assert size > 0
    for number in range(BUDGET.disks):
        assert run(tmp_path / str(number), size * number // BUDGET.disks) <= size


def run(folder: Path, room: int) -> int:
    """Plan, apply where ``room`` bytes fit into a file, apply again; how long the journal got."""
    world = worlds.draw(Random(f"{SEED}/disk"), incidents=4)
    folder.mkdir()
    world.write_seed(folder / "seed.json")
    settings = Settings(
        store=folder / "tenant.db",
        seed=folder / "seed.json",
        requests_per_minute=0,
        keeps_history=True,
    )
    server = serve(settings, clock=SystemClock())
    try:
        tenants.furnish(folder, world, server.url, batch_size=2)
        for token in ("planner", "full", "again"):
            introduce(server.url, token)
        command(folder, COMMAND, "plan", "--out", "plan.json", token="planner")
        words = ("apply", "plan.json", "--journal")
        first = command(folder, cramped(room), *words, "full.jsonl", token="full")
        second = command(folder, COMMAND, *words, "again.jsonl", token="again")
        store = server.tenant.store
        final = {ref: store.find(BY_KIND[ref.kind], ref.id) or {} for ref in world.objects}
    finally:
        server.close()
    plan = plans.load((folder / "plan.json").read_bytes())
    for client, name in ((FULL, "full"), (AGAIN, "again")):
        journal = read_journal(folder / f"{name}.jsonl")
        case = Case(plan, client, world.objects, server.history(), final, None, journal)
        assert judge(case).violations == []
        assert judge(case).writes == 0 or journal is not None
    assert (first["exitCode"] == 0) == (room == ROOMY)
    assert second["exitCode"] == 0
    return (folder / "full.jsonl").stat().st_size


def command(folder: Path, command: tuple[str, ...], *words: str, token: str) -> dict[str, Any]:
    """What it printed: one JSON document, however it ended."""
    done = subprocess.run(
        (*command, *words, "--format", "json"),
        cwd=folder,
        env=environment(folder, token),
        capture_output=True,
        check=False,
    )
    assert b"Traceback" not in done.stderr
    assert b"unexpected" not in done.stdout
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def read_journal(path: Path) -> Run | None:
    """A disk without room for one line leaves none."""
    try:
        return journals.load(path.read_bytes())
    except (FileNotFoundError, Failure):
        return None
