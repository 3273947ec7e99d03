"""CPU of the reports of a large plan, held against bare YAML loading of as many documents.

``alike``: three transitions over and over, as a set of documents brings them; ``each its own``: no two
changes are alike, the worst case.
"""

from __future__ import annotations

import gc
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import yaml

from reconciler.cli.main import FEW_COLLECTIONS
from reconciler.reports import markdown, text_plan
from tests.bench.measure import Spent, medians
from tests.bench.row import Row
from tests.bench.world import USUAL
from tests.support.plans import DIGEST, large_plan

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from reconciler.model.plan import Change, Plan
    from tests.bench.sizes import Sizes

FLOOR: Final = "yaml.load, C loader"
LIMITS: Final = {"text, alike": 0.15, "comment, alike": 0.15, "comment, each its own": 0.3}


def rows(_folder: Path, sizes: Sizes, tell: Callable[[str], object]) -> Iterator[Row]:
    tell(f"reports: {sizes.whole:,} changes")
    before = gc.get_threshold()
    gc.set_threshold(*FEW_COLLECTIONS)  # as the command does
    found = medians(_subjects(sizes.whole), sizes.rounds)
    gc.set_threshold(*before)
    floor = found[FLOOR].cpu_seconds
    for name in (name for name in found if name != FLOOR):
        limit = sizes.limit(LIMITS[name]) if name in LIMITS else None
        yield Row(f"report, {name}", "CPU ÷ yaml.load", found[name].cpu_seconds / floor, limit, "×")


def _subjects(size: int) -> Mapping[str, Callable[[], Spent]]:
    documents = [USUAL.format(number=number) for number in range(size)]
    apart = large_plan(size)
    alike = replace(apart, changes=tuple(_without_owner(apart)))
    return {
        FLOOR: lambda: _spent(lambda: [yaml.load(text, yaml.CSafeLoader) for text in documents]),
        "text, alike": lambda: _spent(lambda: _text(alike)),
        "comment, alike": lambda: _spent(lambda: markdown.plan(alike, DIGEST)),
        "text, each its own": lambda: _spent(lambda: _text(apart)),
        "comment, each its own": lambda: _spent(lambda: markdown.plan(apart, DIGEST)),
    }


def _without_owner(plan: Plan) -> list[Change]:
    return [
        one._replace(fields=tuple(item for item in one.fields if item.name != "assignedTo"))
        for one in plan.changes
    ]


def _text(plan: Plan) -> str:
    return "".join(text_plan.plan(plan, DIGEST, colour=False, width=100))


def _spent(run: Callable[[], object]) -> Spent:
    began, cpu = time.perf_counter(), time.process_time()
    run()
    return Spent(time.process_time() - cpu, time.perf_counter() - began, 0)
