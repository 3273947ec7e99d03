"""The drift workflow in rehearsal: one issue a tenant, there while something has moved."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.rehearsal import TAGS, soc
from tests.support.runner import Event

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.rehearsal import Soc

pytestmark = pytest.mark.rehearsal


@pytest.fixture
def team(tmp_path: Path) -> Iterator[Soc]:
    with soc(tmp_path) as found:
        found.hub.protect("contoso", "mona")
        yield found


def issues(team: Soc) -> list[tuple[str, str]]:
    """State and author of each that is no pull request."""
    return [
        (one["state"], one["user"]["login"])
        for one in team.hub.issues.values()
        if "pull_request" not in one
    ]


def test_before_the_first_apply_the_job_is_red_and_says_why(team: Soc) -> None:
    sha = team.merge(team.propose(team.declare("3279", TAGS % "reviewed")))

    early = team.runner.run("drift.yml", Event("schedule", sha))

    assert (early.results(), issues(team)) == ({"drift": "failure"}, []), early.log
    assert "without a base drift cannot tell" in early.log


def test_drift_has_an_issue_until_it_is_gone(team: Soc) -> None:
    sha = team.merge(team.propose(team.declare("3279", TAGS % "reviewed")))
    assert team.apply(sha).jobs["tenant (contoso) / apply"].result == "success"
    before = team.live("3279")["customTags"]
    schedule = Event("schedule", sha)

    calm = team.runner.run("drift.yml", schedule)
    assert (calm.results(), issues(team)) == ({"drift": "success"}, []), calm.log

    team.portal("3279", customTags=[])
    moved = team.runner.run("drift.yml", schedule)
    assert moved.results() == {"drift": "success"}, moved.log
    assert issues(team) == [("open", "github-actions[bot]")]
    assert "3279" in moved.jobs["drift"].summary

    team.portal("3279", customTags=before)
    back = team.runner.run("drift.yml", schedule)
    assert back.results() == {"drift": "success"}, back.log
    assert issues(team) == [("closed", "github-actions[bot]")]
    assert ("ref:refs/heads/main", "reader") in team.identities()
