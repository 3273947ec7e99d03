"""The simulated week at any size, from a seed.

    .venv/bin/python -m tests.week.run [--seed N] [--steps N] [--incidents N]

Five people, authors and the pipeline act at random over the real commands, Git and the emulator.
Prints the figures, and ends with 1 if anything was wrong. 5,000 steps take some minutes.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

from tests.week.week import week

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tests.week.week import Week

SHOWN = 20


def main(words: Sequence[str] | None = None) -> int:
    options = _options().parse_args(words)
    began = time.perf_counter()
    with (
        tempfile.TemporaryDirectory() as folder,
        simulated(Path(folder), options.seed, options.steps, options.incidents) as it,
    ):
        seconds = time.perf_counter() - began
        sys.stdout.write(f"{figures(it, options.seed)}{seconds:>8.1f}  seconds\n")
        return int(bool(it.violations))


@contextmanager
def simulated(folder: Path, seed: int, steps: int, incidents: int) -> Iterator[Week]:
    """The week when it is over, or as far as its first violation."""
    random = Random(seed)
    with week(folder, random, incidents=incidents) as it:
        while it.office.counts["steps"] < steps and not it.violations:
            it.step(random)
        if not it.violations:
            it.end(random)
        yield it


def figures(it: Week, seed: int) -> str:
    edits = it.office.town.edits
    counted = {**it.office.counts, "edits in the portal": edits}
    lines = [f"{count:>8,}  {name}" for name, count in sorted(counted.items())]
    share = 100 * it.office.counts["overwritten in the window"] / max(1, edits)
    lines.append(f"{share:>7.2f}%  of the edits were overwritten in the window of one round trip")
    lines.append(f"{len(it.violations):>8,}  violations (seed {seed})")
    lines += [f"  {text}" for text in it.violations[:SHOWN]]
    return "\n".join([*lines, ""])


def told(it: Week, seed: int) -> str:
    """The figures in one sentence."""
    counts, edits = it.office.counts, it.office.town.edits
    return (
        f"{counts['steps']:,} steps (seed {seed}), {edits:,} edits in the portal, "
        f"{counts['plans']} plans, {counts['applies']} applies, {counts['writes']} writes; "
        f"{counts['kept in plans: drift']} drifts kept, {counts['overwrites shown']} overwrites "
        f"shown before, {counts['overwritten in the window']} in the window; "
        f"{len(it.violations)} violations"
    )


def _options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=20261121)
    parser.add_argument("--steps", type=int, default=5000)
    parser.add_argument("--incidents", type=int, default=500)
    return parser


if __name__ == "__main__":
    sys.exit(main())
