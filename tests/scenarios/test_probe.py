"""doctor --probe with the real command: on the embedded tenant, and on a real one that it stands for."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from reconciler.emulator import Running, Settings, start
from reconciler.emulator.faults import Fault, Faults, On
from tests.support.cli import Shell
from tests.support.recorder import recording

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

TENANT_ID = "b3c1b5fc-828c-45fa-a1e1-10d74f6d6e9c"
CONFIG = f"""\
apiVersion: reconciler/v1
kind: Config
defaultTenant: demo
tenants:
  demo: {{cloud: emulator, desired: desired/demo}}
  contoso:
    cloud: global
    tenantId: {TENANT_ID}
    credential: static-token
    desired: desired/contoso
limits: {{requestsPerMinute: 100000}}
"""
SEED = {
    "incidents": [
        {
            "id": "100",
            "status": "resolved",
            "tenantId": TENANT_ID,
            "displayName": "title-canary",
            "assignedTo": "owner-canary@contoso.com",
            "customTags": ["tag-canary"],
            "classification": "truePositive",
            "determination": "malware",
        },
        {"id": "101", "status": "active", "severity": "high", "tenantId": TENANT_ID},
        {"id": "102", "status": "redirected", "redirectIncidentId": "100", "tenantId": TENANT_ID},
        {"id": "103", "status": "inProgress", "severity": "low", "tenantId": TENANT_ID},
    ],
    "alerts_v2": [
        {"id": "da1", "incidentId": "100", "status": "resolved", "assignedTo": "mona@contoso.com"},
        {"id": "da2", "incidentId": "100", "status": "resolved", "assignedTo": None},
    ],
}
CANARIES = ("title-canary", "owner-canary", "tag-canary", "mona", TENANT_ID, "token-canary", "da1")


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    (tmp_path / "reconciler.yaml").write_text(CONFIG)
    (tmp_path / "seed.json").write_text(json.dumps(SEED))
    for name in ("demo", "contoso"):
        (tmp_path / "desired" / name).mkdir(parents=True)
    env = {"RECONCILER_TOKEN": "token-canary", "XDG_STATE_HOME": str(tmp_path)}
    return Shell(tmp_path, env)


def running(shell: Shell, *faults: Fault) -> Running:
    return start(
        Settings(
            shell.cwd / "graph.sqlite3",
            seed=shell.cwd / "seed.json",
            requests_per_minute=0,
            faults=Faults(1, faults) if faults else None,
            keeps_history=True,
        )
    )


@pytest.fixture
def graph(shell: Shell) -> Iterator[str]:
    started = running(shell)
    yield started.url
    started.close()


VOLATILE = {"lastUpdateDateTime", "lastModifiedBy"}


def stored(shell: Shell) -> dict[str, object]:
    """Every object of the store, but for who moved it last and when."""
    with closing(sqlite3.connect(shell.cwd / "graph.sqlite3")) as store:
        rows = [
            row
            for name in ("incidents", "alerts_v2")
            for row in store.execute(f"SELECT id, body FROM {name}")
        ]
    bodies = {key: json.loads(body) for key, body in rows}
    return {
        key: {name: value for name, value in body.items() if name not in VOLATILE}
        for key, body in bodies.items()
    }


def probe(
    shell: Shell, url: str, *words: str, incident: str = "100", answer: str | None = None
) -> int:
    return shell.run(
        "doctor", "--probe", incident, "--tenant", "demo", "--graph-url", url, *words, answer=answer
    )


def test_the_embedded_tenant_is_as_this_tool_assumes(shell: Shell) -> None:
    assert shell.run("doctor", "--probe", "2972395", "--auto-approve", "--format", "json") == 0
    report = json.loads(shell.out)

    unlike = [one["question"] for one in report["answers"] if one["fits"] is False]
    assert unlike == ["verdict-misfit"]  # the emulator holds no table of pairs
    assert (report["restored"], report["stopped"], report["cloud"]) == (True, None, "emulator")
    assert shell.err == ""


def test_everything_is_put_back_and_nothing_of_the_tenant_is_in_the_report(
    shell: Shell, graph: str
) -> None:
    before = stored(shell)
    assert probe(shell, graph, "--auto-approve", "--format", "json") == 0
    report = json.loads(shell.out)

    assert stored(shell) == before
    assert [name for name in CANARIES if name in shell.out] == []
    answers = {one["question"]: one for one in report["answers"]}
    assert answers["owner-spill-over"]["facts"] == {"alerts": 2, "changed": 2}
    assert answers["enum-old-input"]["found"] == "refused"
    (journal,) = (shell.cwd / ".reconciler/journal/demo/probe").iterdir()
    assert journal.stat().st_mode & 0o777 == 0o600


def test_a_real_tenant_wants_its_name_typed(shell: Shell, graph: str) -> None:
    words = ("doctor", "--probe", "103", "--tenant", "contoso", "--graph-url", graph)
    before = stored(shell)
    assert shell.run(*words, answer="yes\n") == 1
    assert "nothing was written" in shell.err
    assert shell.run(*words) == 64
    with recording(graph) as recorder:
        again = (*words[:-1], recorder.url)
        code = shell.run(*again, "--format", "json", "--log-level", "debug", answer="contoso\n")

    assert code == 0
    assert "debug: reconciler.net.client: POST /v1.0/$batch 200" in shell.err
    assert "token-canary" not in shell.err
    assert "Incident 103" in shell.err
    assert json.loads(shell.out)["cloud"] == "global"
    assert [name for name in CANARIES if name in shell.out] == []
    assert stored(shell) == before
    methods = [sent.method for sent in recorder.requests]
    writes = [place for place, method in enumerate(methods) if method == "PATCH"]
    assert len(writes) > 10
    assert {methods[place - 1] for place in writes} == {"GET"}
    assert [
        body for bodies in recorder.patches.values() for body in bodies if "status" in body
    ] == []


@pytest.mark.parametrize(
    ("incident", "code", "told"),
    [
        ("101", 5, "open and of high severity"),
        ("999", 1, "could not be read"),
        ("../x", 64, "is no id of an incident"),
    ],
)
def test_what_is_not_probed_is_refused_before_anybody_is_asked(
    shell: Shell, graph: str, incident: str, code: int, told: str
) -> None:
    assert probe(shell, graph, incident=incident, answer="yes\n") == code
    assert told in shell.err
    assert "Type 'yes'" not in shell.err
    assert not (shell.cwd / ".reconciler/journal").exists()


def test_an_open_alert_keeps_its_incident_from_being_probed(shell: Shell) -> None:
    seed = json.loads((shell.cwd / "seed.json").read_text())
    seed["alerts_v2"][0]["status"] = "new"
    (shell.cwd / "seed.json").write_text(json.dumps(seed))
    started = running(shell)
    try:
        assert probe(shell, started.url, "--auto-approve") == 5
    finally:
        started.close()
    assert "1 of the 2 alerts" in shell.err


def test_a_merged_incident_is_asked_one_thing(shell: Shell, graph: str) -> None:
    before = stored(shell)
    assert probe(shell, graph, "--auto-approve", "--format", "json", incident="102") == 0
    (answer,) = json.loads(shell.out)["answers"]

    assert (answer["question"], answer["found"]) == ("redirected-patch", "refused")
    assert answer["facts"] == {"status": 409, "code": "Conflict"}
    assert stored(shell) == before


def test_what_could_not_be_put_back_is_told_and_revert_can_undo_it(shell: Shell) -> None:
    writes = On(method="PATCH", part=True)
    started = running(shell, Fault("status", status=403, at=frozenset(range(11, 100)), on=writes))
    try:
        before = stored(shell)
        assert probe(shell, started.url, "--auto-approve", "--format", "json") == 6
        report = json.loads(shell.out)
        assert report["restored"] is False
        assert "PATCH /v1.0/security/incidents/100" in shell.err
        assert (
            '{"customTags":["tag-canary"]}' in shell.err.replace("\n", "")
            or "tag-canary" in shell.err
        )
        assert [name for name in CANARIES if name in shell.out] == []
        assert stored(shell) != before

        started.calm()
        (journal,) = (shell.cwd / ".reconciler/journal/demo/probe").iterdir()
        url = ("--graph-url", started.url)
        allow = ("--allow", "truePositiveReversals=1")
        assert shell.run("revert", str(journal), "--out", "undo.json", *allow, *url) == 0, shell.err
        assert shell.run("apply", "undo.json", *url) == 0, shell.err
        assert stored(shell) == before
    finally:
        started.close()


def test_a_writer_that_may_not_write_is_told_what_it_lacks(shell: Shell) -> None:
    no = Fault("status", status=403, on=On(method="PATCH", part=True), at=frozenset(range(1, 100)))
    started = running(shell, no)
    try:
        assert probe(shell, started.url, "--auto-approve", "--format", "json") == 1
    finally:
        started.close()
    report = json.loads(shell.out)
    said = " ".join(shell.err.split())

    assert (report["stopped"], report["restored"]) == ("the writer may not write", True)
    assert "the writer lacks SecurityIncident.ReadWrite.All" in said
    assert "application SecurityIncident.ReadWrite.All, grant admin consent" in said
    assert report["requests"]["units"] < 12


def test_ctrl_c_ends_the_questions_and_everything_is_put_back(shell: Shell, graph: str) -> None:
    before = stored(shell)
    with recording(graph) as recorder:
        seen = recorder.envelopes

        class Pressing(list[object]):
            def append(self, item: object) -> None:
                super().append(item)
                if len(self) == 12:
                    os.kill(os.getpid(), signal.SIGINT)

        recorder.envelopes = Pressing(seen)  # type: ignore[assignment]
        assert probe(shell, recorder.url, "--auto-approve", "--format", "json") == 130

    report = json.loads(shell.out)
    assert (report["interrupted"], report["stopped"], report["restored"]) == (
        True,
        "interrupted",
        True,
    )
    assert "stopping after" in shell.err
    assert stored(shell) == before


def test_the_report_reads_as_text_too(shell: Shell, graph: str) -> None:
    assert probe(shell, graph, answer="yes\n") == 0
    assert "title-canary" in shell.err  # who is asked has to know what about
    assert "✓ Does a PATCH replace customTags, or merge them?" in shell.out
    assert "Everything that the probe wrote holds what it held before" in shell.out
    assert [name for name in CANARIES if name in shell.out] == []
