"""A score of true processes keeps the rig honest: the real command, kill -9, the same plan again."""

from __future__ import annotations

import json
import subprocess
from random import Random
from threading import Event
from typing import TYPE_CHECKING

from reconciler.codec import journal as journals, plan as plans
from reconciler.errors import Failure
from tests.faults import tenants, worlds
from tests.faults.budget import BUDGET, SEED
from tests.faults.checker import Case, judge
from tests.faults.person import introduce
from tests.faults.processes import COMMAND, environment, serving

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from reconciler.codec.journal import Run
    from reconciler.model.plan import Plan

KILL = -9
PLANNER, RUNS = "planner", ("first", "second", "third")
"""Tokens, in the order in which the emulator gets to know them."""
LATENCY_MS = 50
LOOK_SECONDS = 0.002


def test_the_real_command_that_is_killed_is_continued_by_the_real_command(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for number in range(BUDGET.processes):
        one_life(tmp_path / str(number), number)
    with capsys.disabled():
        print(f"\n  processes: {BUDGET.processes} killed and continued")  # noqa: T201 - the figures are what this is run for


def one_life(folder: Path, number: int) -> None:
    random = Random(f"{SEED}/{number}/process")
    world = worlds.draw(random, incidents=8)
    folder.mkdir()
    world.write_seed(folder / "seed.json")
    with serving(folder, folder / "seed.json", "--latency-ms", str(LATENCY_MS)) as emulator:
        tenants.furnish(folder, world, emulator.url, batch_size=2)
        for token in (PLANNER, *RUNS):
            introduce(emulator.url, token)
        command(folder, "plan", "--out", "plan.json", token=PLANNER)
        kill(folder, random)
        told = command(folder, "apply", "plan.json", "--journal", "second.jsonl", token="second")
        again = command(folder, "apply", "plan.json", "--journal", "third.jsonl", token="third")
    assert json.loads(told)["exitCode"] == json.loads(again)["exitCode"] == 0
    history, final = emulator.history(), emulator.objects(world.objects)
    plan = saved(folder)
    for number_of_token, name in enumerate(RUNS, start=2):
        journal = read_journal(folder / f"{name}.jsonl")
        judged = judge(Case(plan, number_of_token, world.objects, history, final, None, journal))
        assert judged.violations == []
        assert judged.writes == 0 or name != "third"


def command(folder: Path, *words: str, token: str) -> str:
    done = subprocess.run(
        (*COMMAND, *words, "--format", "json"),
        cwd=folder,
        env=environment(folder, token),
        stdout=subprocess.PIPE,
        check=True,
    )
    return done.stdout.decode()


def kill(folder: Path, random: Random) -> None:
    """At some moment after some line of the journal, and before its end."""
    lines = random.randint(0, 2 * saved(folder).summary.update - 1)
    pause = Event()
    with subprocess.Popen(
        (*COMMAND, "apply", "plan.json", "--journal", "first.jsonl"),
        cwd=folder,
        env=environment(folder, "first"),
        stdout=subprocess.DEVNULL,
    ) as child:
        while child.poll() is None and written(folder / "first.jsonl") < lines:
            pause.wait(LOOK_SECONDS)
        pause.wait(random.uniform(0, LATENCY_MS / 2000))
        child.kill()
    assert child.returncode == KILL


def written(journal: Path) -> int:
    return journal.read_bytes().count(b"\n") if journal.exists() else 0


def saved(folder: Path) -> Plan:
    return plans.load((folder / "plan.json").read_bytes())


def read_journal(path: Path) -> Run | None:
    try:
        return journals.load(path.read_bytes())
    except (FileNotFoundError, Failure):
        return None
