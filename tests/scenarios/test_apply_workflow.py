"""After the merge, where it is not the good case: who is asked, what is refused, and what is on record."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

from tests.support.rehearsal import TAGS, soc

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.rehearsal import Soc
    from tests.support.runner import Run

pytestmark = pytest.mark.rehearsal

PLAN, APPLY, RECORD = (f"tenant (contoso) / {job}" for job in ("plan", "apply", "record"))
CLOSING: Final = "{status: resolved, classification: falsePositive, determination: notMalicious}"


@pytest.fixture
def team(tmp_path: Path) -> Iterator[Soc]:
    with soc(tmp_path) as found:
        found.hub.protect("contoso", "mona")
        yield found


@pytest.fixture
def branch_team(tmp_path: Path) -> Iterator[Soc]:
    """Where the review of the protected branch is the approval."""
    with soc(tmp_path, approval="branch") as found:
        found.hub.branches["main"] = True
        found.hub.protect("contoso")
        yield found


def change(team: Soc, *ids: str, spec: str = TAGS % "reviewed") -> dict[str, str | Path]:
    files: dict[str, str | Path] = {}
    for object_id in ids:
        files |= team.declare(object_id, spec)
    return files


def merged(team: Soc, *ids: str, spec: str = TAGS % "reviewed") -> str:
    """Of a pull request that has no plan on it: the environment's reviewers see the new one."""
    return team.merge(team.propose(change(team, *ids, spec=spec)))


def reviewed(team: Soc, *ids: str, spec: str = TAGS % "reviewed") -> str:
    number, _ = team.open(change(team, *ids, spec=spec))
    team.hub.review(number, "mona")
    return team.merge(number)


def test_an_environment_that_asks_nobody_is_refused_before_anybody_becomes_anyone(
    team: Soc,
) -> None:
    sha = merged(team, "3279")
    team.hub.protect("contoso")

    run = team.apply(sha)

    assert run.jobs[PLAN].failed == ["Ask who approves"], run.log
    assert (run.jobs[APPLY].result, run.jobs[RECORD].result) == ("skipped", "skipped")
    assert "has no required reviewers" in run.log
    assert (team.written(), team.applied(), team.entra.asked) == ([], "", [])

    team.hub.environments.clear()
    run = team.apply(sha)

    assert run.jobs[PLAN].failed == ["Ask who approves"], run.log
    assert team.hub.environments == {}, "a job that names it would have made it"


def test_reviewers_who_say_no_are_heard(team: Soc) -> None:
    team.runner.approve = lambda _environment, _run: False

    run = team.apply(merged(team, "3279"))

    assert run.jobs[APPLY].result == "failure"
    assert (team.written(), team.applied()) == ([], "")


def test_a_plan_file_that_changed_between_the_jobs_is_not_applied(team: Soc) -> None:
    def mallory(_environment: str, run: Run) -> bool:
        plan = team.runner.artifacts[run.id, "plan-contoso"] / "plan.json"
        plan.write_bytes(plan.read_bytes() + b" ")
        return True

    team.runner.approve = mallory
    run = team.apply(merged(team, "3279"))

    assert run.jobs[APPLY].failed == ["Check that it is the planned file"]
    assert (team.written(), team.applied()) == ([], "")


def test_what_was_written_is_pushed_though_not_all_of_it_was(team: Soc) -> None:
    """Kai moves one object while the reviewers think: it is left alone (6), the other is on record."""

    def mona(_environment: str, _run: Run) -> bool:
        team.portal("3280", customTags=["kai-was-here"])
        return True

    team.runner.approve = mona
    run = team.apply(merged(team, "3279", "3280"))

    assert run.jobs[APPLY].failed == ["Apply"], run.log
    assert team.written() == ["3279"]
    assert team.live("3280")["customTags"] == ["kai-was-here"]
    assert team.applied()
    assert ("Push what was applied", "success") in run.jobs[APPLY].steps
    assert (run.id, "journal-contoso-1") in team.runner.artifacts


def test_a_guard_is_lifted_by_hand_for_a_plan_that_somebody_approves(team: Soc) -> None:
    sha = merged(team, "3279", spec=CLOSING)
    team.runner.approve = lambda _environment, _run: pytest.fail("asked for nothing")
    run = team.apply(sha)
    assert run.jobs[PLAN].failed == ["Stop where a guard objects"], run.log
    assert (run.jobs[APPLY].result, team.written()) == ("skipped", [])

    team.runner.approve = lambda _environment, _run: True
    lifted = team.apply_by_hand(tenant="contoso", allow="closures=1 reopenings=0")

    assert lifted.jobs[APPLY].result == "success", lifted.log
    assert team.live("3279")["status"] == "resolved"


def test_what_is_typed_by_hand_is_guards_of_one_tenant_or_wrong(team: Soc) -> None:
    merged(team, "3279", spec=CLOSING)

    for allow in ("closures=1 --base=none", "$(touch ran)", "*", "--auto-approve"):
        run = team.apply_by_hand(tenant="contoso", allow=allow)
        assert run.jobs[PLAN].failed == ["Plan"], run.log
        assert "--allow" in run.log

    run = team.apply_by_hand(allow="closures=1")
    assert run.jobs["tenants"].failed == ["Lift guards for one tenant only"]
    assert team.apply_by_hand(tenant="fabrikam").jobs["tenants"].failed == ["List tenants"]
    assert (team.written(), team.entra.asked) == ([], [])


def test_a_real_tenants_plans_are_not_made_in_a_public_repository(team: Soc) -> None:
    sha = merged(team, "3279")
    team.hub.visibility = "public"

    run = team.apply(sha)

    assert run.jobs["tenants"].failed == ["Keep real tenants out of a public repository"]
    assert not any(of_run == run.id for of_run, _ in team.runner.artifacts)


def test_the_review_of_the_branch_is_the_approval_of_what_it_was_shown(branch_team: Soc) -> None:
    team = branch_team

    run = team.apply(reviewed(team, "3279"))

    assert run.jobs[APPLY].result == "success", run.log
    assert team.written() == ["3279"]


def test_what_moved_after_the_review_of_the_branch_is_not_written_over(branch_team: Soc) -> None:
    team = branch_team
    sha = reviewed(team, "3279", "3280")
    team.portal("3280", customTags=["kai-was-here"])

    run = team.apply(sha)

    assert run.jobs[APPLY].failed == ["Apply"], run.log
    assert "3280" in run.jobs[PLAN].summary
    assert (team.written(), team.applied()) == ([], "")


def test_guards_are_not_lifted_where_nobody_approves_the_plan_itself(branch_team: Soc) -> None:
    team = branch_team
    reviewed(team, "3279", spec=CLOSING)

    run = team.apply_by_hand(tenant="contoso", allow="closures=1")

    assert run.jobs[PLAN].failed == ["Lift guards only where somebody approves this plan"], run.log
    assert team.written() == []


def test_another_reviewed_plan_than_the_one_that_was_shown_is_not_taken(branch_team: Soc) -> None:
    team = branch_team
    sha = reviewed(team, "3279")
    (shown,) = (folder for (_, name), folder in team.runner.artifacts.items() if name == "plans")
    (shown / "contoso.json").write_text("{}")

    run = team.apply(sha)

    assert run.jobs[PLAN].failed == ["Check that it is the reviewed file"], run.log
    assert team.written() == []
