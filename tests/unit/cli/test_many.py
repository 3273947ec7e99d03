"""What several tenants may be asked for, and how one answer is made of theirs."""

from __future__ import annotations

import io
import json
from argparse import Namespace
from dataclasses import replace
from pathlib import Path

import pytest

from reconciler.cli import session
from reconciler.cli.commands import doctor
from reconciler.cli.door import Beside, Door
from reconciler.cli.interrupts import Brakes
from reconciler.cli.main import main
from reconciler.errors import Interrupted
from tests.support.cli import Shell

CONFIG = """\
apiVersion: reconciler/v1
kind: Config
defaultTenant: b
tenants:
  b: {cloud: emulator, desired: desired/b}
  a: {cloud: emulator, desired: desired/a}
  bad: {cloud: emulator, desired: desired/bad}
"""


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    (tmp_path / "reconciler.yaml").write_text(CONFIG)
    for name in ("a", "b", "bad"):
        (tmp_path / "desired" / name).mkdir(parents=True)
    (tmp_path / "desired/bad/x.yaml").write_text("kind: Nothing\n")
    return Shell(tmp_path)


@pytest.mark.parametrize(
    ("words", "fragment"),
    [
        (("tenants", "--all-tenants"), "'tenants' takes one tenant"),
        (("revert", "j", "--out", "p", "--tenant", "a", "--tenant", "b"), "takes one tenant"),
        (("plan", "--all-tenants", "--tenant", "a"), "exclude each other"),
        (("plan", "--tenant", "a", "--tenant", "zz"), "there is no tenant 'zz'"),
        (("plan", "--tenant", "y", "--tenant", "bda"), "tenant 'y'; there is no tenant 'bda'; did"),
        (("plan", "--tenant", "", "--tenant", "a"), "there is no tenant ''"),
        (("doctor", "--all-tenants", "--probe", "1"), "--probe is for one tenant's"),
        (("import", "--all-tenants", "--id", "1", "--out", "d"), "--id is one tenant's"),
        (("snapshot", "--all-tenants", "--out", "s.json"), "'snapshot' takes one tenant"),
        (("plan", "--all-tenants", "--out", "p.json"), "--out-dir DIR takes one file a tenant"),
        (("plan", "--all-tenants", "--snapshot", "s.json"), "--snapshot is of one tenant"),
        (("plan", "--all-tenants", "--format", "html"), "--format html is a page of one tenant"),
        (("plan", "--all-tenants", "--graph-url", "http://127.0.0.1:9"), "--graph-url is one"),
        (("apply", "--all-tenants"), "nobody can be asked"),
        (("apply", "p.json", "--all-tenants", "--auto-approve"), "PLAN is one tenant's"),
        (("apply", "--all-tenants", "--auto-approve", "--journal", "j"), "--journal is one"),
        (("apply", "--all-tenants", "--auto-approve", "--expect-digest", "d"), "is one plan's"),
        (("validate", "desired/a", "--all-tenants"), "name paths or tenants"),
        (("plan", "--out", "p.json", "--out-dir", "plans"), "both say where to save"),
    ],
)
def test_what_several_tenants_cannot_be_asked_for_is_64(
    shell: Shell, words: tuple[str, ...], fragment: str
) -> None:
    assert shell.run(*words) == 64
    assert fragment in " ".join(shell.err.split())
    assert shell.out == ""
    assert not (shell.cwd / ".reconciler").exists()


def test_all_that_is_wrong_with_the_words_is_said_at_once(shell: Shell) -> None:
    words = ("--all-tenants", "--journal", "j", "--expect-digest", "d", "--format", "json")
    assert shell.run("apply", *words) == 64
    (error,) = json.loads(shell.out)["errors"]
    for option in ("--journal", "--expect-digest", "--auto-approve"):
        assert option in error["message"]


def test_a_configuration_that_is_wrong_is_said_once(shell: Shell) -> None:
    (shell.cwd / "reconciler.yaml").write_text("kind: Config\n")
    assert shell.run("plan", "--all-tenants") == 3
    assert shell.err.count("apiVersion") == 1


