"""The other commands, and what the main ones say when something is wrong, as a user meets it."""

from __future__ import annotations

import json
import os
import shutil
import signal
import threading
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from reconciler.cli.door import Door, SystemClock
from reconciler.cli.main import main
from reconciler.emulator import Settings, start
from reconciler.kinds import KINDS
from reconciler.store.lock import locked
from tests.support.cli import Shell, Terminal

if TYPE_CHECKING:
    from collections.abc import Iterator

CONFIG = """\
apiVersion: reconciler/v1
kind: Config
defaultTenant: demo
tenants:
  demo: {cloud: emulator, desired: desired/demo, kinds: {IncidentTask: true}}
  contoso:
    cloud: global
    tenantId: 11111111-1111-1111-1111-111111111111
    credential: static-token
    desired: desired/contoso
"""
GOOD = """\
apiVersion: reconciler/v1
kind: Incident
metadata: {id: "2972395"}
spec: {status: inProgress}
"""
OLD_NAME = """\
apiVersion: reconciler/v1
kind: Incident
metadata: {id: "3001"}
spec: {classification: truePositive, determination: compromisedUser}
"""
LEGACY = """\
apiVersion: reconciler/v1
kind: LegacyAlert
metadata: {id: b0bbdb17-d9d7-4d3a-b0b3-3a9a4a2c8a55}
spec: {status: resolved}
"""


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    (tmp_path / "reconciler.yaml").write_text(CONFIG)
    for name in ("demo", "contoso"):
        (tmp_path / "desired" / name).mkdir(parents=True)
    (tmp_path / "desired/demo/good.yaml").write_text(GOOD)
    (tmp_path / "desired/contoso/good.yaml").write_text(GOOD)
    return Shell(tmp_path, {"RECONCILER_TOKEN": "canary-token-7f3a"})


@pytest.fixture
def graph(tmp_path: Path) -> Iterator[str]:
    running = start(Settings(tmp_path / "graph.sqlite3"))
    yield running.url
    running.close()


def test_validate_checks_every_tenant_unless_one_is_named(shell: Shell) -> None:
    (shell.cwd / "desired/contoso/bad.yaml").write_text("kind: Nothing\n")
    assert shell.run("validate") == 3
    assert "desired/contoso/bad.yaml:1:" in shell.out
    assert shell.run("validate", "--tenant", "demo") == 0
    assert shell.out == "No errors, no warnings\n1 object in 1 file\n"


def test_validate_finds_the_tenant_of_a_path_by_its_folder(shell: Shell) -> None:
    for path in ("desired/demo/good.yaml", "desired/demo", "desired", "."):
        assert shell.run("validate", path) == 0, shell.out
    inner = Shell(shell.cwd / "desired" / "demo")
    assert inner.run("validate", "good.yaml", "good.yaml") == 0
    assert "1 object in 1 file" in inner.out


def test_validate_refuses_a_path_of_no_tenant(shell: Shell) -> None:
    assert shell.run("validate", "/") == 3
    assert "lies in no tenant's 'desired' folder" in shell.out


def test_a_path_that_is_not_there_hides_no_error_of_the_others(shell: Shell) -> None:
    (shell.cwd / "desired/demo/bad.yaml").write_text("kind: 1\n")

    assert shell.run("validate", "elsewhere.yaml", "/", "desired/demo/bad.yaml") == 3

    assert "elsewhere.yaml:1:1: there is no such file or folder" in shell.out
    assert "/:1:1: it lies in no tenant's 'desired' folder" in shell.out
    assert "bad.yaml:1:7: kind is the number 1" in shell.out


def test_a_folder_that_is_not_there_hides_no_error_of_another_tenant(shell: Shell) -> None:
    (shell.cwd / "desired/demo/bad.yaml").write_text("kind: 1\n")
    shutil.rmtree(shell.cwd / "desired/contoso")

    assert shell.run("validate") == 3

    assert "desired/contoso:1:1: the folder cannot be read" in shell.out
    assert "bad.yaml:1:7: kind is the number 1" in shell.out


@pytest.mark.parametrize("quoted", ['"2972395"', "'2972395'", '"\\x32972395"'])
def test_validate_of_one_file_knows_what_another_one_declares(shell: Shell, quoted: str) -> None:
    good = (shell.cwd / "desired/demo/good.yaml").read_text()
    (shell.cwd / "desired/demo/other.yaml").write_text(good.replace('"2972395"', quoted))

    assert shell.run("validate", "desired/demo/good.yaml") == 3

    (line,) = [line for line in shell.out.splitlines() if "declared twice" in line]
    assert line.startswith("desired/demo/good.yaml:")
    assert "also at desired/demo/other.yaml:" in line
    assert "objects in 1 file" in shell.out or "object in 1 file" in shell.out


