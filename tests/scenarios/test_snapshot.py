"""Snapshots as a user does them: taken once, planned on offline, applied like any other plan."""

from __future__ import annotations

import json
import stat
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from reconciler.emulator import Settings, fault_file, start
from tests.support.cli import Shell
from tests.support.scripted_server import reply, serving

if TYPE_CHECKING:
    from pathlib import Path

CONFIG = """\
apiVersion: reconciler/v1
kind: Config
defaultTenant: demo
tenants:
  demo:
    cloud: emulator
    desired: desired/demo
    kinds: {IncidentTask: true, LegacyAlert: true}
  contoso: {cloud: emulator, desired: desired/contoso}
limits: {requestsPerMinute: 100000}
"""
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


class Standing:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.moment = NOW

    def now(self) -> datetime:
        return self.moment

    def monotonic(self) -> float:
        return 0.0


def document(kind: str, object_id: str, spec: str) -> str:
    return (
        f"apiVersion: reconciler/v1\nkind: {kind}\n"
        f'metadata: {{id: "{object_id}"}}\nspec: {{{spec}}}\n'
    )


@pytest.fixture
def clock() -> Standing:
    return Standing()


@pytest.fixture
def shell(tmp_path: Path, clock: Standing) -> Shell:
    (tmp_path / "reconciler.yaml").write_text(CONFIG)
    folder = tmp_path / "desired/demo"
    folder.mkdir(parents=True)
    (folder / "a.yaml").write_text(
        "---\n".join(
            (
                document("Incident", "2972395", "status: resolved, customTags: {present: [x]}"),
                document("Incident", "3040", "status: resolved"),
                document("Incident", "888888", "status: resolved"),
                document("IncidentTask", "213213", "status: completed"),
            )
        )
    )
    return Shell(tmp_path, clock=clock)


def planned(shell: Shell, *words: str) -> dict[str, Any]:
    shell.run("plan", "--format", "json", *words)
    found: dict[str, Any] = json.loads(shell.out)
    return found


def test_a_plan_on_a_snapshot_is_the_plan_made_then_and_sends_no_request(
    shell: Shell, clock: Standing
) -> None:
    assert shell.run("snapshot", "--out", "live.json") == 0
    assert shell.out == "4 objects (2 known, 1 missing, 1 merged)\n"
    then = planned(shell)
    clock.moment += timedelta(hours=3, minutes=12)

    offline = planned(shell, "--snapshot", "live.json")

    assert offline["digest"] == then["digest"]
    assert offline["createdAt"] == then["createdAt"] == "2026-11-21T12:00:00.000Z"
    requests = offline["summary"].pop("requests")
    assert (requests["readUnits"], then["summary"].pop("requests")["readUnits"]) == (0, 6)
    age, *notices = offline.pop("notices")
    assert "(3 h 12 min ago)" in age
    assert notices == then.pop("notices")
    for plan in (then, offline):
        del plan["seal"]
    assert offline == then
    reasons = {change["id"]: change["reason"] for change in offline["changes"]}
    assert reasons == {
        "213213": "differs",
        "2972395": "differs",
        "3040": "redirected",
        "888888": "not-found",
    }


def test_planning_on_a_snapshot_needs_no_token_and_no_network(shell: Shell) -> None:
    config = CONFIG.replace(
        "contoso: {cloud: emulator,",
        "contoso: {cloud: global, tenantId: 12f988bf-16f1-11af-11ab-1d7cd011db47, "
        "credential: static-token, graphUrl: 'http://127.0.0.1:9',",
    )
    (shell.cwd / "reconciler.yaml").write_text(config)
    (shell.cwd / "desired/contoso").mkdir()
    assert shell.run("snapshot", "--tenant", "contoso", "--out", "live.json") == 0
    text = document("Incident", "1", "status: resolved")
    (shell.cwd / "desired/contoso/a.yaml").write_text(text)

    assert shell.run("plan", "--tenant", "contoso", "--snapshot", "live.json") == 1
    assert "the snapshot does not hold it" in shell.out


def test_what_was_declared_since_is_unknown_and_never_not_found(shell: Shell) -> None:
    shell.run("snapshot", "--out", "live.json")
    text = document("Incident", "3001", "status: resolved")
    (shell.cwd / "desired/demo/b.yaml").write_text(text)

    assert shell.run("plan", "--snapshot", "live.json", "--format", "json") == 1
    (new,) = [one for one in json.loads(shell.out)["changes"] if one["id"] == "3001"]
    assert (new["action"], new["reason"]) == ("skip", "unknown")


def test_a_snapshot_of_everything_also_serves_documents_written_later(shell: Shell) -> None:
    assert shell.run("snapshot", "--all", "--out", "live.json") == 0
    assert " known, 1 missing, 8 merged)" in shell.out
    text = document("Incident", "3001", "status: resolved")
    (shell.cwd / "desired/demo/b.yaml").write_text(text)

    assert planned(shell, "--snapshot", "live.json")["digest"] == planned(shell)["digest"]


