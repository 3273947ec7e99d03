"""doctor as a user runs it: the real command, real sockets, nothing secret in any output."""

from __future__ import annotations

import base64
import json
import os
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import TYPE_CHECKING

import pytest

from reconciler.emulator import Settings, start
from reconciler.store.lock import locked
from tests.support.cli import Shell
from tests.support.repositories import git
from tests.support.scripted_server import ScriptedServer, reply, serving

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

REF = "refs/reconciler/applied/demo"
DOCUMENT = """\
apiVersion: reconciler/v1
kind: Incident
metadata: {id: "3295"}
spec: {customTags: {present: [in-git]}}
"""
TENANT_ID = "12f988bf-16f1-11af-11ab-1d7cd011db47"
CLAIMS = {"tid": TENANT_ID, "appid": "11111111-aaaa", "exp": 1795000000, "upn": "person-canary"}
TOKEN = f"e30.{base64.urlsafe_b64encode(json.dumps(CLAIMS).encode()).decode()}.signature-canary"
CONFIG = f"""\
apiVersion: reconciler/v1
kind: Config
defaultTenant: demo
tenants:
  demo: {{cloud: emulator, desired: desired/demo}}
  contoso:
    cloud: global
    tenantId: {TENANT_ID}
    clientId: 00000000-0000-0000-0000-000000000001
    credential: static-token
    apply: {{clientId: 00000000-0000-0000-0000-000000000002}}
    desired: desired/contoso
"""


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    (tmp_path / "reconciler.yaml").write_text(CONFIG)
    for name in ("demo", "contoso"):
        (tmp_path / "desired" / name).mkdir(parents=True)
    return Shell(tmp_path, {"RECONCILER_TOKEN": TOKEN, "XDG_STATE_HOME": str(tmp_path / "run")})


@pytest.fixture
def graph(tmp_path: Path) -> Iterator[str]:
    running = start(Settings(tmp_path / "graph.sqlite3"))
    yield running.url
    running.close()


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    with serving() as running:
        yield running


def states(shell: Shell) -> dict[str, str]:
    return {check["name"]: check["state"] for check in json.loads(shell.out)["checks"]}


def check(shell: Shell, name: str) -> dict[str, str]:
    (found,) = [one for one in json.loads(shell.out)["checks"] if one["name"] == name]
    return dict(found)


def test_a_fresh_emulator_has_no_problem(shell: Shell) -> None:
    assert shell.run("doctor") == 0
    assert shell.out.splitlines()[0].startswith(
        "ok       configuration: reconciler.yaml; tenant demo"
    )
    assert "problem" not in shell.out
    assert list((shell.cwd / ".reconciler/journal/demo").iterdir()) == []


def test_a_real_tenant_is_read_with_both_identities(shell: Shell, graph: str) -> None:
    words = ("doctor", "--tenant", "contoso", "--graph-url", graph, "--format", "json")
    assert shell.run(*words) == 0
    told = states(shell)
    assert told["read Incident (reader)"] == told["read Alert (writer)"] == "ok"
    assert told["clock"] == told["quota"] == told["lock"] == told["journal folder"] == "ok"
    assert check(shell, "token (writer)")["found"].startswith(
        f"tenant {TENANT_ID}, application 11111111-aaaa, expires 2026-11-18T"
    )
    assert json.loads(shell.out)["exitCode"] == 0


def test_nothing_secret_is_in_any_output_at_the_highest_level(shell: Shell, graph: str) -> None:
    for words in (("doctor",), ("doctor", "--format", "json"), ("doctor", "--probe", "2972395")):
        line = (*words, "--tenant", "contoso", "--graph-url", graph, "--log-level", "debug")
        shell.run(*line, answer="contoso\n")
        assert "debug: reconciler.net.client: " in shell.err
        for secret in (*TOKEN.split(".")[1:], "canary"):
            assert secret not in shell.out + shell.err


def test_an_invalid_configuration_is_told_and_does_not_hide_the_rest(shell: Shell) -> None:
    config = shell.cwd / "reconciler.yaml"
    config.write_text(CONFIG.replace("cloud: global", "cloud: mars"))
    assert shell.run("doctor", "--format", "json") == 3
    told = json.loads(shell.out)
    assert (told["tenant"], told["exitCode"]) == (None, 3)
    assert [one["name"] for one in told["checks"]] == ["configuration", "libyaml", "version"]
    assert shell.run("doctor") == 3
    assert "mars" in shell.out


def test_a_cloud_that_has_none_of_the_kinds_is_a_problem(shell: Shell, graph: str) -> None:
    config = shell.cwd / "reconciler.yaml"
    config.write_text(CONFIG.replace("cloud: global", "cloud: china"))
    words = ("doctor", "--tenant", "contoso", "--graph-url", graph, "--format", "json")
    assert shell.run(*words) == 1
    problems = [one for one in json.loads(shell.out)["checks"] if one["state"] == "problem"]
    assert [one["found"].partition(" (")[0] for one in problems] == [
        "none of the kinds exists in cloud china"
    ]
    assert "write permission" not in states(shell)


