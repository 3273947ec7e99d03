"""A tenant of 1,600 objects and 400 documents of all kinds, over a real socket, seen by a proxy.

Plan, apply, plan: every declared field holds, nothing undeclared moved but by documented
spill-over, every body is minimal, every request is one the documentation knows, and the second
plan is empty. What is expected is worked out here, without the code under test.
"""

from __future__ import annotations

import json
import random
import re
import urllib.request
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from reconciler.emulator import Settings, start
from tests.support.cli import Shell
from tests.support.recorder import Recorder, recording

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

CONFIG = """\
apiVersion: reconciler/v1
kind: Config
tenants:
  contoso:
    tenantId: 12f988bf-16f1-11af-11ab-1d7cd011db47
    cloud: global
    credential: static-token
    desired: desired
    kinds: {IncidentTask: true, LegacyAlert: true}
    guards:
      maxUpdates: 400
      maxUpdatePercent: 100
      maxClosures: 400
      maxHighSeverityClosures: 400
      maxReopenings: 400
      maxUnassignments: 400
      maxTagRemovals: 400
limits: {requestsPerMinute: 100000}
"""
COLLECTIONS = {
    "Incident": "/v1.0/security/incidents",
    "IncidentTask": "/beta/security/incidentTasks",
    "Alert": "/v1.0/security/alerts_v2",
    "LegacyAlert": "/v1.0/security/alerts",
}
DOCUMENTED = [
    r"GET /v1\.0/security/(incidents|alerts_v2|alerts)/[^/?]+",
    r"GET /beta/security/incidentTasks/[^/?]+",
    r"GET /v1\.0/security/incidents\?\$top=50&\$count=true&\$select=[A-Za-z,]+(&\$skiptoken=.+)?",
    r"GET /v1\.0/security/alerts_v2\?\$top=1000&\$count=true&\$select=[A-Za-z,]+(&\$skiptoken=.+)?",
    r"GET /v1\.0/security/alerts\?\$top=1000&\$count=true(&\$skiptoken=.+)?",
    r"GET /beta/security/incidentTasks\?\$top=500(&\$skiptoken=.+)?",
    r"PATCH /v1\.0/security/(incidents|alerts_v2|alerts)/[^/?]+",
    r"PATCH /beta/security/incidentTasks/[^/?]+",
]
ALIKE = {None: None, "": None, "unknown": None}


@dataclass
class World:
    shell: Shell
    recorder: Recorder
    specs: dict[tuple[str, str], dict[str, Any]]
    parents: Mapping[str, str]


def _common(number: int) -> dict[str, Any]:
    return {
        "tenantId": "12f988bf-16f1-11af-11ab-1d7cd011db47",
        "createdDateTime": f"2026-11-{1 + number % 19:02}T08:00:00Z",
        "severity": ("low", "medium", "high", "informational")[number % 4],
        "classification": "unknown",
        "determination": "unknown",
        "assignedTo": None if number % 3 else "ann@contoso.com",
    }


def _seed() -> dict[str, list[dict[str, Any]]]:
    stamp = "2026-11-20T10:00:00.1234567Z"
    incidents = [
        {
            **_common(n),
            "id": str(5000 + n),
            "status": ("active", "inProgress", "resolved")[n % 3],
            "incidentWebUrl": f"https://security.microsoft.com/incident2/{5000 + n}/overview",
            "redirectIncidentId": None,
            "displayName": f"Incident {n}",
            "lastUpdateDateTime": stamp,
            "customTags": ["needs-triage", f"t{n % 7}"],
            "systemTags": [],
            "description": "What happened",
            "lastModifiedBy": "ann@contoso.com",
            "resolvingComment": None,
            "summary": None,
            "priorityScore": 10,
            "comments": [],
        }
        for n in range(1000)
    ]
    alerts = [
        {
            **_common(n),
            "id": f"da{n:018}_{n}",
            "incidentId": str(5000 + 3 * n),
            "status": ("new", "inProgress", "resolved")[n % 3],
            "title": f"Alert {n}",
            "lastUpdateDateTime": stamp,
            "customDetails": {"origin": "rule"},
            "evidence": [],
        }
        for n in range(300)
    ]
    tasks = [
        {
            "id": str(900_000 + n),
            "incident": {"id": str(5000 + n)},
            "status": "open",
            "displayName": f"Task {n}",
            "createdDateTime": stamp,
            "lastModifiedDateTime": stamp,
        }
        for n in range(200)
    ]
    legacy = [
        {
            "id": f"00000000-0000-0000-0000-{n:012}",
            "title": f"Legacy {n}",
            "status": "newAlert",
            "severity": "medium",
            "feedback": "unknown",
            "assignedTo": None,
            "closedDateTime": None,
            "comments": [],
            "tags": ["old"],
            "createdDateTime": stamp,
            "lastModifiedDateTime": stamp,
            "vendorInformation": {"provider": "MCAS", "vendor": "Microsoft"},
        }
        for n in range(100)
    ]
    return {"incidents": incidents, "alerts_v2": alerts, "incidentTasks": tasks, "alerts": legacy}


