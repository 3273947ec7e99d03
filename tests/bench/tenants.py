"""Many tenants in one ``plan`` and one ``apply``: time, memory, threads, cross-talk.

Each tenant has a Graph of its own (the emulator behind a recording proxy) and a token of its own, by
azure-identity from one authority; all of that runs in this process, the command in another one.
Nothing of one tenant may be seen at another tenant's Graph or in its plan or journal.
"""

from __future__ import annotations

import os
import re
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tests.bench.measure import RECONCILER
from tests.bench.row import Row
from tests.support.crowd import crowd

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from tests.bench.sizes import Sizes
    from tests.support.crowd import Crowd

PEAK_MIB: Final = 200.0
THREADS: Final = 1 + 8 * 4
"""Eight tenants at a time: a thread each, one to its Graph, for a while a second one and one for a
token; how many tenants there are does not matter."""
SAMPLE_SECONDS: Final = 0.005
DOCUMENTS: Final = 50

COMMANDS: Final = {
    "plan": ("plan", "--all-tenants", "--out-dir", "plans"),
    "apply": ("apply", "--all-tenants", "--auto-approve", "--format", "json"),
}


@dataclass(frozen=True, slots=True)
class Spent:
    wall_seconds: float
    cpu_seconds: float
    peak_mib: float
    """Of the command alone: this process, which is larger, would hand its own on to ``wait4``."""
    threads: int
    """The most that were seen at once."""


def rows(folder: Path, sizes: Sizes, tell: Callable[[str], object]) -> Iterator[Row]:
    tell(f"tenants: {sizes.tenants}")
    folder = folder / "tenants"
    folder.mkdir()
    with crowd(folder, tenants=sizes.tenants, documents=DOCUMENTS) as people:
        env = {**os.environ, **people.env}
        spent = {name: _spend(words, folder, env) for name, words in COMMANDS.items()}
        strangers = _strangers(people, folder)
    for name, one in spent.items():
        work = f"{name} of {sizes.tenants} tenants, {DOCUMENTS} documents each"
        yield Row(work, "time", one.wall_seconds, unit="s")
        yield Row(work, "CPU", one.cpu_seconds, unit="s")
        yield Row(work, "memory", one.peak_mib, PEAK_MIB, "MiB")
        yield Row(work, "threads", one.threads, THREADS)
    for stranger in strangers[:5]:
        tell(f"of one tenant, seen at another one: {stranger}")
    yield Row(
        f"plan and apply of {sizes.tenants} tenants", "seen at another tenant", len(strangers), 0
    )


def _spend(words: tuple[str, ...], folder: Path, env: Mapping[str, str]) -> Spent:
    """RuntimeError if the command does not end with 0."""
    began = time.perf_counter()
    with (folder / f"{words[0]}.out").open("wb") as out:
        process = subprocess.Popen(
            (RECONCILER, *words), cwd=folder, env=env, stdout=out, stderr=out
        )
    threads, peak_mib = 0, 0.0
    while True:
        pid, status, usage = os.wait4(process.pid, os.WNOHANG)
        if pid:
            break
        told = Path(f"/proc/{process.pid}/status").read_text()
        threads = max(threads, _told(told, "Threads"))
        peak_mib = max(peak_mib, _told(told, "VmHWM") / 1024)
        time.sleep(SAMPLE_SECONDS)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        told = (folder / f"{words[0]}.out").read_text()[-2000:]
        raise RuntimeError(f"{words[0]}: exit code {process.returncode}\n{told}")
    cpu_seconds = usage.ru_utime + usage.ru_stime
    return Spent(time.perf_counter() - began, cpu_seconds, peak_mib, threads)


def _told(status: str, name: str) -> int:
    """A process that has just ended tells less."""
    found = re.search(rf"^{name}:\s+(\d+)", status, re.MULTILINE)
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
