"""A run undone as a user does it: real files, the real command line, real HTTP to the emulator."""

from __future__ import annotations

import json
import urllib.request
from typing import TYPE_CHECKING, Any

import pytest

from reconciler.emulator import Settings, start
from reconciler.undo import MOVED
from tests.support.cli import Shell

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

TENANT_ID = "12f988bf-16f1-11af-11ab-1d7cd011db47"
CONFIG = f"""\
apiVersion: reconciler/v1
kind: Config
tenants:
  contoso:
    tenantId: {TENANT_ID}
    cloud: global
    credential: static-token
    desired: desired
    kinds: {{IncidentTask: true, LegacyAlert: true}}
limits: {{requestsPerMinute: 100000}}
"""
WANTED: dict[str, dict[str, Any]] = {
    "Incident/5001": {"status": "resolved", "assignedTo": "kai@contoso.com"},
    "Incident/5002": {"classification": "falsePositive", "determination": "notMalicious"},
    "Incident/5003": {"customTags": {"present": ["pentest"]}, "displayName": "Pentest"},
    "Alert/da1_2": {"status": "inProgress", "customDetails": {"reviewed": "yes"}},
    "IncidentTask/900": {"status": "completed"},
    "LegacyAlert/la1": {"feedback": "benignPositive", "closedDateTime": "2026-11-20T12:00:00Z"},
}
PATHS = {
    "Incident": "/v1.0/security/incidents",
    "Alert": "/v1.0/security/alerts_v2",
    "IncidentTask": "/beta/security/incidentTasks",
    "LegacyAlert": "/v1.0/security/alerts",
}
ALLOW = ("--allow", "reopenings=3", "--allow", "truePositiveReversals=9")


def _seed() -> dict[str, list[dict[str, Any]]]:
    def incident(number: int, **more: Any) -> dict[str, Any]:
        plain = {"status": "active", "assignedTo": "ann@contoso.com", "customTags": ["old"]}
        return {"id": str(number), "tenantId": TENANT_ID, "severity": "low", **plain, **more}

    verdict = {"classification": "informationalExpectedActivity", "determination": "other"}
    vendor = {"provider": "MCAS", "vendor": "Microsoft"}
    return {
        "incidents": [incident(5001), incident(5002, **verdict), incident(5003, displayName="A")],
        "alerts_v2": [
            {"id": f"da1_{n}", "incidentId": f"500{n}", "tenantId": TENANT_ID, "status": "new"}
            for n in (1, 2)
        ],
        "incidentTasks": [{"id": "900", "incident": {"id": "5002"}, "status": "open"}],
        "alerts": [{"id": "la1", "status": "newAlert", "vendorInformation": vendor}],
    }


class World:
    """A tenant on a socket, its folder, and an analyst beside the command line."""

    def __init__(self, folder: Path, url: str) -> None:
        self.folder, self.url = folder, url
        self.shell = Shell(folder, {"RECONCILER_TOKEN": "writer"})

    def run(self, *words: str) -> int:
        return self.shell.run(*words, "--graph-url", self.url)

    def ask(self, name: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        """GET, or the analyst's PATCH; without the code under test."""
        kind, object_id = name.split("/")
        request = urllib.request.Request(
            f"{self.url}{PATHS[kind]}/{object_id}",
            data=None if body is None else json.dumps(body).encode(),
            headers={"Authorization": "Bearer analyst", "Content-Type": "application/json"},
            method="GET" if body is None else "PATCH",
        )
        with urllib.request.urlopen(request) as answer:
            found: dict[str, Any] = json.load(answer)
        return found

    def fields(self) -> dict[str, dict[str, Any]]:
        return {
            name: {field: answer[field] for field in spec}
            for name, spec in WANTED.items()
            for answer in [self.ask(name)]
        }

    def plan(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.folder / "back.json").read_text())
        return found


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    (tmp_path / "seed.json").write_text(json.dumps(_seed()))
    (tmp_path / "reconciler.yaml").write_text(CONFIG)
    (tmp_path / "desired").mkdir()
    for name, spec in WANTED.items():
        kind, object_id = name.split("/")
        document = {
            "apiVersion": "reconciler/v1",
            "kind": kind,
            "metadata": {"id": object_id},
            "spec": spec,
        }
        (tmp_path / "desired" / f"{object_id}.yaml").write_text(json.dumps(document))
    running = start(
        Settings(tmp_path / "t.sqlite3", seed=tmp_path / "seed.json", requests_per_minute=0)
    )
    try:
        yield World(tmp_path, running.url)
    finally:
        running.close()


