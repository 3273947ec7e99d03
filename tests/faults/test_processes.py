"""A score of true processes keeps the rig honest: the real command, kill -9, the same plan again."""

from __future__ import annotations

import json
import subprocess
from random import Random
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

KILL = -9
PLANNER, RUNS = "planner", ("first", "second", "third")
"""Tokens, in the order in which the emulator gets to know them."""
LONGEST_LIFE_SECONDS = 0.9
"""A whole command takes about this long, most of it to start."""


def test_the_real_command_that_is_killed_is_continued_by_the_real_command(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    killed = sum(one_life(tmp_path / str(number), number) for number in range(BUDGET.processes))
    with capsys.disabled():
        print(f"\n  processes: {BUDGET.processes} runs, {killed} killed before their end")  # noqa: T201 - the figures are what this is run for


def one_life(folder: Path, number: int) -> bool:
    """Whether the kill came in time."""
    random = Random(f"{SEED}/{number}/process")
    world = worlds.draw(random, incidents=8)
    folder.mkdir()
    world.write_seed(folder / "seed.json")
    with serving(folder, folder / "seed.json", "--latency-ms", "20") as emulator:
        tenants.furnish(folder, world, emulator.url)
        for token in (PLANNER, *RUNS):
            introduce(emulator.url, token)
        command(folder, "plan", "--out", "plan.json", token=PLANNER)
        was_killed = killed(folder, after_seconds=random.uniform(0.3, LONGEST_LIFE_SECONDS))
        told = command(folder, "apply", "plan.json", "--journal", "second.jsonl", token="second")
        again = command(folder, "apply", "plan.json", "--journal", "third.jsonl", token="third")
    assert json.loads(told)["exitCode"] == json.loads(again)["exitCode"] == 0
    history, final = emulator.history(), emulator.objects(world.objects)
    plan = plans.load((folder / "plan.json").read_bytes())
    for number_of_token, name in enumerate(RUNS, start=2):
        journal = read_journal(folder / f"{name}.jsonl")
        judged = judge(Case(plan, number_of_token, world.objects, history, final, None, journal))
        assert judged.violations == []
        assert judged.writes == 0 or name != "third"
    return was_killed


def command(folder: Path, *words: str, token: str) -> str:
    done = subprocess.run(
        (*COMMAND, *words, "--format", "json"),
        cwd=folder,
        env=environment(RECONCILER_TOKEN=token),
        stdout=subprocess.PIPE,
        check=True,
    )
    return done.stdout.decode()


def killed(folder: Path, *, after_seconds: float) -> bool:
    words = ("apply", "plan.json", "--journal", "first.jsonl")
    with subprocess.Popen(
        (*COMMAND, *words),
        cwd=folder,
        env=environment(RECONCILER_TOKEN="first"),
        stdout=subprocess.DEVNULL,
    ) as child:
        try:
            child.wait(after_seconds)
        except subprocess.TimeoutExpired:
            child.kill()
    return child.returncode == KILL


def read_journal(path: Path) -> Run | None:
    try:
        return journals.load(path.read_bytes())
    except (FileNotFoundError, Failure):
        return None
