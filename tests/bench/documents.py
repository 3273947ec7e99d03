"""CPU of ``validate`` and ``plan`` over 10,000 one-document files, as a ratio to bare YAML loading.

    .venv/bin/python -m tests.bench.documents [--files N] [--rounds N]

The floor is a process that does ``yaml.load`` with libyaml's C loader over the same files, in the same
rounds. ``plan`` reads from a ``reconciler emulator`` process that is seeded with as many incidents and
whose own CPU is not counted; a third of the documents differ from it. Prints medians, and ends with 1
if a ratio is over its limit.
"""

from __future__ import annotations

import argparse
import json
import signal
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tests.bench.measure import RECONCILER, Spent, broken, medians, spend, table

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

LIMITS: Final = {"validate": 2.0, "plan": 3.0}

CONFIG: Final = """\
apiVersion: reconciler/v1
kind: Config
defaultTenant: bench
tenants:
  bench: {cloud: emulator, desired: desired}
limits: {requestsPerMinute: 1000000}
"""
LEAN: Final = """\
apiVersion: reconciler/v1
kind: Incident
metadata:
  id: "{number}"
spec:
  status: resolved
"""
USUAL: Final = """\
apiVersion: reconciler/v1
kind: Incident
metadata:
  id: "{number}"
  reason: Penetration test by ACME, agreed window
  ticket: SEC-{number}
  owner: soc-tier2
  expires: 2099-12-31
spec:
  status: resolved
  classification: informationalExpectedActivity
  determination: securityTesting
  assignedTo: kai@contoso.com
  customTags: {{present: [pentest-2026], absent: [needs-triage]}}
"""
SHAPES: Final = {"usual documents": USUAL, "lean documents": LEAN}
"""The floor is lower for short documents, so that what each object costs beside its YAML shows."""

FLOOR: Final = """
import pathlib, yaml
for path in pathlib.Path("desired").iterdir():
    with path.open("rb") as stream:
        yaml.load(stream, yaml.CSafeLoader)
"""


def main() -> int:
    options = _options()
    missed = []
    for shape, document in SHAPES.items():
        found = _measure(document, options.files, options.rounds)
        missed += [f"{name} of {shape}" for name in broken(found, LIMITS)]
        sys.stdout.write(f"{options.files} {shape}, medians of {options.rounds}\n")
        sys.stdout.write(table(found, LIMITS) + "\n\n")
    sys.stdout.write(f"over the limit: {', '.join(missed) or 'none'}\n")
    return bool(missed)


def _measure(document: str, files: int, rounds: int) -> Mapping[str, Spent]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _write_world(folder, document, files)
        with _emulator(folder) as url:
            subjects = {
                "yaml.load, C loader": (sys.executable, "-c", FLOOR),
                "validate": (RECONCILER, "validate"),
                "plan": (RECONCILER, "plan", "--graph-url", url),
            }
            return medians(
                {name: partial(spend, words, folder) for name, words in subjects.items()}, rounds
            )


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--files", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=3)
    return parser.parse_args()


def _write_world(folder: Path, document: str, files: int) -> None:
    (folder / "desired").mkdir()
    (folder / "reconciler.yaml").write_text(CONFIG, encoding="utf-8")
    for number in range(1, files + 1):
        text = document.format(number=number)
        (folder / f"desired/{number}.yaml").write_text(text, encoding="utf-8")
    incidents = [_incident(number) for number in range(1, files + 1)]
    (folder / "seed.json").write_text(json.dumps({"incidents": incidents}), encoding="utf-8")


def _incident(number: int) -> dict[str, object]:
    differs = number % 3 == 0
    return {
        "id": str(number),
        "displayName": f"Multi-stage incident on {number} endpoints",
        "createdDateTime": "2026-11-01T10:00:00Z",
        "lastUpdateDateTime": "2026-11-02T10:00:00.1234567Z",
        "severity": "medium",
        "status": "active" if differs else "resolved",
        "classification": "informationalExpectedActivity",
        "determination": "securityTesting",
        "assignedTo": "kai@contoso.com",
        "customTags": ["needs-triage"] if differs else ["pentest-2026", "other"],
    }


@contextmanager
def _emulator(folder: Path) -> Iterator[str]:
    """A server process of its own; yields its address."""
    words = ("emulator", "--store", "store.sqlite3", "--seed", "seed.json")
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


if __name__ == "__main__":
    sys.exit(main())