def test_warnings_fail_only_when_strict(shell: Shell) -> None:
    (shell.cwd / "desired/demo/old.yaml").write_text(OLD_NAME)
    assert shell.run("validate") == 0
    assert "warning" in shell.out
    assert "compromisedAccount" in shell.out
    assert shell.run("validate", "--strict", "--format", "json") == 3
    told = json.loads(shell.out)
    assert told["exitCode"] == 3
    assert told["errors"] == []
    assert [(one["path"], one["line"]) for one in told["warnings"]] == [
        ("desired/demo/old.yaml", 4)
    ]


def test_findings_become_annotations_for_github(shell: Shell) -> None:
    (shell.cwd / "desired/demo/bad.yaml").write_text(GOOD.replace("inProgress", "closed"))
    assert shell.run("validate", "--format", "github") == 3
    assert "::error file=desired/demo/bad.yaml,line=4,col=16" in shell.out


def test_a_kind_that_is_off_warns_and_is_skipped_without_a_request(shell: Shell) -> None:
    (shell.cwd / "desired/demo/good.yaml").write_text(LEGACY)
    assert shell.run("validate") == 0
    assert "warning" in shell.out
    assert shell.run("plan", "--format", "json", "--graph-url", "http://127.0.0.1:9") == 0
    (change,) = json.loads(shell.out)["changes"]
    assert (change["action"], change["reason"]) == ("skip", "disabled")


def test_tenants_are_listed_for_people_and_pipelines(shell: Shell) -> None:
    assert shell.run("tenants") == 0
    assert "demo     emulator  desired/demo  (default)" in shell.out
    assert shell.run("tenants", "--format", "json") == 0
    assert [row["name"] for row in json.loads(shell.out)["tenants"]] == ["demo", "contoso"]


@pytest.mark.parametrize(
    ("words", "names", "real"),
    [((), ["demo", "contoso"], ["contoso"]), (("--tenant", "demo"), ["demo"], [])],
)
def test_a_matrix_is_told_the_names_and_which_tenants_are_real(
    shell: Shell, words: tuple[str, ...], names: list[str], real: list[str]
) -> None:
    shell.env["GITHUB_OUTPUT"] = str(shell.cwd / "output")

    assert shell.run("tenants", "--format", "github", *words) == 0

    lines = (shell.cwd / "output").read_text().splitlines()
    told = {line.partition("<<")[0]: lines[at + 1] for at, line in enumerate(lines) if "<<" in line}
    assert (json.loads(told["names"]), json.loads(told["real"])) == (names, real)
    assert told["exit-code"] == "0"


def test_a_tenant_that_is_not_there_is_no_empty_matrix(shell: Shell) -> None:
    assert shell.run("tenants", "--format", "github", "--tenant", "nobody") == 64
    assert "there is no tenant" in shell.out + shell.err


@pytest.mark.parametrize("kind", [*KINDS, "IncidentSet", "Config", "Plan", "Result"])
def test_a_schema_is_printed_for_each_kind_and_file(shell: Shell, kind: str) -> None:
    assert shell.run("schema", "--kind", kind) == 0
    assert "$schema" in json.loads(shell.out)


def test_the_schema_of_documents_is_what_the_repository_holds(shell: Shell) -> None:
    assert shell.run("schema") == 0
    committed = Path(__file__).parents[2] / "schemas" / "document.schema.json"
    assert shell.out == committed.read_text()


def test_an_object_of_another_tenant_stops_the_run(shell: Shell, graph: str) -> None:
    words = ("plan", "--tenant", "contoso", "--graph-url", graph)
    assert shell.run(*words) == 5
    assert "11111111-1111-1111-1111-111111111111" in shell.err
    assert shell.run(*words, "--format", "json") == 5
    assert json.loads(shell.out)["exitCode"] == 5


def test_a_missing_token_says_what_to_do(shell: Shell, graph: str) -> None:
    shell.env.clear()
    assert shell.run("plan", "--tenant", "contoso", "--graph-url", graph) == 1
    assert "RECONCILER_TOKEN" in shell.err


def test_no_output_at_any_level_shows_the_token(shell: Shell, graph: str) -> None:
    config = shell.cwd / "reconciler.yaml"
    config.write_text(CONFIG.replace("desired/demo,", "desired/demo, credential: static-token,"))
    for words in (("plan", "--out", "p.json"), ("apply", "p.json")):
        assert shell.run(*words, "--log-level", "debug", "--graph-url", graph) == 0
        assert "debug: reconciler.net.client: POST /v1.0/$batch 200" in shell.err
        assert "canary" not in shell.out + shell.err
    assert "canary" not in (shell.cwd / "p.json").read_text()