def _applied(world: World) -> dict[str, dict[str, Any]]:
    """What was there before; afterwards the run's journal is ``run.jsonl``."""
    before = world.fields()
    assert world.run("plan", "--out", "plan.json", "--tenant", "contoso", *ALLOW) == 0
    assert world.run("apply", "plan.json", "--journal", "run.jsonl") == 0, world.shell.err
    assert world.fields() != before
    return before


def test_a_run_is_undone_but_for_what_an_analyst_touched_since(world: World) -> None:
    before = _applied(world)
    world.ask("Incident/5001", {"assignedTo": "lee@contoso.com"})
    world.ask("Incident/5003", {"customTags": ["old", "pentest", "seen"], "displayName": "Mine"})

    assert world.run("revert", "run.jsonl", "--out", "back.json", *ALLOW) == 0, world.shell.err
    changes = {f"{item['kind']}/{item['id']}": item for item in world.plan()["changes"]}
    assert changes["Incident/5001"]["problem"] == f"not undone: assignedTo ({MOVED})"
    left = changes["Incident/5003"]
    assert (left["action"], left["reason"]) == ("skip", "conflict")
    assert changes["Alert/da1_2"]["source"] == {"path": "desired/da1_2.yaml", "line": 1}
    assert "Incident 5001: with that write Graph also set" in world.shell.out

    assert world.run("apply", "back.json") == 0, world.shell.err
    assert world.fields() == {
        **before,
        "Incident/5001": {"status": "active", "assignedTo": "lee@contoso.com"},
        "Incident/5003": {"customTags": ["old", "pentest", "seen"], "displayName": "Mine"},
    }
    assert world.ask("Alert/da1_1")["status"] == "resolved"  # spilled over: nobody undoes that


def test_a_second_revert_of_the_same_journal_has_nothing_to_do(world: World) -> None:
    before = _applied(world)
    assert world.run("revert", "run.jsonl", "--out", "back.json", *ALLOW) == 0
    assert world.run("apply", "back.json") == 0, world.shell.err
    assert world.fields() == before
    assert world.run("revert", "run.jsonl", "--out", "back.json", "--format", "json") == 0
    summary = json.loads(world.shell.out)["summary"]
    assert (summary["update"], summary["inSync"]) == (0, len(WANTED))


def test_what_moves_between_the_inverse_plan_and_its_apply_is_a_conflict(world: World) -> None:
    _applied(world)
    assert world.run("revert", "run.jsonl", "--out", "back.json", *ALLOW) == 0
    world.ask("Incident/5001", {"status": "inProgress"})
    assert world.run("apply", "back.json", "--format", "json") == 6
    assert json.loads(world.shell.out)["summary"]["conflict"] == 1
    assert world.ask("Incident/5001")["status"] == "inProgress"


def test_reopening_has_to_be_allowed_by_name(world: World) -> None:
    _applied(world)
    assert world.run("revert", "run.jsonl", "--out", "back.json") == 0
    assert [item["guard"] for item in world.plan()["objections"]] == ["reopenings"]
    assert world.run("apply", "back.json") == 4
    assert "make the plan again with: --allow reopenings=2" in world.shell.err
    assert world.ask("Incident/5001")["status"] == "resolved"


