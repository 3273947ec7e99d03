"""The last line of a plan is the command that comes next: typed as it stands, it does what was shown."""

from __future__ import annotations

import json
import shlex
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

import pytest

from reconciler.cli.door import SystemClock
from tests.support.cli import Shell

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

DOCUMENT: Final = """\
apiVersion: reconciler/v1
kind: Incident
metadata: {{id: "{}", reason: lab, owner: soc tier2}}
spec: {{status: resolved, classification: falsePositive, determination: notMalicious}}
"""
LOW: Final = ("3134", "3268")
CONFIG: Final = ("--config", "my soc.yaml")


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    """With a blank in the configuration's name, as people have."""
    shell = Shell(tmp_path)
    assert shell.run("init", "--tenant", "demo") == 0
    (tmp_path / "reconciler.yaml").rename(tmp_path / "my soc.yaml")
    for number in LOW:
        path = tmp_path / f"desired/demo/{number}.yaml"
        path.write_text(DOCUMENT.format(number), "utf-8")
    return shell


class Later(SystemClock):
    def now(self) -> datetime:
        return super().now() + timedelta(days=2)


def last_line(shell: Shell) -> Sequence[str]:
    program, *words = shlex.split(shell.out.splitlines()[-1])
    assert program == "reconciler"
    return words


@pytest.mark.parametrize(
    "options",
    [
        (),
        ("--tenant", "demo"),
        ("--select", "owner=soc tier2", "--exclude", "id=3268"),
        ("--base", "none", "--refresh", "--allow", "closures=9"),
        ("--out", "my plan.json"),
        ("--out=-p.json", "--tenant", "demo"),
        ("--out-dir", "plans"),
    ],
)
def test_typing_the_last_line_writes_what_was_shown(shell: Shell, options: Sequence[str]) -> None:
    assert shell.run("plan", *CONFIG, *options, "--allow", "highSeverityClosures=2") == 0, shell.err
    words = last_line(shell)

    assert words[0] == "apply"
    assert shell.run(*words, "--format", "json", answer="yes\n") == 0, shell.err
    done = [one["id"] for one in json.loads(shell.out)["outcomes"]]
    assert done == list(LOW[:1] if "--exclude" in options else LOW)


def test_what_guards_object_to_is_never_offered_to_apply_but_with_what_allows_it(
    shell: Shell,
) -> None:
    text = (shell.cwd / "my soc.yaml").read_text("utf-8")
    (shell.cwd / "my soc.yaml").write_text(f"{text}\nguards: {{maxClosures: 1}}\n", "utf-8")
    high = ("--allow", "highSeverityClosures=2")
    assert shell.run("plan", *CONFIG, "--out", "a plan.json", *high) == 0, shell.err
    assert "reconciler apply" not in (shell.out + shell.err).replace("'reconciler apply' ", "")
    words = last_line(shell)
    assert (words[0], words[-2:]) == ("plan", ["--allow", "closures=2"])

    assert shell.run("show", "a plan.json") == 0
    assert shell.out.endswith("  --allow highSeverityClosures=2 --allow closures=2\n")

    assert shell.run(*words) == 0
    assert shell.run(*last_line(shell)) == 0, shell.err


def test_a_plan_on_a_snapshot_is_to_be_saved_first(shell: Shell) -> None:
    assert shell.run("snapshot", *CONFIG, "--out", "live now.json") == 0
    hint = "reconciler plan --config 'my soc.yaml' --snapshot 'live now.json'\n"
    assert shell.err.endswith(hint)
    assert shell.run("plan", *CONFIG, "--snapshot", "live now.json") == 0
    words = last_line(shell)
    assert words[0] == "plan"

    assert shell.run(*words) == 0
    assert last_line(shell)[:2] == ["apply", "plan.json"]


def test_what_a_reviewed_plan_does_not_cover_is_not_offered(shell: Shell) -> None:
    assert shell.run("plan", *CONFIG, "--select", "id=3134", "--out", "reviewed.json") == 0
    assert shell.run("plan", *CONFIG, "--approved", "reviewed.json") == 0

    assert shell.out.splitlines()[-1].endswith("has to be reviewed first.")


def test_a_plan_that_is_too_old_is_shown_and_not_offered(shell: Shell) -> None:
    assert shell.run("plan", *CONFIG, "--out", "p.json") == 0
    shell.clock = Later()
    assert shell.run("show", "p.json") == 0

    assert "reconciler apply" not in shell.out
    assert "It may be too old" in shell.out


def test_each_of_several_tenants_has_its_own_line(shell: Shell) -> None:
    assert shell.run("plan", *CONFIG, "--all-tenants") == 0

    assert "  reconciler apply --config 'my soc.yaml' --tenant demo\n" in shell.out