def test_no_token_is_a_finding_and_no_exception(shell: Shell, graph: str) -> None:
    del shell.env["RECONCILER_TOKEN"]
    words = ("doctor", "--tenant", "contoso", "--graph-url", graph, "--format", "json")
    assert shell.run(*words) == 1
    assert "RECONCILER_TOKEN" in check(shell, "token (reader)")["fix"]
    told = states(shell)
    assert told["read Incident (reader)"] == "skipped"
    assert told["lock"] == "ok"


def test_a_dead_network_is_a_finding(shell: Shell) -> None:
    words = (
        "doctor",
        "--tenant",
        "contoso",
        "--graph-url",
        "http://127.0.0.1:9",
        "--format",
        "json",
    )
    assert shell.run(*words) == 1
    told = states(shell)
    assert (told["token (reader)"], told["read Incident (reader)"]) == ("ok", "problem")
    assert (told["read Alert (writer)"], told["version"]) == ("skipped", "ok")


def test_a_forbidden_list_names_the_permission(shell: Shell, server: ScriptedServer) -> None:
    hostile = "\x1b[2J::error::no"
    body = {"error": {"code": "Forbidden", "message": hostile}}
    server.tell(reply(403, body))
    words = ("doctor", "--tenant", "contoso", "--graph-url", server.root)
    assert shell.run(*words) == 1
    assert "lacks SecurityIncident.Read.All" in shell.out
    assert "lacks SecurityAlert.ReadWrite.All" in shell.out.replace("\n         ", " ")
    assert "App registrations" in shell.out
    assert "\x1b" not in shell.out


@pytest.mark.parametrize(("seconds", "state"), [(0, "ok"), (120, "warning"), (400, "problem")])
def test_the_clock_is_held_against_the_date_header(
    shell: Shell, server: ScriptedServer, seconds: int, state: str
) -> None:
    def tell(_asked: object) -> object:
        date = datetime.now(UTC) + timedelta(seconds=seconds)
        return reply(200, {"value": []}, {"Date": format_datetime(date, usegmt=True)})

    server.follow(tell)  # type: ignore[arg-type]
    words = ("doctor", "--tenant", "contoso", "--graph-url", server.root, "--format", "json")
    assert shell.run(*words) == (1 if state == "problem" else 0)
    assert states(shell)["clock"] == state


def test_an_object_of_another_tenant_is_a_problem(shell: Shell, graph: str) -> None:
    config = shell.cwd / "reconciler.yaml"
    config.write_text(CONFIG.replace(TENANT_ID, "22222222-2222-2222-2222-222222222222"))
    words = ("doctor", "--tenant", "contoso", "--graph-url", graph, "--format", "json")
    assert shell.run(*words) == 1
    assert "belongs to another tenant" in check(shell, "read Incident (reader)")["found"]


def test_a_lock_that_is_held_and_a_broken_store_hide_nothing(shell: Shell) -> None:
    with locked(shell.cwd / ".reconciler", "demo"):
        assert shell.run("doctor", "--format", "json") == 1
    assert f"process {os.getpid()} is applying" in check(shell, "lock")["found"]

    store = shell.cwd / ".reconciler/emulator/demo.sqlite3"
    store.write_bytes(b"no store")
    assert shell.run("doctor", "--format", "json") == 1
    told = states(shell)
    assert told["token (reader and writer)"] == "problem"
    assert (told["journal folder"], told["lock"]) == ("ok", "ok")


def test_the_applied_ref_is_tried_out_and_left_as_it_was(shell: Shell) -> None:
    assert shell.run("doctor", "--format", "json") == 0
    told = check(shell, "applied ref")
    assert (told["state"], told["fix"]) == ("warning", "git init")
    assert told["found"].startswith("outside git nothing that was applied is kept: ")

    git(shell.cwd, "init", "--quiet")
    (shell.cwd / "desired/demo/a.yaml").write_text(DOCUMENT)
    assert shell.run("doctor") == 0
    assert f"ok       applied ref: {REF} can be made: the first apply does\n" in shell.out

    assert shell.run("apply", "--auto-approve") == 0
    commit = git(shell.cwd, "rev-parse", REF)
    assert shell.run("doctor", "--format", "json") == 0
    assert check(shell, "applied ref") == {
        "name": "applied ref",
        "state": "ok",
        "found": f"{REF} can be moved; at {commit[:12]}, 1 object",
        "fix": None,
    }
    assert git(shell.cwd, "rev-parse", REF) == commit


def test_an_applied_tree_that_cannot_be_used_hides_nothing(shell: Shell) -> None:
    git(shell.cwd, "init", "--quiet")
    broken = shell.cwd / ".git" / REF
    broken.parent.mkdir(parents=True)
    broken.write_text("garbage\n")

    assert shell.run("doctor", "--format", "json") == 1
    told = check(shell, "applied ref")
    assert (told["state"], told["found"].partition(";")[0]) == ("problem", f"{REF} is broken")
    assert "git fetch" in told["fix"]
    assert states(shell)["version"] == "ok"


def test_an_unknown_tenant_and_a_needless_approval_are_wrong_usage(shell: Shell) -> None:
    assert shell.run("doctor", "--tenant", "nobody") == 64
    assert shell.run("doctor", "--auto-approve") == 64