def test_a_run_that_was_cut_off_is_undone_from_what_its_journal_holds(world: World) -> None:
    before = _applied(world)
    path = world.folder / "run.jsonl"
    lines = path.read_bytes().splitlines(keepends=True)
    intents = [line for line in lines if b'"intent"' in line]
    path.write_bytes(b"".join((lines[0], *intents)) + lines[-1][:20])
    assert world.run("revert", "run.jsonl", "--out", "back.json", *ALLOW) == 0, world.shell.err
    assert "The journal has no end" in world.shell.out
    assert world.run("apply", "back.json") == 0, world.shell.err
    assert world.fields() == before


HEADER = (
    '{"type":"run","format":"1.0","runId":"r","toolVersion":"0","tenant":{"name":"contoso",'
    f'"tenantId":"{TENANT_ID}","cloud":"global","graphUrl":"URL"}},"digest":"sha256:0",'
    '"startedAt":"2026-11-20T10:00:00Z"}\n'
)
INTENT = (
    '{"type":"intent","at":"2026-11-20T10:00:00Z","kind":"Incident","id":"5001","source":'
    '{"path":"a.yaml","line":1},"fields":[{"name":"status","before":BEFORE,"after":"active",'
    '"cause":"declared"}]}\n'
)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", 1),
        ("\x00\xff", 1),
        ("{}\n", 1),
        ("[" * 100_000 + "\n", 1),
        (HEADER.replace('"1.0"', '"9.0"'), 1),
        (HEADER.replace('"contoso"', '"\\u001b[2J::error::x"'), 5),
        (HEADER.replace(TENANT_ID, "t2"), 5),
        (HEADER.replace("URL", "https://graph.microsoft.com"), 5),
        (HEADER + INTENT.replace("5001", "../../users/x"), 1),
        (HEADER + INTENT.replace('"status"', '"tenantId"'), 1),
        (HEADER + INTENT.replace('"Incident"', '"User"'), 1),
        (HEADER + INTENT.replace("BEFORE", "NaN"), 1),
    ],
)
def test_a_broken_or_hostile_journal_ends_with_a_clear_error(
    world: World, text: str, code: int
) -> None:
    path = world.folder / "run.jsonl"
    path.write_text(text.replace("URL", world.url), encoding="latin-1")
    assert world.run("revert", "run.jsonl", "--out", "back.json") == code
    assert "journal" in world.shell.err
    assert "unexpected" not in world.shell.err
    assert "\x1b" not in world.shell.err
    assert not (world.folder / "back.json").exists()


@pytest.mark.parametrize(
    "before",
    ['"redirected"', "null", "7", '["active"]', '{"a":{"b":[]}}', '"\\u202e::error::x"', '""'],
)
def test_a_value_that_no_run_can_have_found_is_never_sent(world: World, before: str) -> None:
    text = HEADER.replace("URL", world.url) + INTENT.replace("BEFORE", before)
    (world.folder / "run.jsonl").write_text(text)
    assert world.run("revert", "run.jsonl", "--out", "back.json") == 0, world.shell.err
    (change,) = world.plan()["changes"]
    assert (change["action"], change["reason"]) == ("skip", "conflict")
    assert change["problem"].startswith("not undone: status (")
    assert "\u202e" not in world.shell.out


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("revert", "run.jsonl"), 64),
        (("revert", "--out", "back.json"), 64),
        (("revert", "none.jsonl", "--out", "back.json"), 1),
        (("revert", "desired", "--out", "back.json"), 1),
        (("revert", "run.jsonl", "--out", "back.json", "--allow", "everything"), 64),
        (("revert", "run.jsonl", "--out", "back.json", "--tenant", "other"), 5),
        (("revert", "run.jsonl", "--out", "nowhere/back.json"), 1),
    ],
)
def test_wrong_words_end_with_their_exit_code(
    world: World, words: tuple[str, ...], code: int
) -> None:
    text = HEADER.replace("URL", world.url) + INTENT.replace("BEFORE", '"active"')
    (world.folder / "run.jsonl").write_text(text)
    assert world.run(*words) == code
    assert world.shell.err
