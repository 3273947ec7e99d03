from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import pytest

from reconciler.errors import Failure, Refused
from reconciler.github.repository import Environment, Policy, Pull, Review
from tests.support import scripted_server as says

if TYPE_CHECKING:
    from reconciler.github.hub import Hub
    from tests.support.loopback_github import GitHub

HEAD, MERGED = "a" * 40, "c" * 40


def test_a_pull_request_is_read_before_and_after_its_merge(hub: Hub, server: GitHub) -> None:
    before = hub.repository.pull(1)
    server.merge(1, MERGED)

    assert before == Pull(
        1, "mo", HEAD, "main", is_open=True, is_locked=False, merged_as=None, comments=0
    )
    assert hub.repository.pulls_of(MERGED) == [
        Pull(1, "mo", HEAD, "main", is_open=False, is_locked=False, merged_as=MERGED)
    ]


def test_githubs_try_of_a_merge_is_none(hub: Hub, server: GitHub) -> None:
    server.pulls[1]["merge_commit_sha"] = MERGED

    assert hub.repository.pull(1).merged_as is None


def test_only_reviews_that_judge_are_read(hub: Hub, server: GitHub) -> None:
    for state in ("COMMENTED", "PENDING", "APPROVED"):
        server.review(1, "kai", state)

    (found,) = hub.repository.reviews(1)

    assert found == Review("kai", True, "APPROVED", HEAD, found.at)


def test_what_a_review_does_not_say_stands_for_nothing(hub: Hub, server: GitHub) -> None:
    server.reviews[1] = [{"user": None, "state": "APPROVED", "commit_id": None}]

    with pytest.raises(Failure, match="'submitted_at' is missing"):
        hub.repository.reviews(1)


@pytest.mark.parametrize(
    ("level", "may"), [("admin", True), ("write", True), ("read", False), ("none", False)]
)
def test_who_may_write_is_told_by_the_level(
    hub: Hub, server: GitHub, level: str, may: bool
) -> None:
    server.access["kai"] = level
    assert hub.repository.may_write("kai") is may


@pytest.mark.parametrize(
    ("rules", "has"),
    [
        ([], False),
        ([{"type": "wait_timer"}], False),
        ([{"type": "required_reviewers"}], False),
        ([{"type": "required_reviewers", "reviewers": []}], False),
        ([{"type": "required_reviewers", "reviewers": [{"type": "Team"}]}], True),
    ],
)
def test_an_environment_asks_only_if_it_names_somebody(
    hub: Hub, server: GitHub, rules: list[dict[str, object]], has: bool
) -> None:
    server.environments["live"] = {"protection_rules": rules}
    assert hub.repository.environment("live") == Environment(has, "any")


@pytest.mark.parametrize(
    ("policy", "takes"),
    [
        (None, "any"),
        ({}, "any"),
        ([], "any"),
        ({"protected_branches": False, "custom_branch_policies": False}, "any"),
        ({"protected_branches": True, "custom_branch_policies": True}, "any"),
        ({"protected_branches": "true"}, "any"),
        ({"protected_branches": True}, "any"),
        ({"protected_branches": True, "custom_branch_policies": False}, "protected"),
        ({"protected_branches": False, "custom_branch_policies": True}, "named"),
        ({"protected_branches": False, "custom_branch_policies": 1}, "any"),
    ],
)
def test_an_environment_without_a_policy_takes_any_branch(
    hub: Hub, server: GitHub, policy: object, takes: Literal["any", "named", "protected"]
) -> None:
    server.environments["live"] = {"protection_rules": [], "deployment_branch_policy": policy}
    assert hub.repository.environment("live") == Environment(has_reviewers=False, takes=takes)


def test_the_branches_that_an_environment_names_are_read(hub: Hub, server: GitHub) -> None:
    server.policies["live"] = ["main", "tag:v*"]

    assert hub.repository.policies("live") == [Policy("main", True), Policy("v*", False)]
    with pytest.raises(Refused, match="nobody can tell which branches"):
        hub.repository.policies("of an old server")


@pytest.mark.parametrize("answer", ["false", 1, None])
def test_only_the_word_true_protects_a_branch(hub: Hub, server: GitHub, answer: object) -> None:
    server.next_fails("GET", "/branches/main$", says.reply(200, {"protected": answer}))
    assert hub.repository.is_protected("main") is False


@pytest.mark.parametrize(
    ("path", "body", "ask"),
    [
        ("/pulls/1", {"number": 1}, lambda hub: hub.repository.pull(1)),
        ("/pulls/1", [], lambda hub: hub.repository.pull(1)),
        ("/commits/", {"parents": [7]}, lambda hub: hub.repository.parents(HEAD)),
        ("/reviews", [{"state": 7}], lambda hub: hub.repository.reviews(1)),
        ("/environments/", {}, lambda hub: hub.repository.environment("live")),
        ("/deployment-", {}, lambda hub: hub.repository.policies("live")),
        (
            "/deployment-",
            {"total_count": 2, "branch_policies": [{"name": "main"}]},
            lambda hub: hub.repository.policies("live"),
        ),
        (
            "/deployment-",
            {"total_count": 1, "branch_policies": [{"name": 7}]},
            lambda hub: hub.repository.policies("live"),
        ),
        ("/branches/", [], lambda hub: hub.repository.is_protected("main")),
        ("/acme/soc$", [], lambda hub: hub.repository.visibility()),
    ],
)
def test_an_answer_of_another_form_is_an_error(
    hub: Hub, server: GitHub, path: str, body: object, ask: object
) -> None:
    server.next_fails("GET", path, says.reply(200, body))
    assert callable(ask)

    with pytest.raises(Failure, match="is not what its API promises"):
        ask(hub)


@pytest.mark.parametrize("name", ["feature/a b", "ä", "a#b?c"])
def test_names_are_quoted_in_paths(hub: Hub, server: GitHub, name: str) -> None:
    server.branches[name] = True
    server.protect(name, "kai")

    assert hub.repository.is_protected(name)
    assert hub.repository.environment(name) == Environment(has_reviewers=True, takes="named")
