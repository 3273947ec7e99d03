"""The history: every request and part in order, and what it did to the store."""

from __future__ import annotations

import json
from contextlib import closing, contextmanager
from http.client import HTTPConnection
from typing import TYPE_CHECKING, Any

import pytest

from reconciler.emulator import Settings, start
from reconciler.emulator.clock import SystemClock
from reconciler.emulator.faults import Fault, Faults, On
from reconciler.emulator.history import SILENT, History
from reconciler.errors import Failure

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from reconciler.emulator import Running

ONE = "/v1.0/security/incidents/1"


@contextmanager
def remembering(tmp_path: Path, **more: Any) -> Iterator[Running]:
    seed = tmp_path / "seed.json"
    objects = {
        "incidents": [{"id": "1"}],
        "alerts_v2": [{"id": "a1", "incidentId": "1"}],
        "incidentTasks": [{"id": "t1", "actionType": "isolateDevice"}],
        "alerts": [{"id": "l1", "vendorInformation": {"provider": "MCAS", "vendor": "M"}}],
    }
    seed.write_text(json.dumps(objects))
    running = start(Settings(store=tmp_path / "store.db", seed=seed, **more))
    try:
        yield running
    finally:
        running.close()


def ask(running: Running, method: str, path: str, body: object = None, token: str = "a") -> int:
    with closing(HTTPConnection(running.url.removeprefix("http://"), timeout=10)) as connection:
        headers = {"Authorization": f"Bearer {token}", "User-Agent": "test/1"}
        content = body if isinstance(body, str) else None if body is None else json.dumps(body)
        connection.request(method, path, content, {**headers, "Content-Type": "application/json"})
        answer = connection.getresponse()
        answer.read()
        return answer.status


def test_a_read_is_kept_with_who_asked_and_when(tmp_path: Path) -> None:
    with remembering(tmp_path, keeps_history=True) as running:
        ask(running, "GET", f"{ONE}?$select=status")
    (entry,) = running.history()
    assert (entry.number, entry.effect, entry.answered) == (1, 2, 3)
    assert (entry.asked.method, entry.asked.target) == ("GET", f"{ONE}?$select=status")
    assert (entry.asked.agent, entry.asked.token) == ("test/1", 1)
    assert entry.asked.port > 0
    assert entry.answered_at is not None
    assert entry.answered_at >= entry.received_at
    assert (entry.status, entry.body, entry.changes) == (200, None, ())


def test_a_write_is_kept_with_what_it_changed_on_both_sides(tmp_path: Path) -> None:
    with remembering(tmp_path, keeps_history=True) as running:
        ask(running, "PATCH", ONE, {"status": "resolved"})
    (entry,) = running.history()
    assert entry.body == {"status": "resolved"}
    own, spilt = entry.changes
    assert (own.collection, own.id, own.before["status"]) == ("incidents", "1", "active")
    assert own.after["status"] == "resolved"
    assert own.before.keys() == own.after.keys()
    assert "displayName" not in own.after
    assert (spilt.collection, spilt.id, spilt.after["status"]) == ("alerts_v2", "a1", "resolved")


def test_every_way_to_write_is_kept(tmp_path: Path) -> None:
    legacy = {"id": "l1", "status": "resolved", "vendorInformation": {"provider": "MCAS"}}
    legacy["vendorInformation"] = {"provider": "MCAS", "vendor": "M"}
    with remembering(tmp_path, keeps_history=True) as running:
        ask(running, "POST", f"{ONE}/comments", {"comment": "x"})
        ask(running, "POST", "/beta/security/incidentTasks/t1/executeResponseAction")
        ask(running, "POST", "/beta/security/alerts/updateAlerts", {"value": [legacy]})
    changed = [[moved.id for moved in entry.changes] for entry in running.history()]
    assert changed == [["1"], ["t1"], ["l1"]]


def test_a_write_that_is_refused_changed_nothing(tmp_path: Path) -> None:
    with remembering(tmp_path, keeps_history=True) as running:
        assert ask(running, "PATCH", ONE, {"status": "wrong"}) == 400
        assert ask(running, "PATCH", ONE, "{") == 400
    assert [(entry.effect, entry.changes) for entry in running.history()] == [(None, ())] * 2
    assert [entry.body for entry in running.history()] == [{"status": "wrong"}, None]


def test_parts_are_entries_of_their_own_behind_their_envelope(tmp_path: Path) -> None:
    parts = [
        {"id": "1", "method": "GET", "url": "/security/incidents/1"},
        {"id": "2", "method": "GET", "url": "/security/incidents/9"},
    ]
    with remembering(tmp_path, keeps_history=True) as running:
        ask(running, "POST", "/v1.0/$batch", {"requests": parts})
    envelope, *told = running.history()
    assert (envelope.asked.target, envelope.asked.envelope) == ("/v1.0/$batch", None)
    assert [(one.asked.target, one.status) for one in told] == [
        ("/v1.0/security/incidents/1", 200),
        ("/v1.0/security/incidents/9", 404),
    ]
    assert {one.asked.envelope for one in told} == {envelope.number}
    assert {one.asked.port for one in told} == {envelope.asked.port}
    assert max(one.answered or 0 for one in told) < (envelope.answered or 0)


def test_tokens_are_numbered_and_never_kept(tmp_path: Path) -> None:
    path = tmp_path / "history.jsonl"
    with remembering(tmp_path, keeps_history=True, history=path) as running:
        for token in ("canary-a", "canary-b", "canary-a"):
            ask(running, "GET", ONE, token=token)
    assert [entry.asked.token for entry in running.history()] == [1, 2, 1]
    assert "canary" not in path.read_text()


def test_a_fault_is_named_and_no_answer_has_no_status(tmp_path: Path) -> None:
    faults = Faults(1, (Fault("reset", on=On(method="GET")), Fault("status", status=423)))
    with remembering(tmp_path, keeps_history=True, faults=faults) as running:
        with pytest.raises(ConnectionResetError):
            ask(running, "GET", ONE)
        ask(running, "PATCH", ONE, {"status": "resolved"})
    assert [(entry.fault, entry.status, entry.effect) for entry in running.history()] == [
        ("reset", None, None),
        ("status", 423, None),
    ]


def test_the_file_holds_what_memory_holds_and_is_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "history.jsonl"
    with remembering(tmp_path, keeps_history=True, history=path) as running:
        ask(running, "PATCH", ONE, {"status": "resolved"})
        ask(running, "GET", ONE)
    rows = [json.loads(line) for line in path.read_text().splitlines()]
    assert [row["number"] for row in rows] == [entry.number for entry in running.history()]
    assert rows[0]["changes"][0]["after"]["status"] == "resolved"
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_history_that_is_off_keeps_nothing(tmp_path: Path) -> None:
    with remembering(tmp_path) as running:
        ask(running, "GET", ONE)
        assert running.history() == ()
    assert History(SystemClock()).begin("GET", ONE, {}) is SILENT


def test_a_history_that_cannot_be_written_is_a_failure(tmp_path: Path) -> None:
    with (
        pytest.raises(Failure, match="cannot be written: No such file"),
        remembering(tmp_path, history=tmp_path / "nowhere" / "history.jsonl"),
    ):
        pass


def test_what_ends_after_the_emulator_was_closed_is_not_written(tmp_path: Path) -> None:
    path = tmp_path / "history.jsonl"
    history = History(SystemClock(), path=path)
    note = history.begin("GET", ONE, {})
    history.close()
    note.end(None)
    assert path.read_text() == ""
