"""What a command costs, as the system counts it: CPU of the process, and the time that passed."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

RECONCILER: Final = str(Path(sys.executable).with_name("reconciler"))
_WITHOUT_BYTECODE: Final = "PYTHONDONTWRITEBYTECODE"
"""What is installed has its bytecode: a start that compiles it anew is no user's."""


@dataclass(frozen=True, slots=True)
class Spent:
    cpu_seconds: float
    """User and system, of the process and its threads."""
    wall_seconds: float
    peak_mib: float
    """At least that of the process that started it: Linux hands the peak on. Measure while lean."""


def spend(command: Sequence[str], cwd: Path, *, exit_code: int = 0) -> Spent:
    """Run the command, output thrown away. RuntimeError if it does not end as expected."""
    began = time.perf_counter()
    env = {name: value for name, value in os.environ.items() if name != _WITHOUT_BYTECODE}
    process = subprocess.Popen(
        command, cwd=cwd, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    _, status, usage = os.wait4(process.pid, 0)
    wall_seconds = time.perf_counter() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != exit_code:
        shown = " ".join(command)
        raise RuntimeError(f"{shown}: exit code {process.returncode}, expected {exit_code}")
    return Spent(usage.ru_utime + usage.ru_stime, wall_seconds, usage.ru_maxrss / 1024)


def medians(subjects: Mapping[str, Callable[[], Spent]], rounds: int) -> Mapping[str, Spent]:
    """Each subject once a round, so that a slow minute of the machine hits all of them."""
    seen: dict[str, list[Spent]] = {name: [] for name in subjects}
    for _ in range(rounds):
        for name, run in subjects.items():
            seen[name].append(run())
    return {name: _median(spent) for name, spent in seen.items()}


def _median(spent: Sequence[Spent]) -> Spent:
    return Spent(
        statistics.median(one.cpu_seconds for one in spent),
        statistics.median(one.wall_seconds for one in spent),
        statistics.median(one.peak_mib for one in spent),
    )
