"""``drift``: what moved on the live side, in three formats, and nothing is ever written."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.support.soc import Soc, soc

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def world(tmp_path: Path) -> Iterator[Soc]:
    """1: drift, kept · 2: in sync · 3: drift that is enforced · 4: a conflict."""
    with soc(tmp_path) as found:
        for object_id in ("1", "2", "4"):
            found.declare(object_id, "status: inProgress")
        found.declare("3", "status: inProgress", "status: enforce")
        found.apply()
        yield found


@pytest.fixture
def moved(world: Soc) -> Soc:
    for who, object_id in (("kai", "1"), ("lee", "3"), ("ana", "4")):
        world.portal(who, object_id, status="resolved")
    world.declare("4", "status: active")
    return world


def test_nothing_that_moved_is_said_and_exits_0(world: Soc) -> None:
    assert world.run("drift", "--detailed-exitcode") == 0
    assert "Nothing moved on the live side" in world.shell.out


def test_what_moved_is_told_with_who_did_it_and_what_becomes_of_it(moved: Soc) -> None:
    assert moved.run("drift") == 0
    said = moved.shell.out
    assert "3 fields of 3 objects moved on the live side, 1 in conflict" in said
    assert all(f"API-App:{who}" in said for who in ("kai", "lee", "ana"))
    assert said.index("Incident 4") < said.index("Incident 3") < said.index("Incident 1")
    assert "Incident 2" not in said


@pytest.mark.parametrize("form", ["text", "json", "markdown"])
def test_drift_exits_2_only_when_asked_to(moved: Soc, form: str) -> None:
    assert moved.run("drift", "--format", form) == 0
    plain = moved.shell.out
    assert moved.run("drift", "--format", form, "--detailed-exitcode") == 2
    assert "inProgress" in plain


def test_json_holds_what_moved_and_nothing_to_apply(moved: Soc) -> None:
    moved.run("drift", "--format", "json")
    document = json.loads(moved.shell.out)

    assert (document["summary"]["drift"], document["summary"]["conflict"]) == (2, 1)
    assert [one["id"] for one in document["changes"]] == ["1", "3", "4"]
    kept = {one["id"]: one["kept"] for one in document["changes"]}
    assert kept["1"] == [
        {
            "name": "status",
            "base": "inProgress",
            "declared": "inProgress",
            "live": "resolved",
            "cause": "drift",
        }
    ]
    assert not {"digest", "seal", "objections"} & document.keys()
    assert all("request" not in one for one in document["changes"])


def test_markdown_is_a_table_that_a_pull_request_can_show(moved: Soc) -> None:
    assert moved.run("drift", "--format", "markdown") == 0
    assert moved.shell.out.startswith("#")
    assert "| Object | Severity | What moved |" in moved.shell.out
    assert "<code>API-App&#58;kai</code>" in moved.shell.out


def test_a_change_that_only_the_author_made_is_no_drift(world: Soc) -> None:
    world.declare("1", "status: resolved")
    assert world.run("plan", "--detailed-exitcode") == 2
    assert world.run("drift", "--detailed-exitcode") == 0


def test_a_selection_narrows_what_is_looked_at(moved: Soc) -> None:
    assert moved.run("drift", "--select", "id=2", "--detailed-exitcode") == 0
    assert moved.run("drift", "--select", "id=1", "--detailed-exitcode") == 2


@pytest.mark.parametrize("form", ["text", "json", "markdown", "html", "github"])
@pytest.mark.parametrize("words", [(), ("--detailed-exitcode",)], ids=["plain", "detailed"])
def test_without_a_base_nothing_can_be_told_and_that_is_an_error(
    world: Soc, form: str, words: tuple[str, ...]
) -> None:
    world.portal("kai", "1", status="resolved")

    assert world.run("drift", "--base", "none", "--format", form, *words) == 1

    assert "without a base drift cannot tell" in world.shell.err
    if form == "json":
        assert "--base none" in json.loads(world.shell.out)["notices"][0]
    else:
        assert "what moved cannot be told" in world.shell.out
    if form == "github":
        assert "\n::error" in world.shell.out


def test_a_commit_at_which_nothing_was_declared_is_no_base_of_a_green_check(world: Soc) -> None:
    world.git("rm", "-r", "--quiet", "--cached", "--ignore-unmatch", "desired")
    world.git("commit", "--quiet", "--allow-empty", "--message", "nothing yet")
    before = world.git("rev-parse", "HEAD").strip()
    world.portal("kai", "1", status="resolved")

    assert world.run("drift", "--base", before, "--detailed-exitcode") == 1

    assert "what moved cannot be told" in world.shell.out
    assert f"At commit {before[:12]} nothing is declared" in world.shell.out


def test_a_first_run_and_a_folder_outside_git_are_no_green_check(tmp_path: Path) -> None:
    for name, in_git in (("first", True), ("outside", False)):
        with soc(tmp_path / name, in_git=in_git) as found:
            found.declare("1", "status: inProgress")
            assert found.run("drift", "--detailed-exitcode") == 1


@pytest.mark.parametrize("form", ["text", "json", "markdown"])
def test_what_was_merged_is_told_and_is_no_drift_of_fields(world: Soc, form: str) -> None:
    world.merge("1", "5")

    assert world.run("drift", "--format", form, "--detailed-exitcode") == 0

    assert "redirected" in world.shell.out
    assert "Nothing moved" not in world.shell.out
    if form != "json":
        assert "1 merged" in world.shell.out
        assert "Merged or gone" in world.shell.out


def test_drift_against_a_commit_of_the_documents(world: Soc) -> None:
    world.commit()
    world.portal("kai", "1", status="active")
    assert world.run("drift", "--base", "HEAD", "--detailed-exitcode") == 2


def test_a_tenant_that_cannot_be_read_is_an_error_and_no_drift(moved: Soc) -> None:
    moved.proxy.refuses = 403
    assert moved.run("drift", "--detailed-exitcode") == 1
    assert "Unknown (4)" in moved.shell.out


def test_drift_never_writes_and_saves_nothing(moved: Soc) -> None:
    before = len(moved.writes())
    tree = moved.applied()
    moved.run("drift")
    assert (len(moved.writes()), moved.applied()) == (before, tree)


def test_a_drift_of_nobody_in_a_wrong_format_is_wrong_usage(world: Soc) -> None:
    assert world.run("drift", "--format", "sarif") == 64
    assert world.run("drift", "--allow", "driftOverwrites=1") == 64
