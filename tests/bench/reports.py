"""CPU of the reports of a plan of 10,000 changes, as a ratio to bare YAML loading of its documents.

    .venv/bin/python -m tests.bench.reports [--changes N] [--rounds N]

The floor is ``yaml.load`` with libyaml's C loader over as many documents, in the same process and rounds.
``alike``: three transitions over and over, as a set of documents brings them; ``each its own``: no
two changes are alike, the worst case. Prints medians, and ends with 1 if a ratio is over its limit.
"""

from __future__ import annotations

import argparse
import gc
import sys
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import yaml

from reconciler.cli.main import FEW_COLLECTIONS
from reconciler.reports import markdown, text_plan
from tests.bench.documents import USUAL
from tests.bench.measure import Spent, broken, medians, table
from tests.support.plans import DIGEST, large_plan

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from reconciler.model.plan import Change, Plan

LIMITS: Final = {"text, alike": 0.15, "comment, alike": 0.15, "comment, each its own": 0.3}


def main() -> int:
    options = _options()
    gc.set_threshold(*FEW_COLLECTIONS)  # as the command does
    found = medians(_subjects(options.changes), options.rounds)
    sys.stdout.write(f"{options.changes} changes, medians of {options.rounds}\n")
    sys.stdout.write(table(found, LIMITS) + "\n")
    missed = broken(found, LIMITS)
    sys.stdout.write(f"over the limit: {', '.join(missed) or 'none'}\n")
    return bool(missed)


def _subjects(size: int) -> Mapping[str, Callable[[], Spent]]:
    documents = [USUAL.format(number=number) for number in range(size)]
    apart = large_plan(size)
    alike = replace(apart, changes=tuple(_without_owner(apart)))
    return {
        "yaml.load, C loader": lambda: _spent(
            lambda: [yaml.load(text, yaml.CSafeLoader) for text in documents]
        ),
        "text, alike": lambda: _spent(lambda: _text(alike)),
        "comment, alike": lambda: _spent(lambda: markdown.plan(alike, DIGEST)),
        "text, each its own": lambda: _spent(lambda: _text(apart)),
        "comment, each its own": lambda: _spent(lambda: markdown.plan(apart, DIGEST)),
        "summary, each its own": lambda: _spent(
            lambda: markdown.plan(apart, DIGEST, budget_bytes=1_000_000)
        ),
    }


def _without_owner(plan: Plan) -> list[Change]:
    return [
        replace(one, fields=tuple(item for item in one.fields if item.name != "assignedTo"))
        for one in plan.changes
    ]


def _text(plan: Plan) -> str:
    return "".join(text_plan.plan(plan, DIGEST, colour=False, width=100))


def _spent(run: Callable[[], object]) -> Spent:
    began, cpu = time.perf_counter(), time.process_time()
    run()
    return Spent(time.process_time() - cpu, time.perf_counter() - began, 0)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--changes", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=3)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