def test_each_has_its_heading_in_the_order_of_the_configuration_and_a_row_at_the_end(
    shell: Shell,
) -> None:
    words = ("--tenant", "bad", "--tenant", "a", "--tenant", "b", "--tenant", "a")
    assert shell.run("validate", *words) == 3
    headings = [line for line in shell.out.splitlines() if line.startswith("== ")]
    assert headings == ["== b ==", "== a ==", "== bad =="]
    names = [line.split()[:2] for line in shell.out.splitlines()[-4:]]
    assert names == [["tenant", "ended"], ["b", "0"], ["a", "0"], ["bad", "3"]]
    assert shell.err == ""


def test_messages_bear_the_name_and_a_tenant_without_a_report_says_so(shell: Shell) -> None:
    assert shell.run("plan", "--tenant", "b", "--tenant", "bad") == 3
    assert "== bad ==\nNo report: the messages say why.\n" in shell.out
    assert "bad: desired/bad/x.yaml:1:7: " in shell.err
    assert all(line.startswith("bad:") for line in shell.err.splitlines())


def test_markdown_has_headings_and_a_table(shell: Shell) -> None:
    assert shell.run("plan", "--all-tenants", "--format", "markdown") == 3
    assert shell.out.startswith("## <code>b</code>\n\n### Plan")
    assert "\n## All tenants\n\n| tenant | ended | update |" in shell.out
    assert shell.out.count("No report") == 1


def test_json_is_one_document_whatever_happened_to_each(shell: Shell) -> None:
    assert shell.run("plan", "--all-tenants", "--format", "json") == 3
    told = json.loads(shell.out)
    assert told["formatVersion"] == "1.0"
    assert told["exitCode"] == 3
    found = [(one["name"], one["exitCode"]) for one in told["tenants"]]
    assert found == [("b", 0), ("a", 0), ("bad", 3)]
    assert told["tenants"][0]["result"]["tenant"]["name"] == "b"
    errors = told["tenants"][2]["result"]["errors"]
    assert {error["path"] for error in errors} == {"desired/bad/x.yaml"}


def test_one_tenant_named_once_is_answered_as_ever(shell: Shell) -> None:
    assert shell.run("--tenant", "a", "plan", "--format", "json") == 0
    assert json.loads(shell.out)["tenant"]["name"] == "a"
    assert shell.run("--tenant", "b", "validate", "--tenant", "a") == 0
    assert "== b ==" in shell.out


def test_plans_are_saved_one_file_a_tenant_in_a_folder_that_is_made(shell: Shell) -> None:
    assert shell.run("plan", "--tenant", "a", "--tenant", "b", "--out-dir", "new/plans") == 0
    assert shell.run("plan", "--tenant", "a", "--out-dir", "new/one") == 0
    found = sorted(path.relative_to(shell.cwd).as_posix() for path in shell.cwd.rglob("new/*/*"))
    assert found == ["new/one/a.json", "new/plans/a.json", "new/plans/b.json"]
    assert shell.run("show", "new/plans/b.json", "--format", "json") == 0
    assert json.loads(shell.out)["tenant"]["name"] == "b"


def test_a_folder_that_cannot_be_made_is_said_before_anything_is_read(shell: Shell) -> None:
    (shell.cwd / "file").write_text("")
    assert shell.run("plan", "--tenant", "a", "--out-dir", "file/plans") == 1
    assert "cannot make the folder" in shell.err
    assert not (shell.cwd / ".reconciler").exists()


def test_a_result_on_a_full_disk_is_an_error_as_ever(shell: Shell) -> None:
    stderr = io.StringIO()
    with Path("/dev/full").open("w") as full:
        door = Door(io.StringIO(), full, stderr, {}, shell.cwd, shell.clock)
        assert main(["validate", "--tenant", "a", "--tenant", "b"], door) == 1
    assert "the result could not be printed" in stderr.getvalue()


def test_a_check_up_that_was_stopped_is_no_diagnosis(shell: Shell) -> None:
    alone = Door(io.StringIO(), io.StringIO(), io.StringIO(), {}, shell.cwd, shell.clock)
    brakes = Brakes()
    brakes.stop.set()
    beside = Beside(session.load_config(Namespace(config=None), alone), brakes)
    options = {"tenant": "a", "graph_url": "http://127.0.0.1:9", "ca_bundle": None}
    with pytest.raises(Interrupted):
        doctor.run(
            Namespace(**options, probe=None, auto_approve=False, format="json"),
            replace(alone, beside=beside),
        )
