"""kill -9 at every boundary and at any moment, then the same plan again: it continues and converges."""

from __future__ import annotations

import json
import pickle
import subprocess
import sys
from collections import Counter
from typing import TYPE_CHECKING

from reconciler.codec import journal as journals
from reconciler.errors import Failure
from reconciler.stories.apply import HOLDS
from tests.faults import killing
from tests.faults.budget import BUDGET, SEED
from tests.faults.checker import Case, Timeline, judge, ref_of
from tests.faults.processes import PROJECT, environment, serving
from tests.support.fake_time import FakeTime

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    import pytest

    from reconciler.codec.journal import Run
    from reconciler.emulator.history import Entry
    from reconciler.model.words import Json, JsonObject, Ref
    from tests.faults.killing import Attempt
    from tests.faults.worlds import World


def test_a_killed_run_is_continued_by_the_same_plan(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lives = [killing.world(SEED, number) for number in range(BUDGET.kills)]
    seed = tmp_path / "seed.json"
    write_seed(lives, seed)
    with serving(tmp_path, seed) as emulator:
        kill(emulator.url, tmp_path)
    runs: list[list[Attempt]] = pickle.loads((tmp_path / "attempts.pickle").read_bytes())
    history = emulator.history()
    final = emulator.objects([ref for world in lives for ref in world.objects])
    failures: list[str] = []
    tally: Counter[str] = Counter()
    for number, (world, attempts) in enumerate(zip(lives, runs, strict=True)):
        found = violations(world, attempts, history, final, tally)
        failures += [f"run {number} of seed {SEED}: {text}" for text in found]
    with capsys.disabled():
        print(f"\n  kills: {dict(tally)}, seed {SEED}, {len(failures)} violations")  # noqa: T201 - the figures are what this is run for
    assert tally["killed"] >= len(runs)
    assert not failures, "\n".join(failures[:20])


def write_seed(lives: Sequence[World], path: Path) -> None:
    collections: dict[str, list[Json]] = {}
    for world in lives:
        world.write_seed(path)
        for name, items in json.loads(path.read_text()).items():
            collections.setdefault(name, []).extend(items)
    path.write_text(json.dumps(collections))


def kill(url: str, folder: Path) -> None:
    words = (url, str(folder), str(SEED), str(BUDGET.kills))
    command = (sys.executable, "-c", "from tests.faults.killing import main; main()", *words)
    subprocess.run(command, check=True, cwd=PROJECT, env=environment(folder))


def violations(
    world: World,
    attempts: Sequence[Attempt],
    history: Sequence[Entry],
    final: Mapping[Ref, JsonObject],
    tally: Counter[str],
) -> list[str]:
    plan = world.plan(FakeTime())
    tokens = {attempt.token for attempt in attempts}
    seen = [entry for entry in history if entry.asked.token in tokens]
    own = {ref: final[ref] for ref in world.objects}
    found: list[str] = []
    for attempt in attempts:
        tally["killed" if attempt.was_killed else "ended"] += 1
        journal = read_journal(attempt)
        case = Case(plan, attempt.token, world.objects, seen, own, attempt.report, journal)
        judged = judge(case)
        found += judged.violations
        tally["writes"] += judged.writes
        if journal is None and any(sent(entry, attempt) for entry in seen):
            found.append("a run without a journal wrote")
    last = attempts[-1].report
    assert last is not None
    left = {outcome.name for outcome in last.outcomes} - HOLDS
    if left:
        found.append(f"the last run left {left}")
    return [*found, *doubled(world, seen)]


def read_journal(attempt: Attempt) -> Run | None:
    """A run may have been killed before its journal had a first line."""
    try:
        return journals.load(attempt.journal.read_bytes())
    except (FileNotFoundError, Failure):
        return None


def sent(entry: Entry, attempt: Attempt) -> bool:
    return entry.asked.token == attempt.token and entry.asked.method == "PATCH"


def doubled(world: World, history: Sequence[Entry]) -> list[str]:
    """Nobody else writes here: over all attempts each planned value takes effect once."""
    times: Counter[tuple[Ref, str]] = Counter()
    for ref, events in Timeline(world.objects, history).events.items():
        for event in events:
            if ref_of(event.entry) == ref:
                body = event.entry.body
                names = event.moved.after.keys() & (body.keys() if isinstance(body, dict) else ())
                times.update((ref, name) for name in names)
    return [f"{ref}.{name}: written {n} times" for (ref, name), n in times.items() if n > 1]