def test_a_real_tenant_wants_its_name_typed_and_says_whose_identity_writes(
    shell: Shell, graph: str
) -> None:
    config = shell.cwd / "reconciler.yaml"
    published = "b3c1b5fc-828c-45fa-a1e1-10d74f6d6e9c"
    config.write_text(CONFIG.replace("11111111-1111-1111-1111-111111111111", published))
    words = ("apply", "--tenant", "contoso", "--graph-url", graph)
    assert shell.run(*words, answer="yes\n") == 1
    assert shell.run(*words, answer="contoso\n") == 0
    assert "the reader's identity writes" in shell.err


def test_a_plan_of_another_tenant_is_refused(shell: Shell) -> None:
    assert shell.run("plan", "--out", "p.json") == 0
    assert shell.run("apply", "p.json", "--tenant", "contoso") == 5
    config = shell.cwd / "reconciler.yaml"
    config.write_text(
        CONFIG.replace(
            "demo: {cloud", "demo: {tenantId: 11111111-1111-1111-1111-111111111112, cloud"
        )
    )
    assert shell.run("apply", "p.json") == 5


def test_a_plan_is_shown_in_each_format(shell: Shell) -> None:
    assert shell.run("plan", "--out", "p.json") == 0
    assert "saved as p.json; to write exactly this: reconciler apply p.json" in shell.err
    plain = shell.out
    assert shell.run("show", "p.json") == 0
    assert shell.out == plain
    assert shell.run("show", "p.json", "--format", "json") == 0
    assert shell.out == (shell.cwd / "p.json").read_text()
    assert shell.run("apply", "p.json", "--format", "markdown") == 0
    assert "2972395" in shell.out
    assert shell.run("show", "p.json", "--format", "text", terminal=True) == 0
    assert "\x1b[" in shell.out


def test_the_emulator_serves_until_it_is_interrupted(tmp_path: Path) -> None:
    stdout = Terminal()

    def use() -> None:
        while not stdout.getvalue():
            threading.Event().wait(0.01)
        url = stdout.getvalue().strip()
        request = urllib.request.Request(
            f"{url}/v1.0/security/incidents/2972395", headers={"Authorization": "Bearer x"}
        )
        with urllib.request.urlopen(request) as answer:
            answers.append(json.load(answer)["id"])
        os.kill(os.getpid(), signal.SIGINT)

    answers: list[str] = []
    user = threading.Thread(target=use)
    user.start()
    door = Door(Terminal(), stdout, Terminal(), {}, tmp_path, SystemClock())
    assert main(["emulator", "--fresh"], door) == 0
    user.join()
    assert answers == ["2972395"]
    assert urlsplit(stdout.getvalue()).hostname == "127.0.0.1"
    assert (tmp_path / ".reconciler/emulator/emulator.sqlite3").exists()


def test_the_emulator_of_a_tenant_that_does_not_exist_is_wrong_usage(shell: Shell) -> None:
    assert shell.run("emulator", "--tenant", "nobody") == 64
    assert Shell(shell.cwd / "desired").run("emulator", "--config", "nowhere.yaml") == 3


def test_a_bad_seed_file_says_so(shell: Shell) -> None:
    (shell.cwd / "seed.json").write_text("[")
    assert shell.run("emulator", "--seed", "seed.json", "--store", "s.sqlite3") == 3
    assert "seed.json" in shell.err


def test_the_same_tenant_behind_another_graph_url_is_not_held_up(shell: Shell, graph: str) -> None:
    published = "b3c1b5fc-828c-45fa-a1e1-10d74f6d6e9c"
    config = shell.cwd / "reconciler.yaml"
    config.write_text(CONFIG.replace("11111111-1111-1111-1111-111111111111", published))
    shell.env["XDG_STATE_HOME"] = str(shell.cwd)
    words = ("apply", "--tenant", "contoso", "--graph-url", graph, "--auto-approve")
    folder, other = shell.cwd / "reconciler", shell.cwd / "copy" / ".reconciler"
    folder.mkdir()
    other.mkdir(parents=True)
    with locked(other, f"{published}-{urlsplit(graph).netloc.replace(':', '_')}", home=folder):
        assert shell.run(*words) == 1
        assert "is applying to tenant" in shell.err
    with locked(folder, published), locked(folder, f"{published}-127.0.0.1_9"):
        assert shell.run(*words) == 0
