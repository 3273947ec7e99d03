"""``approval``: who stands for an apply, by the real command over real sockets."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING

import pytest

from reconciler.codec.marker import sealed
from reconciler.codec.plan import digest, load
from tests.support import scripted_server as says
from tests.support.loopback_github import GitHub, github
from tests.support.soc import Soc, soc

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

OTHER, MERGED = "b" * 40, "c" * 40


@dataclass
class Change:
    """Pull request 1 by mo, with its plan on it; ``approval`` is asked by the apply of its merge."""

    soc: Soc
    hub: GitHub
    head: str

    def comment(self) -> None:
        assert self.soc.run("comment", "plan.json", "--pr", "1") == 0, self.soc.shell.err

    def merge(self) -> None:
        self.hub.merge(1, MERGED)

    def approval(self, *words: str) -> int:
        self.hub.requests.clear()
        return self.soc.run("approval", "--environment", "contoso live/1", *words)

    def refusal(self) -> str:
        assert self.approval() == 5
        assert self.soc.shell.out == ""
        return " ".join(self.soc.shell.err.split())

    def reviewed(self) -> dict[str, str]:
        data = (self.soc.root / "plan.json").read_bytes()
        return {
            "run-id": "4711",
            "artifact": "plans",
            "file": "plan.json",
            "digest": digest(load(data)),
            "sha256": sha256(data).hexdigest(),
        }

    @property
    def outputs(self) -> dict[str, str]:
        lines = (self.soc.root / "output").read_text().splitlines()
        pairs = (line.partition("=") for line in lines)
        return {name: value for name, _, value in pairs}


@pytest.fixture
def change(tmp_path: Path) -> Iterator[Change]:
    with soc(tmp_path) as found, github() as hub:
        found.configure(tenant="    approval: branch\n")
        found.declare("1", "status: inProgress")
        head = found.commit()
        found.plan()
        hub.open_pull(head)
        hub.branches["main"] = True
        hub.protect("contoso live/1")
        found.shell.env |= hub.env | {
            "GITHUB_SHA": MERGED,
            "GITHUB_REF_NAME": "main",
            "GITHUB_OUTPUT": "output",
        }
        change = Change(found, hub, head)
        change.comment()
        yield change


@pytest.fixture
def guarded(change: Change) -> Change:
    """The same for a tenant that leaves approval to the environment."""
    change.soc.configure()
    change.hub.protect("contoso live/1", "kai")
    return change


def test_a_reviewed_merge_with_its_plan_is_the_approval(change: Change) -> None:
    change.hub.review(1, "kai")
    change.merge()

    assert change.approval() == 0

    assert change.outputs == {"approval": "branch", "pull": "1", **change.reviewed()}
    assert change.soc.shell.out.startswith("approval: branch\npull: 1\nrun-id: 4711\n")
    assert not any(one.is_write for one in change.hub.requests)


def test_an_equal_plan_of_a_later_push_leaves_the_reviewed_one_named(change: Change) -> None:
    reviewed = change.reviewed()
    head = change.soc.commit()
    change.hub.push(1, head)
    change.soc.plan()
    change.comment()
    change.hub.review(1, "kai")
    change.merge()

    assert change.approval() == 0

    assert change.outputs["sha256"] == reviewed["sha256"]


def test_an_unprotected_branch_is_no_approval(change: Change) -> None:
    change.hub.branches["main"] = False
    change.hub.review(1, "kai")
    change.merge()

    assert "the branch 'main' is not protected" in change.refusal()


def test_a_ruleset_that_asks_for_pull_requests_protects(change: Change) -> None:
    change.hub.branches["main"] = False
    change.hub.rules = [{"type": "deletion"}, {"type": "pull_request"}]
    change.hub.review(1, "kai")
    change.merge()

    assert change.approval() == 0


def test_a_commit_that_no_pull_request_brought_is_refused(change: Change) -> None:
    change.hub.review(1, "kai")
    assert "is not the merge of a pull request into 'main'" in change.refusal()


def test_a_merge_into_another_branch_is_refused(change: Change) -> None:
    change.hub.review(1, "kai")
    change.merge()
    change.hub.pulls[1]["base"]["ref"] = "develop"

    assert "is not the merge of a pull request into 'main'" in change.refusal()


@pytest.mark.parametrize(
    ("who", "access"), [("mo", "admin"), ("stranger", "read"), ("auto[bot]", "write")]
)
def test_only_somebody_else_who_may_write_approves(change: Change, who: str, access: str) -> None:
    change.hub.access[who] = access
    change.hub.review(1, who)
    change.merge()

    assert "nobody but its author approved pull request 1" in change.refusal()


@pytest.mark.parametrize("state", ["COMMENTED", "DISMISSED"])
def test_a_mere_comment_or_a_dismissed_review_is_no_approval(change: Change, state: str) -> None:
    change.hub.review(1, "kai", state)
    change.merge()

    assert "nobody but its author approved" in change.refusal()


def test_a_comment_after_an_approval_takes_nothing_back(change: Change) -> None:
    change.hub.review(1, "kai")
    change.hub.review(1, "kai", "COMMENTED")
    change.merge()

    assert change.approval() == 0


def test_who_still_asks_for_changes_stands_against_it(change: Change) -> None:
    change.hub.review(1, "kai")
    change.hub.review(1, "ana", "CHANGES_REQUESTED")
    change.merge()

    assert "though 'ana' asked for changes" in change.refusal()


def test_an_approval_of_an_earlier_push_does_not_count(change: Change) -> None:
    change.hub.review(1, "kai")
    change.hub.push(1, OTHER)
    change.merge()

    assert "was approved before its last push" in change.refusal()


def test_a_plan_that_changed_after_the_approval_was_not_approved(change: Change) -> None:
    change.hub.review(1, "kai")
    change.soc.portal("lee", "1", customTags=["new"])
    change.soc.declare("2", "status: inProgress")
    change.hub.push(1, change.soc.commit())
    change.soc.plan()
    change.hub.review(1, "kai")
    change.comment()
    change.merge()

    assert "changed after it was approved" in change.refusal()


@pytest.mark.parametrize("at", ["", "soon", "2026-11-20T10:00:00"])
def test_an_approval_without_a_time_came_before_everything(change: Change, at: str) -> None:
    change.hub.review(1, "kai")
    change.hub.reviews[1][0]["submitted_at"] = at
    change.merge()

    assert "changed after it was approved" in change.refusal()


def test_a_commit_that_several_pull_requests_claim_is_refused(change: Change) -> None:
    change.hub.open_pull(OTHER)
    change.hub.merge(2, MERGED)
    change.hub.review(1, "kai")
    change.merge()

    assert "is the merge of several pull requests: 1, 2" in change.refusal()


def test_outside_of_a_job_the_approval_is_printed_only(change: Change) -> None:
    change.hub.review(1, "kai")
    change.merge()
    del change.soc.shell.env["GITHUB_OUTPUT"]

    assert change.approval() == 0

    assert "approval: branch" in change.soc.shell.out


def test_a_pull_request_without_a_plan_of_ours_is_refused(change: Change) -> None:
    (body,) = change.hub.bodies(1)
    change.hub.comments.clear()
    change.hub.write_comment(1, "mallory", body)
    change.hub.review(1, "kai")
    change.merge()

    assert "carries no plan of tenant 'demo'" in change.refusal()


def test_a_plan_that_a_person_edited_is_none(change: Change) -> None:
    (comment,) = change.hub.comments.values()
    comment["body"] = comment["body"].replace("inProgress", "active")
    change.hub.review(1, "kai")
    change.merge()

    assert "carries no plan of tenant 'demo'" in change.refusal()


def test_the_plan_of_each_tenant_is_looked_for_in_its_own_comment(change: Change) -> None:
    reviewed = change.reviewed()
    (own,) = change.hub.comments.values()
    first = change.hub.write_comment(1, own["user"]["login"], "")
    change.hub.comments[first] |= {
        "id": 0,
        "body": sealed(own["body"].replace('"tenant":"demo"', '"tenant":"other"')),
    }
    change.hub.comments = {0: change.hub.comments[first], own["id"]: own}
    change.hub.review(1, "kai")
    change.merge()

    assert change.approval() == 0

    assert change.outputs["sha256"] == reviewed["sha256"]


@pytest.mark.parametrize("later", ["APPROVED", "CHANGES_REQUESTED"])
def test_a_review_that_a_list_shows_again_takes_nothing_back(change: Change, later: str) -> None:
    first = "CHANGES_REQUESTED" if later == "APPROVED" else "APPROVED"
    for number, state in enumerate((first, later), 1):
        change.hub.review(1, "kai", state)
        change.hub.reviews[1][-1]["id"] = number
    change.hub.reviews[1].append(change.hub.reviews[1][0])
    change.merge()

    assert change.approval() == (0 if later == "APPROVED" else 5)


def test_a_comment_that_says_there_is_no_plan_is_none(change: Change) -> None:
    change.hub.push(1, change.soc.commit())
    assert change.soc.run("comment", "--outdated", "--pr", "1") == 0
    change.hub.review(1, "kai")
    change.merge()

    assert "carries no plan of tenant 'demo'" in change.refusal()


def test_an_environment_with_reviewers_is_the_approval_and_names_the_reviewed_plan(
    guarded: Change,
) -> None:
    guarded.merge()

    assert guarded.approval() == 0

    assert guarded.outputs == {"approval": "environment", "pull": "1", **guarded.reviewed()}
    assert guarded.hub.requests[0].path == "/repos/acme/soc/environments/contoso%20live%2F1"


def test_an_environment_stands_for_a_commit_without_a_pull_request_too(guarded: Change) -> None:
    assert guarded.approval() == 0

    assert guarded.outputs == {
        "approval": "environment",
        **dict.fromkeys(("pull", "run-id", "artifact", "file", "digest", "sha256"), ""),
    }


def test_an_environment_without_reviewers_is_refused(guarded: Change) -> None:
    guarded.hub.protect("contoso live/1")

    assert "has no required reviewers" in guarded.refusal()


@pytest.fixture(params=["branch", "environment"])
def bound(request: pytest.FixtureRequest, change: Change) -> Change:
    """Approved and merged, for both kinds of approval."""
    change.hub.protect("contoso live/1", "kai")
    change.hub.review(1, "kai")
    change.merge()
    change.soc.configure(tenant=f"    approval: {request.param}\n")
    return change


def test_an_approval_is_worth_nothing_where_any_branch_may_write(bound: Change) -> None:
    bound.hub.protect("contoso live/1", "kai", is_bound=False)

    assert "takes jobs of any branch" in bound.refusal()


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (["*"], "takes jobs of all branches that are called '*'"),
        (["main", "**/*"], "takes jobs of all branches that are called '**/*'"),
        (["main", "release/[0-9]"], "all branches that are called 'release/[0-9]'"),
        (["main", "develop"], "takes jobs of the branch 'develop', which is not protected"),
        (["main", "tag:v1"], "takes jobs of the tags 'v1'"),
    ],
)
def test_an_environment_that_names_more_than_protected_branches_is_refused(
    bound: Change, names: list[str], said: str
) -> None:
    bound.hub.branches["develop"] = False
    bound.hub.policies["contoso live/1"] = names

    assert said in bound.refusal()


def test_other_protected_branches_may_be_named_beside_it(bound: Change) -> None:
    bound.hub.branches["hotfix"] = True
    bound.hub.policies["contoso live/1"] = ["main", "hotfix"]

    assert bound.approval() == 0


@pytest.mark.parametrize("is_protected", [True, False])
def test_protected_branches_bind_where_there_are_any(bound: Change, is_protected: bool) -> None:
    policy = {"protected_branches": True, "custom_branch_policies": False}
    bound.hub.environments["contoso live/1"]["deployment_branch_policy"] = policy
    bound.hub.branches["main"] = is_protected

    if is_protected:
        assert bound.approval() == 0
    else:
        assert "takes jobs of any branch, as none is protected" in bound.refusal()


@pytest.mark.parametrize("status", [401, 403, 500])
def test_branches_that_cannot_be_read_bind_nothing(bound: Change, status: int) -> None:
    told = says.reply(status, {"message": "no"})
    bound.hub.next_fails("GET", "/deployment-branch-policies", told, times=9)

    assert bound.approval() == 1

    assert not (bound.soc.root / "output").exists()


def test_an_environment_whose_branches_nobody_can_list_is_refused(bound: Change) -> None:
    del bound.hub.policies["contoso live/1"]

    said = bound.refusal()

    assert "nobody can tell which branches the environment 'contoso live/1' takes jobs of" in said
    assert "'actions: read'" in said


def test_an_environment_that_is_not_there_is_refused(guarded: Change) -> None:
    guarded.hub.environments.clear()

    said = guarded.refusal()

    assert "is not there, or the token may not see it" in said
    assert "'actions: read'" in said


@pytest.mark.parametrize(
    ("permission", "needed"), [("actions", "actions: read"), ("pull-requests", "pull-requests")]
)
def test_what_may_not_be_read_stands_for_nobody(
    guarded: Change, permission: str, needed: str
) -> None:
    guarded.hub.permissions -= {permission}

    assert guarded.approval() == 1

    assert needed in guarded.soc.shell.err
    assert not (guarded.soc.root / "output").exists()


@pytest.mark.parametrize(
    "path", ["/branches/", "/commits/", "/comments", "/reviews", "/permission"]
)
@pytest.mark.parametrize("status", [403, 404])
def test_no_read_that_fails_is_taken_for_a_yes(change: Change, path: str, status: int) -> None:
    change.hub.review(1, "kai")
    change.merge()
    change.hub.next_fails("GET", path, says.reply(status, {"message": "no"}), times=9)

    assert change.approval() == 1

    assert not (change.soc.root / "output").exists()


@pytest.mark.parametrize(
    ("name", "value", "fragment"),
    [
        ("GITHUB_SHA", "main", "expected its whole name"),
        ("GITHUB_REF_NAME", "", "expected a branch"),
        ("GITHUB_REF_TYPE", "tag", "expected a branch"),
    ],
)
def test_what_a_job_does_not_say_is_asked_for(
    change: Change, name: str, value: str, fragment: str
) -> None:
    change.soc.shell.env[name] = value

    assert change.approval() == 64

    assert fragment in change.soc.shell.err
    assert change.hub.requests == []


def test_outputs_that_cannot_be_written_end_the_step(change: Change) -> None:
    change.hub.review(1, "kai")
    change.merge()
    change.soc.shell.env["GITHUB_OUTPUT"] = "no/such/file"

    assert change.approval() == 1

    assert "cannot write" in change.soc.shell.err


def test_the_author_of_the_comment_can_be_named(change: Change) -> None:
    change.hub.review(1, "kai")
    change.merge()

    assert change.approval("--author", "other[bot]", "--commit", MERGED) == 5
    assert change.approval("--author", "GitHub-Actions[bot]") == 0
