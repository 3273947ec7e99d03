"""50 tenants of 50 documents in one ``plan`` and one ``apply``: time, memory, threads, cross-talk.

    .venv/bin/python -m tests.bench.tenants [--tenants N] [--documents N]

Each tenant has a Graph of its own (the emulator behind a recording proxy) and a token of its own, by
azure-identity from one authority; all of that runs in this process, the command in another one. Prints
what the command cost, and ends with 1 if a limit is broken or anything of one tenant was seen at
another tenant's Graph or in its plan or journal.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tests.bench.measure import RECONCILER
from tests.support.crowd import crowd

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.support.crowd import Crowd

PEAK_MIB: Final = 200.0
THREADS: Final = 1 + 8 * 4
"""Eight tenants at a time: a thread each, one to its Graph, for a while a second one and one for a
token; how many tenants there are does not matter."""
SAMPLE_SECONDS: Final = 0.005

COMMANDS: Final = {
    "plan": ("plan", "--all-tenants", "--out-dir", "plans"),
    "apply": ("apply", "--all-tenants", "--auto-approve", "--format", "json"),
}


@dataclass(frozen=True, slots=True)
class Spent:
    wall_seconds: float
    cpu_seconds: float
    peak_mib: float
    threads: int
    """The most that were seen at once."""


def main() -> int:
    options = _options()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with crowd(folder, tenants=options.tenants, documents=options.documents) as people:
            env = {**os.environ, **people.env}
            spent = {name: _spend(words, folder, env) for name, words in COMMANDS.items()}
            strangers = _strangers(people, folder)
    head = f"{options.tenants} tenants of {options.documents} documents"
    sys.stdout.write(f"{head:36}{'wall s':>9}{'CPU s':>9}{'MiB':>7}{'threads':>9}\n")
    for name, one in spent.items():
        sys.stdout.write(
            f"{name:36}{one.wall_seconds:9.2f}{one.cpu_seconds:9.2f}"
            f"{one.peak_mib:7.0f}{one.threads:9}\n"
        )
    sys.stdout.write(f"limits: {PEAK_MIB:.0f} MiB, {THREADS} threads\n")
    sys.stdout.write(f"seen at another tenant: {len(strangers)} {strangers[:5] or ''}\n")
    is_over = any(one.peak_mib > PEAK_MIB or one.threads > THREADS for one in spent.values())
    return is_over or bool(strangers)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--tenants", type=int, default=50)
    parser.add_argument("--documents", type=int, default=50)
    return parser.parse_args()


def _spend(words: tuple[str, ...], folder: Path, env: Mapping[str, str]) -> Spent:
    """RuntimeError if the command does not end with 0."""
    began = time.perf_counter()
    with (folder / f"{words[0]}.out").open("wb") as out:
        process = subprocess.Popen(
            (RECONCILER, *words), cwd=folder, env=env, stdout=out, stderr=out
        )
    threads = 0
    while True:
        pid, status, usage = os.wait4(process.pid, os.WNOHANG)
        if pid:
            break
        threads = max(threads, _threads(process.pid))
        time.sleep(SAMPLE_SECONDS)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        told = (folder / f"{words[0]}.out").read_text()[-2000:]
        raise RuntimeError(f"{words[0]}: exit code {process.returncode}\n{told}")
    cpu_seconds = usage.ru_utime + usage.ru_stime
    return Spent(time.perf_counter() - began, cpu_seconds, usage.ru_maxrss / 1024, threads)


def _threads(pid: int) -> int:
    found = re.search(r"^Threads:\s+(\d+)", Path(f"/proc/{pid}/status").read_text(), re.MULTILINE)
    return int(found.group(1)) if found else 0


def _strangers(people: Crowd, folder: Path) -> list[tuple[str, str]]:
    """In requests, plans and journals."""
    found = people.strangers({member.name: member.saw() for member in people.members})
    for pattern in ("plans/{}.json", ".reconciler/journal/{}/*"):
        texts = {
            member.name: "".join(
                path.read_text() for path in folder.glob(pattern.format(member.name))
            )
            for member in people.members
        }
        found += people.strangers(texts)
    return found


if __name__ == "__main__":
    sys.exit(main())
