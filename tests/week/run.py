"""The simulated week at any size, from a seed: what issue 4 has to show.

    .venv/bin/python -m tests.week.run [--seed N] [--steps N] [--incidents N]

Five people, authors and the pipeline act at random over the real commands, Git and the emulator.
Prints the figures, and ends with 1 if anything was wrong.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

from tests.week.week import week

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tests.week.week import Week


def main(words: Sequence[str] | None = None) -> int:
    options = _options().parse_args(words)
    random = Random(options.seed)
    began = time.perf_counter()
    with (
        tempfile.TemporaryDirectory() as folder,
        week(Path(folder), random, incidents=options.incidents) as it,
    ):
        for _ in range(options.steps):
            it.step(random)
            if it.judge.violations:
                break
        if not it.judge.violations:
            it.end(random)
        seconds = time.perf_counter() - began
        sys.stdout.write(figures(it, options.seed, seconds))
        return int(bool(it.judge.violations))


def figures(it: Week, seed: int, seconds: float) -> str:
    counted: Mapping[str, int] = {**it.counts, **it.judge.counts, "edits in the portal": it.town.edits}
    lines = [f"{count:>8,}  {name}" for name, count in sorted(counted.items())]
    window = counted.get("overwritten in the window", 0)
    share = 100 * window / max(1, it.town.edits)
    lines.append(f"{share:>7.2f}%  of the edits were overwritten in the window of one round trip")
    lines.append(f"{len(it.judge.violations):>8,}  violations (seed {seed})")
    lines += [f"  {text}" for text in it.judge.violations[:20]]
    return "\n".join([*lines, f"{seconds:>8.1f}  seconds", ""])


def _options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=20261121)
    parser.add_argument("--steps", type=int, default=5000)
    parser.add_argument("--incidents", type=int, default=500)
    return parser


if __name__ == "__main__":
    sys.exit(main())
