"""A repository of one-document files, and the tenant that they are about.

Incidents are made one every few minutes over half a year, as in life: lists are cut by time.
"""

from __future__ import annotations

import json
import os
import subprocess
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from reconciler.model.words import JsonObject

FIRST: Final = 2_000_000
"""The id of the oldest incident."""
NOW: Final = datetime(2026, 1, 5, 8, tzinfo=UTC)
"""Right after the newest one."""
_AGE: Final = timedelta(days=180)

CONFIG: Final = """\
apiVersion: reconciler/v1
kind: Config
defaultTenant: bench
tenants:
  bench: {{cloud: emulator, desired: desired}}
guards: {{maxUpdates: 1000000, maxUpdatePercent: 100, maxClosures: 1000000, maxTagRemovals: 1000000}}
limits: {{requestsPerMinute: {per_minute}}}
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
LEAN: Final = """\
apiVersion: reconciler/v1
kind: Incident
metadata:
  id: "{number}"
spec:
  status: resolved
"""


def ids(count: int, *, every: int = 1) -> list[int]:
    """``count`` of them, ``every``-th by ``every``-th from the oldest on."""
    return [FIRST + every * number for number in range(count)]


def write_repository(
    folder: Path, numbers: Iterable[int], document: str = USUAL, *, per_minute: int = 1_000_000
) -> Path:
    """Committed, as where documents are reviewed. Gives the folder back."""
    (folder / "desired").mkdir(parents=True)
    config = CONFIG.format(per_minute=per_minute)
    (folder / "reconciler.yaml").write_text(config, encoding="utf-8")
    (folder / ".gitignore").write_text(".reconciler/\nplan.json\n", encoding="utf-8")
    for number in numbers:
        text = document.format(number=number)
        (folder / f"desired/{number}.yaml").write_text(text, encoding="utf-8")
    git(folder, "init", "--quiet")
    git(folder, "add", ".")
    git(folder, "commit", "--quiet", "-m", "documents")
    return folder


def git(folder: Path, *arguments: str) -> None:
    identity = ("-c", "user.name=bench", "-c", "user.email=bench@localhost")
    subprocess.run(["git", "-C", os.fspath(folder), *identity, *arguments], check=True)


def write_seed(path: Path, count: int, *, different: int = 0) -> Path:
    """``different``: so many incidents, evenly spread, are not as their documents say."""
    with path.open("w", encoding="utf-8") as stream:
        stream.write('{"incidents":[')
        for number in range(count):
            differs = number * different // count != (number + 1) * different // count
            item = json.dumps(_incident(number, count, differs=differs))
            stream.write(f",{item}" if number else item)
        stream.write("]}")
    return path


def _incident(number: int, count: int, *, differs: bool) -> JsonObject:
    made = NOW - _AGE * (count - number) / count
    touched = min(NOW, made + timedelta(hours=5))
    return {
        "id": str(FIRST + number),
        "displayName": f"Multi-stage incident on {number} endpoints",
        "createdDateTime": f"{made:%Y-%m-%dT%H:%M:%S.%fZ}",
        "lastUpdateDateTime": f"{touched:%Y-%m-%dT%H:%M:%S.%fZ}",
        "severity": "medium",
        "status": "active" if differs else "resolved",
        "classification": "informationalExpectedActivity",
        "determination": "securityTesting",
        "assignedTo": "kai@contoso.com",
        "customTags": ["needs-triage"] if differs else ["pentest-2026", "other"],
    }
