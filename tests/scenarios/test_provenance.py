"""'Documents at commit X' is said of the commit's own bytes only."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.cli import Shell
from tests.support.loopback_github import github
from tests.support.soc import Soc, soc

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


@pytest.fixture
def world(tmp_path: Path) -> Iterator[Soc]:
    with soc(tmp_path) as found:
        found.declare("1", "status: inProgress")
        found.commit()
        yield found


def ignore(world: Soc) -> None:
    (world.root / ".git/info/exclude").write_text("desired/2.yaml\n")
    world.declare("2", "status: resolved")


def skip_worktree(world: Soc) -> None:
    world.git("update-index", "--skip-worktree", "desired/1.yaml")
    world.declare("1", "status: resolved")


def leave_out(world: Soc) -> None:
    world.declare("2", "status: resolved")
    world.commit()
    world.git("update-index", "--skip-worktree", "desired/2.yaml")
    (world.root / "desired/2.yaml").unlink()


@pytest.mark.parametrize("hide", [ignore, skip_worktree, leave_out])
def test_what_git_status_does_not_tell_makes_a_plan_that_no_comment_takes(
    world: Soc, hide: Callable[[Soc], None]
) -> None:
    assert world.plan("--base", "none")["git"]["dirty"] is False
    hide(world)
    assert world.git("status", "--porcelain") == ""

    plan = world.plan("--base", "none")

    assert plan["git"] == {"commit": world.git("rev-parse", "HEAD").strip(), "dirty": True} | {
        key: plan["git"][key] for key in plan["git"].keys() - {"commit", "dirty"}
    }
    with github() as hub:
        hub.open_pull(plan["git"]["commit"])
        assert Shell(world.root, hub.env).run("comment", "plan.json", "--pr", "1") == 5
        assert hub.bodies(1) == []
    nobody_there = hub.env | {"GITHUB_API_URL": "http://127.0.0.1:9"}
    assert Shell(world.root, nobody_there).run("comment", "plan.json", "--pr", "1") == 5
