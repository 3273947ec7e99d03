"""What the machine spends: CPU as a ratio to peers in the same rounds, and the peak of memory.

The floor is a process that does ``yaml.load`` with libyaml's C loader over the same files. Plans read
from an emulator in a process of its own, which is not counted, without quota.
"""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
from contextlib import ExitStack, contextmanager
from functools import partial
from typing import TYPE_CHECKING, Final

from tests.bench import octodns
from tests.bench.measure import RECONCILER, Spent, medians, spend
from tests.bench.row import Row
from tests.bench.world import LEAN, ids, write_repository, write_seed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from tests.bench.sizes import Sizes

FLOOR: Final = """
import pathlib, yaml
for path in pathlib.Path("desired").iterdir():
    with path.open("rb") as stream:
        yaml.load(stream, yaml.CSafeLoader)
"""
_YAML: Final = (sys.executable, "-c", FLOOR)


def rows(folder: Path, sizes: Sizes, tell: Callable[[str], object]) -> Iterator[Row]:
    tell(f"processor: {sizes.whole:,} objects, {sizes.rounds} rounds")
    small = _whole(folder, sizes)
    yield from _ratios(small, sizes)
    tell(f"processor: {sizes.most:,} objects")
    large = _most(folder, sizes.most)
    for objects, spent in ((sizes.whole, small["cold"]), (sizes.most, large)):
        limit = sizes.limit(120 if objects == sizes.whole else 450)
        yield Row(
            f"cold plan, {objects:,} all changed, --out", "memory", spent.peak_mib, limit, "MiB"
        )
    growth = large.cpu_seconds / small["cold"].cpu_seconds
    work = f"growth, {sizes.whole:,} → {sizes.most:,} objects"
    yield Row(work, "CPU", growth, sizes.limit(1.1 * sizes.most / sizes.whole), "×")


def _ratios(found: Mapping[str, Spent], sizes: Sizes) -> Iterator[Row]:
    def row(work: str, name: str, peer: str, limit: float) -> Row:
        ratio = found[name].cpu_seconds / found[peer].cpu_seconds
        return Row(work, f"CPU ÷ {peer}", ratio, sizes.limit(limit), "×")

    objects = f"{sizes.whole:,}"
    yield row(f"cold plan, {objects} all changed, --out", "cold", "yaml.load", 2.0)
    yield row(f"cold plan, {objects} all changed, --out", "cold", "octoDNS", 0.45)
    yield row(f"warm plan, {objects}, 1 % changed", "warm, few", "yaml.load", 1.3)
    yield row(f"warm plan, {objects}, all changed", "warm", "yaml.load", 1.6)
    yield row(f"validate, {objects}", "validate", "yaml.load", 2.0)
    yield row(f"validate, {objects} of one field", "validate, lean", "yaml.load, lean", 2.0)
    yield row(f"cold plan, {objects} of one field", "cold, lean", "yaml.load, lean", 3.0)
    for name in ("yaml.load", "octoDNS"):
        work = f"{name}, {objects} {'records, 1 % changed' if name == 'octoDNS' else 'documents'}"
        yield Row(work, "CPU", found[name].cpu_seconds, unit="s")
        yield Row(work, "memory", found[name].peak_mib, unit="MiB")


def _whole(folder: Path, sizes: Sizes) -> Mapping[str, Spent]:
    count = sizes.whole
    numbers, few = ids(count), max(1, count // 100)
    usual = write_repository(folder / "usual", numbers)
    synced = write_repository(folder / "synced", numbers)
    lean = write_repository(folder / "lean", numbers, LEAN)
    zone = octodns.write_zone(folder / "zone", records=count, different=few)
    sync = octodns.install(folder / "octodns")
    with ExitStack() as stack:
        moved = stack.enter_context(_emulator(folder, "moved", count, different=count))
        still = stack.enter_context(_emulator(folder, "still", count, different=few))
        spend(_plan(still), synced)  # from here on it is warm
        subjects = {
            "yaml.load": partial(spend, _YAML, usual),
            "yaml.load, lean": partial(spend, _YAML, lean),
            "octoDNS": partial(spend, sync, zone),
            "validate": partial(_cold, (RECONCILER, "validate"), usual),
            "validate, lean": partial(_cold, (RECONCILER, "validate"), lean),
            "cold": partial(_cold, _plan(moved, "--out", "plan.json"), usual),
            "warm": partial(spend, _plan(moved), usual),
            "warm, few": partial(spend, _plan(still), synced),
            "cold, lean": partial(_cold, _plan(still), lean),
        }
        return medians(subjects, sizes.rounds)


def _most(folder: Path, count: int) -> Spent:
    repository = write_repository(folder / "most", ids(count))
    with _emulator(folder, "most", count, different=count) as url:
        return _cold(_plan(url, "--out", "plan.json"), repository)


def _plan(url: str, *more: str) -> tuple[str, ...]:
    return (RECONCILER, "plan", "--graph-url", url, *more)


def _cold(command: Sequence[str], repository: Path) -> Spent:
    """Nothing of an earlier run is there."""
    shutil.rmtree(repository / ".reconciler", ignore_errors=True)
    return spend(command, repository)


@contextmanager
def _emulator(folder: Path, name: str, count: int, *, different: int) -> Iterator[str]:
    """A server process of its own; yields its address."""
    write_seed(folder / f"{name}.json", count, different=different)
    words = ("emulator", "--store", f"{name}.sqlite3", "--seed", f"{name}.json")
    process = subprocess.Popen(
        [RECONCILER, *words, "--requests-per-minute", "0"],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdout is not None
    try:
        yield process.stdout.readline().strip()
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate()