def _specs(rng: random.Random) -> dict[tuple[str, str], dict[str, Any]]:
    """200 incidents, 100 alerts of undeclared incidents, 60 tasks, 40 legacy alerts."""
    declared = rng.sample([n for n in range(1000) if n % 3], 200)
    specs: dict[tuple[str, str], dict[str, Any]] = {}
    for n in declared:
        spec: dict[str, Any] = {"status": rng.choice(("active", "inProgress", "resolved"))}
        if n % 2:
            spec |= {"classification": "falsePositive", "determination": "notMalicious"}
        if n % 5 == 0:
            spec["assignedTo"] = rng.choice(("kai@contoso.com", None))
        if n % 7 == 0:
            spec["customTags"] = {"present": ["reviewed"], "absent": ["needs-triage"]}
        specs["Incident", str(5000 + n)] = spec
    for n in rng.sample(range(300), 100):
        specs["Alert", f"da{n:018}_{n}"] = {
            "status": rng.choice(("new", "inProgress", "resolved")),
            "customDetails": {"reviewed": "yes"},
        }
    for n in rng.sample(range(200), 60):
        specs["IncidentTask", str(900_000 + n)] = {"status": rng.choice(("open", "completed"))}
    for n in rng.sample(range(100), 40):
        specs["LegacyAlert", f"00000000-0000-0000-0000-{n:012}"] = {
            "status": "resolved",
            "feedback": "falsePositive",
            "tags": ["old", "closed"],
        }
    return specs


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    seed = _seed()
    specs = _specs(random.Random(7))
    (tmp_path / "seed.json").write_text(json.dumps(seed))
    (tmp_path / "reconciler.yaml").write_text(CONFIG)
    (tmp_path / "desired").mkdir()
    for (kind, object_id), spec in specs.items():
        document = {
            "apiVersion": "reconciler/v1",
            "kind": kind,
            "metadata": {"id": object_id},
            "spec": spec,
        }
        (tmp_path / "desired" / f"{kind}-{object_id}.yaml").write_text(json.dumps(document))
    running = start(
        Settings(tmp_path / "t.sqlite3", seed=tmp_path / "seed.json", requests_per_minute=100_000)
    )
    parents = {item["id"]: item["incidentId"] for item in seed["alerts_v2"]}
    try:
        with recording(running.url) as recorder:
            shell = Shell(tmp_path, {"RECONCILER_TOKEN": "token"})
            yield World(shell, recorder, specs, parents)
    finally:
        running.close()


def _objects(world: World) -> dict[tuple[str, str], dict[str, Any]]:
    """Every object of the tenant, read page by page without the code under test."""
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for kind, path in COLLECTIONS.items():
        url: str | None = world.recorder.url + path
        while url:
            request = urllib.request.Request(url, headers={"Authorization": "Bearer reader"})
            with urllib.request.urlopen(request) as answer:
                page = json.load(answer)
            found.update({(kind, item["id"]): item for item in page["value"]})
            url = page.get("@odata.nextLink")
    return found


