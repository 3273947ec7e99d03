"""Guards as a SOC meets them: a plan says what it exceeds, apply refuses it, one option allows it."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest

from reconciler.cli.door import SystemClock
from reconciler.codec.plan import dump
from reconciler.model.live import Unreadable
from reconciler.model.plan import GitState, Selection
from reconciler.settings import Config, Tenant as TenantSettings
from reconciler.stories import plan as planning
from tests.support.cli import Shell
from tests.support.world import Tenant, declare, incident

if TYPE_CHECKING:
    from pathlib import Path

CONFIG = """\
apiVersion: reconciler/v1
kind: Config
tenants:
  demo: {cloud: emulator, desired: desired, guards: {maxClosures: 1}}
guards: {maxClosures: 20, maxUnassignments: 0}
"""
CLOSING = """\
apiVersion: reconciler/v1
kind: IncidentSet
metadata: {name: lab}
members: ["3134", "3268"]
spec: {status: resolved, assignedTo: null}
"""
DEAD = ("--graph-url", "http://127.0.0.1:9")
"""Where nobody answers: a command that sends a request there exits 1."""


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    (tmp_path / "reconciler.yaml").write_text(CONFIG)
    (tmp_path / "desired").mkdir()
    (tmp_path / "desired/lab.yaml").write_text(CLOSING)
    return Shell(tmp_path)


def planned(shell: Shell, *words: str) -> Any:
    assert shell.run("plan", "--out", "plan.json", "--format", "json", *words) == 0
    return json.loads(shell.out)


def closures(shell: Shell) -> int:
    return int(planned(shell)["summary"]["update"])


def test_a_plan_says_what_it_exceeds_and_exits_as_ever(shell: Shell) -> None:
    document = planned(shell)

    assert document["overrides"] == {}
    assert document["objections"][0] == {
        "guard": "closures",
        "limit": 1,
        "count": 2,
        "objects": [{"kind": "Incident", "id": "3134"}, {"kind": "Incident", "id": "3268"}],
        "override": "--allow closures=2",
    }
    assert shell.run("plan", "--detailed-exitcode") == 2
    assert shell.out.index("! closures: 2 of at most 1") < shell.out.index("Risks: ")
    assert shell.run("show", "plan.json", "--format", "markdown") == 0
    assert "**Guards object: 'reconciler apply' refuses this plan (exit 4)**" in shell.out


def test_a_saved_plan_that_guards_object_to_is_refused_before_the_first_request(
    shell: Shell,
) -> None:
    planned(shell)

    assert shell.run("apply", "plan.json", "--format", "json", *DEAD) == 4
    (error,) = json.loads(shell.out)["errors"]
    assert "closures: 2 of at most 1 (objects to close)" in error["message"]
    assert "make the plan again with: --allow closures=2" in error["message"]
    assert closures(shell) == 2


def test_the_question_names_what_would_be_done(shell: Shell) -> None:
    allowed = ("--allow", "closures=2", "--allow", "unassignments=2")
    assert shell.run("apply", *allowed, answer="no\n") == 1

    asked = "\nWrite 2 updates to tenant demo (closes 2, unassigns 1)? Type 'yes': "
    assert asked in shell.err
    assert closures(shell) == 2


def test_guards_object_before_anybody_is_asked(shell: Shell) -> None:
    assert shell.run("apply", answer="yes\n") == 4
    assert "Type 'yes'" not in shell.err
    assert "--allow closures=2" in shell.err
    assert shell.run("apply", "--auto-approve") == 4
    assert closures(shell) == 2


def test_the_printed_options_allow_exactly_this_plan(shell: Shell) -> None:
    digest = planned(shell)["digest"]
    assert shell.run("show", "plan.json") == 0
    printed = re.search(r"make this plan again with:\n((?:  --allow .*\n)+)", shell.out)
    assert printed
    options = printed[1].split()

    allowed = planned(shell, *options)

    assert allowed["objections"] == []
    assert allowed["overrides"]["closures"] == 2
    assert allowed["digest"] != digest
    assert shell.run("show", "plan.json") == 0
    assert "Allowed for this plan: closures=2" in shell.out
    assert shell.run("apply", "plan.json") == 0
    assert closures(shell) == 0


def test_apply_without_a_plan_takes_the_same_options(shell: Shell) -> None:
    options = " ".join(one["override"] for one in planned(shell)["objections"]).split()

    assert shell.run("apply", "--auto-approve", *options) == 0
    assert closures(shell) == 0


def test_a_plan_is_held_to_guards_that_were_tightened_since(shell: Shell) -> None:
    config = shell.cwd / "reconciler.yaml"
    config.write_text(CONFIG.replace("maxClosures: 1}", "maxClosures: 9, maxUnassignments: 9}"))
    assert planned(shell)["objections"] == []

    config.write_text(CONFIG)

    assert shell.run("apply", "plan.json") == 4
    assert "closures: 2 of at most 1" in shell.err


def test_an_empty_folder_is_no_plan_to_apply_unless_it_is_meant(shell: Shell) -> None:
    (shell.cwd / "desired/lab.yaml").unlink()

    assert planned(shell)["objections"] == [
        {"guard": "empty", "limit": 0, "count": 1, "objects": [], "override": "--allow empty=1"}
    ]
    assert shell.run("apply", "plan.json") == 4
    assert "empty: the desired folder declares nothing" in shell.err
    assert planned(shell, "--allow", "empty=1")["objections"] == []
    assert shell.run("apply", "plan.json") == 0


@pytest.mark.parametrize("word", ["closures", "maxClosures=3", "whims=1"])
def test_what_no_guard_is_called_is_wrong_usage(shell: Shell, word: str) -> None:
    assert shell.run("plan", "--allow", word, *DEAD) == 64
    assert "--allow" in shell.err


def test_a_plan_that_could_not_read_everything_is_an_error_first(shell: Shell) -> None:
    world = Tenant()
    refs = [world.add("Incident", incident(str(number))) for number in range(1, 4)]
    world.unreadable = {refs[2]: Unreadable("Graph answered 503")}
    tenant = TenantSettings("demo", "emulator", "desired", kinds=frozenset({"Incident"}))
    plan = planning.run(
        [declare("Incident", ref.id, status="resolved") for ref in refs],
        config=Config(
            "reconciler.yaml", str(shell.cwd), {"demo": tenant}, guards={"maxClosures": 1}
        ),
        tenant=tenant,
        selection=Selection(),
        git=GitState(),
        open_reader=lambda: world,
        clock=SystemClock(),
    )
    (shell.cwd / "plan.json").write_text("".join(dump(plan)))

    assert shell.run("apply", "plan.json", *DEAD) == 1
    assert "guards object to this plan" in shell.err