def test_the_plan_is_applied_like_any_other_and_is_as_old_as_its_snapshot(
    shell: Shell, clock: Standing
) -> None:
    shell.run("snapshot", "--out", "live.json")
    clock.moment += timedelta(hours=23)
    assert shell.run("plan", "--snapshot", "live.json", "--out", "plan.json") == 0
    assert shell.run("apply", "plan.json", "--format", "json") == 0
    assert json.loads(shell.out)["summary"]["done"] == 2

    shell.run("plan", "--snapshot", "live.json", "--out", "plan.json")
    assert shell.run("apply", "plan.json", "--format", "json") == 0
    assert json.loads(shell.out)["summary"]["alreadyDone"] == 2
    clock.moment += timedelta(hours=2)
    assert shell.run("apply", "plan.json") == 5
    assert "was made 1 day" in shell.err


def test_apply_refuses_to_plan_on_a_snapshot_and_says_why(shell: Shell) -> None:
    shell.run("snapshot", "--out", "live.json")

    for words in (("--auto-approve",), ("plan.json",)):
        assert shell.run("apply", *words, "--snapshot", "live.json") == 64
        assert "such a plan is saved and reviewed before it is applied" in shell.err
        assert "reconciler plan --snapshot FILE --out PLAN" in shell.err


def test_another_tenants_snapshot_is_refused(shell: Shell) -> None:
    shell.run("snapshot", "--out", "live.json")
    (shell.cwd / "desired/contoso").mkdir()

    assert shell.run("plan", "--tenant", "contoso", "--snapshot", "live.json") == 5
    assert "the snapshot is of tenant 'demo'" in shell.err


def test_the_file_is_for_its_owner_alone_and_an_edited_one_is_refused(shell: Shell) -> None:
    shell.run("snapshot", "--out", "live.json")
    path = shell.cwd / "live.json"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600

    path.write_text(path.read_text().replace("resolved", "active").replace("active", "resolved"))
    assert shell.run("plan", "--snapshot", "live.json") == 5
    assert shell.run("plan", "--snapshot", "gone.json") == 1
    assert "reconciler snapshot --out FILE" in shell.err


def test_what_could_not_be_read_is_in_it_as_that_and_is_an_error(
    shell: Shell, tmp_path: Path
) -> None:
    forbidden = {"do": "status", "status": 403, "on": {"path": "/v1.0/security/incidents/2972395"}}
    (tmp_path / "faults.json").write_text(json.dumps({"faults": [forbidden]}))
    faults = fault_file.load(tmp_path / "faults.json")
    running = start(Settings(tmp_path / "graph.sqlite3", faults=faults))
    try:
        assert shell.run("snapshot", "--out", "live.json", "--graph-url", running.url) == 1
    finally:
        running.close()
    assert shell.out == "4 objects (1 known, 1 missing, 1 merged, 1 unreadable)\n"

    assert shell.run("plan", "--snapshot", "live.json") == 1
    assert "SecurityIncident.Read.All" in shell.out


def test_a_list_that_breaks_off_leaves_no_file(shell: Shell, tmp_path: Path) -> None:
    forbidden = {"do": "status", "status": 403, "on": {"path": "/v1.0/security/alerts_v2"}}
    (tmp_path / "faults.json").write_text(json.dumps({"faults": [forbidden]}))
    faults = fault_file.load(tmp_path / "faults.json")
    running = start(Settings(tmp_path / "graph.sqlite3", faults=faults))
    try:
        code = shell.run("snapshot", "--all", "--out", "live.json", "--graph-url", running.url)
    finally:
        running.close()

    assert code == 1
    assert "no snapshot was written" in " ".join(shell.err.split())
    assert not (shell.cwd / "live.json").exists()


def test_entries_of_a_list_that_a_snapshot_leaves_out_are_named(shell: Shell) -> None:
    page = {"value": [{"id": "7"}, {"id": "../x"}, {"status": "active"}]}
    with serving() as server:
        server.follow(lambda _asked: reply(200, page))
        off = "kinds: {Alert: false}"
        text = CONFIG.replace("kinds: {IncidentTask: true, LegacyAlert: true}", off)
        (shell.cwd / "reconciler.yaml").write_text(text)
        (shell.cwd / "desired/demo/a.yaml").unlink()
        url = ("--graph-url", server.root)
        assert shell.run("snapshot", "--all", "--out", "live.json", *url) == 0, shell.err

    told = "2 entries of the lists left out, not of Graph's form: ../x, without an id"
    assert told in " ".join(shell.err.split())


def test_a_snapshot_needs_a_file_to_go_to(shell: Shell) -> None:
    assert shell.run("snapshot") == 64