def _wanted(before: Any, wanted: Any) -> Any:
    if isinstance(wanted, dict) and "present" in wanted:
        kept = [tag for tag in before if tag not in wanted["absent"]]
        return kept + [tag for tag in wanted["present"] if tag not in kept]
    if isinstance(wanted, dict):
        return {**before, **wanted}
    return wanted


def _same(left: Any, right: Any) -> bool:
    if isinstance(left, str | None) and isinstance(right, str | None):
        return ALIKE.get(left, left) == ALIKE.get(right, right)
    if isinstance(left, list) and isinstance(right, list):
        return sorted(left) == sorted(right)
    return bool(left == right)


def _run(world: World, *words: str) -> int:
    return world.shell.run(*words, "--graph-url", world.recorder.url)


def test_plan_apply_plan_on_a_whole_tenant(world: World) -> None:
    before = _objects(world)
    expected = {
        key: {name: _wanted(before[key].get(name), value) for name, value in spec.items()}
        for key, spec in world.specs.items()
    }
    world.recorder.envelopes.clear()

    assert _run(world, "plan", "--out", "plan.json", "--detailed-exitcode") == 2
    assert not world.recorder.patches
    read_units = len(world.recorder.requests)
    assert read_units <= 20 + 1 + 1 + 1

    assert _run(world, "apply", "plan.json", "--format", "json") == 0, world.shell.err
    report = json.loads(world.shell.out)
    assert set(report["summary"]) - {"done", "alreadyDone"} == {
        name for name, count in report["summary"].items() if count == 0
    } - {"done", "alreadyDone"}
    patches = world.recorder.patches
    sent = list(world.recorder.requests)

    assert _run(world, "plan", "--detailed-exitcode") == 0, world.shell.out

    after = _objects(world)
    for key, fields in expected.items():
        for name, value in fields.items():
            assert _same(after[key][name], value), (key, name)
    _assert_nothing_else_moved(world, before, after)
    _assert_bodies_are_minimal(before, expected, patches)
    unknown = [
        f"{one.method} {one.target}"
        for one in sent
        if not any(re.fullmatch(form, f"{one.method} {one.target}") for form in DOCUMENTED)
    ]
    assert unknown == []
    assert all("include-unknown-enum-members" in one.headers["prefer"] for one in sent)
    ids = [one.headers["client-request-id"] for one in sent]
    assert len(set(ids)) == len(ids)


MOVES_BY_ITSELF = {
    "lastUpdateDateTime",
    "lastModifiedDateTime",
    "lastModifiedBy",
    "lastModifiedByDisplayName",
    "resolvedDateTime",
}


def _assert_nothing_else_moved(world: World, before: Any, after: Any) -> None:
    """Undeclared fields stand, but for alerts of incidents that were closed or assigned."""
    for key, item in before.items():
        declared = set(world.specs.get(key, {}))
        reached = _reached(world, key, before)
        for name, value in item.items():
            if name in declared | MOVES_BY_ITSELF | reached:
                continue
            assert after[key].get(name) == value, (key, name)


def _reached(world: World, key: tuple[str, str], before: Any) -> set[str]:
    parent = ("Incident", world.parents.get(key[1], ""))
    spec = world.specs.get(parent, {})
    found = set()
    if spec.get("status") == "resolved" and before[parent]["status"] != "resolved":
        found.add("status")
    if spec.get("assignedTo"):
        found.add("assignedTo")
    return found


def _assert_bodies_are_minimal(before: Any, expected: Any, patches: Any) -> None:
    """One PATCH an object, holding what differs, the other half of a verdict, the vendor."""
    for (kind, object_id), fields in expected.items():
        differs = {
            name
            for name, value in fields.items()
            if not _same(before[kind, object_id].get(name), value)
        }
        if differs & {"classification", "determination"}:
            differs |= {"classification", "determination"}
        if differs and kind == "LegacyAlert":
            differs.add("vendorInformation")
        bodies = patches.pop(f"{COLLECTIONS[kind]}/{object_id}", [])
        assert [set(body) for body in bodies] == ([differs] if differs else [])
    assert patches == {}
