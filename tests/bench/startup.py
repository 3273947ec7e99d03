"""What a start costs: ``--version``, ``--help``, ``validate`` of one document, good and bad.

CPU is held against a bare interpreter, what a person waits for against the clock.
"""

from __future__ import annotations

import sys
from functools import partial
from typing import TYPE_CHECKING, Final

from tests.bench.measure import RECONCILER, medians, spend
from tests.bench.row import Row
from tests.bench.world import LEAN, write_repository

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.bench.sizes import Sizes

BARE: Final = "python -c pass"
RATIOS: Final = {"--version": 5.0, "--help": 5.0}
WAITS_MS: Final = {"validate, good file": 200.0, "validate, bad file": 350.0}


def rows(folder: Path, sizes: Sizes, tell: Callable[[str], object]) -> Iterator[Row]:
    tell(f"start-up: {sizes.startup_rounds} rounds")
    repository = write_repository(folder / "startup", [1], LEAN)
    bad = LEAN.format(number=2).replace("resolved", "closed")
    (repository / "desired/bad.yaml").write_text(bad, encoding="utf-8")
    validate = (RECONCILER, "validate")
    found = medians(
        {
            BARE: partial(spend, (sys.executable, "-c", "pass"), repository),
            "--version": partial(spend, (RECONCILER, "--version"), repository),
            "--help": partial(spend, (RECONCILER, "--help"), repository),
            "validate, good file": partial(spend, (*validate, "desired/1.yaml"), repository),
            "validate, bad file": partial(
                spend, (*validate, "desired/bad.yaml"), repository, exit_code=3
            ),
        },
        sizes.startup_rounds,
    )
    for name, limit in RATIOS.items():
        ratio = found[name].cpu_seconds / found[BARE].cpu_seconds
        yield Row(name, f"CPU ÷ {BARE}", ratio, sizes.limit(limit), "×")
    for name, limit in WAITS_MS.items():
        yield Row(name, "time", found[name].wall_seconds * 1000, sizes.limit(limit), "ms")
