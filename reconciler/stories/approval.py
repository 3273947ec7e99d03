"""approval: who stands for the apply of a commit; without anybody it is refused.

Either the environment asks its reviewers right before the job runs, or the review of the pull
request on a protected branch was the approval. What cannot be read stands for nobody.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final, Literal

from reconciler.errors import Refused
from reconciler.github.repository import PULLS
from reconciler.stories.comment import own_plans

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reconciler.github.hub import Hub
    from reconciler.github.repository import Environment, Pull, Review


_PATTERN: Final = re.compile(r"[*?\[\]{}\\]")
"""What stands for more than itself in a deployment branch's name (Ruby's File.fnmatch)."""


@dataclass(frozen=True, slots=True)
class ReviewedPlan:
    """The plan that reviewers were shown: its names, and where its file is. ``run`` may be empty."""

    run: str
    artifact: str
    file: str
    digest: str
    sha256: str
    shown_at: str


@dataclass(frozen=True, slots=True)
class Approval:
    """``pull`` and ``reviewed``: None where the commit came without (an environment stands for it)."""

    by: Literal["environment", "branch"]
    pull: int | None
    reviewed: ReviewedPlan | None


def by_environment(
    hub: Hub, tenant: str, *, environment: str, commit: str, branch: str
) -> Approval:
    """Raises Refused unless GitHub asks somebody before a job of this environment runs."""
    found = hub.repository.environment(environment)
    if not found.has_reviewers:
        raise Refused(
            f"the environment {environment!a} has no required reviewers: nobody would be asked"
            f" before tenant {tenant!a} is written to",
            remedy="name required reviewers in the settings of the environment, or say"
            " 'approval: branch' in reconciler.yaml where the review of a protected branch is it",
        )
    _check_bound(hub, found, tenant, environment=environment, branch=branch)
    pull = _merged_pull(hub, commit, branch)
    if pull is None:
        return Approval("environment", None, None)
    return Approval("environment", pull.number, _reviewed_plan(hub, pull, tenant))


def by_branch(hub: Hub, tenant: str, *, environment: str, commit: str, branch: str) -> Approval:
    """Raises Refused unless the commit is a reviewed merge of a plan that was there to be read.

    The environment asks nobody here, yet the writer trusts every job in it: it has to be bound to
    branches, or a job of any branch could write.
    """
    found = hub.repository.environment(environment)
    _check_bound(hub, found, tenant, environment=environment, branch=branch)
    if not hub.repository.is_protected(branch):
        raise Refused(
            f"the branch {branch!a} is not protected: anybody who may push could write to tenant"
            f" {tenant!a}",
            remedy="protect it (a ruleset that requires pull requests and their approval)",
        )
    pull = _merged_pull(hub, commit, branch)
    if pull is None:
        raise Refused(
            f"{commit[:12]} is not the merge of a pull request into {branch!a}: nobody reviewed it",
            remedy="bring the change in by a pull request; if it was one that was merged just now,"
            " GitHub may not know yet: run the job again",
        )
    plan = _reviewed_plan(hub, pull, tenant)
    if plan is None:
        raise Refused(
            f"pull request {pull.number} carries no plan of tenant {tenant!a}: there was nothing to"
            " approve",
            remedy="see why its plan or its comment failed, and bring the change in anew",
        )
    _check_reviews(hub, pull, plan)
    return Approval("branch", pull.number, plan)


def _check_bound(
    hub: Hub, found: Environment, tenant: str, *, environment: str, branch: str
) -> None:
    """Raises Refused where a job of a branch of anybody's choice could run in the environment."""
    others = _others(hub, found, environment, branch)
    if others is not None:
        raise Refused(
            f"the environment {environment!a} takes jobs of {others}: whoever may push one could"
            f" write to tenant {tenant!a}, reviewed or not",
            remedy=f"name {branch!a} as its only deployment branch in its settings",
        )


def _others(hub: Hub, found: Environment, environment: str, branch: str) -> str | None:
    """Whose jobs it takes beside those of protected branches; None: nobody's."""
    if found.takes == "any":
        return "any branch"
    if found.takes == "protected":
        return None if hub.repository.is_protected(branch) else "any branch, as none is protected"
    for one in hub.repository.policies(environment):
        if not one.is_branch:
            return f"the tags {one.name!a}"
        if _PATTERN.search(one.name):
            return f"all branches that are called {one.name!a}"
        if one.name != branch and not hub.repository.is_protected(one.name):
            return f"the branch {one.name!a}, which is not protected"
    return None


def _merged_pull(hub: Hub, commit: str, branch: str) -> Pull | None:
    """Raises Refused if several claim it."""
    found = [
        pull
        for pull in hub.repository.pulls_of(commit)
        if pull.merged_as == commit and pull.base == branch
    ]
    if len(found) > 1:
        numbers = ", ".join(str(pull.number) for pull in found)
        raise Refused(f"{commit[:12]} is the merge of several pull requests: {numbers}")
    return found[0] if found else None


def _reviewed_plan(hub: Hub, pull: Pull, tenant: str) -> ReviewedPlan | None:
    """Of the oldest comment of ours with this tenant: it is the one that is kept up to date.

    None too for one that a person changed since it was written.
    """
    own = own_plans(hub, hub.thread(pull.number, PULLS).comments())
    found = [one for one in own if tenant in one.mark.tenants][:1]
    return next(
        (
            ReviewedPlan(
                one.mark.run,
                one.mark.artifact,
                told.file,
                told.digest,
                told.sha256,
                one.comment.updated_at,
            )
            for one in found
            if one.text is not None
            for told in one.mark.plans
            if told.tenant == tenant
        ),
        None,
    )


def _check_reviews(hub: Hub, pull: Pull, plan: ReviewedPlan) -> None:
    """Raises Refused unless somebody who may write approved what was merged, seeing its plan."""
    standing = list(_standing(hub, pull))
    against = [one.author for one in standing if one.state == "CHANGES_REQUESTED"]
    if against:
        raise Refused(
            f"pull request {pull.number} was merged though {against[0]!a} asked for changes",
            remedy="bring the change in anew, with their approval",
        )
    approving = [one for one in standing if one.state == "APPROVED"]
    if not approving:
        raise Refused(
            f"nobody but its author approved pull request {pull.number} who may write to the"
            " repository",
            remedy="bring the change in anew, approved before it is merged",
        )
    seen = [one for one in approving if one.commit == pull.head]
    if not seen:
        raise Refused(
            f"pull request {pull.number} was approved before its last push: what was merged"
            f" ({pull.head[:12]}) nobody approved",
            remedy="let branch protection dismiss stale approvals; bring the change in anew",
        )
    if not any(_is_later(one.at, plan.shown_at) for one in seen):
        raise Refused(
            f"the plan on pull request {pull.number} changed after it was approved"
            f" (at {plan.shown_at})",
            remedy="approve after the plan of the last push is on the pull request; bring the"
            " change in anew",
        )


def _standing(hub: Hub, pull: Pull) -> Iterator[Review]:
    """The last word of each person but the author who may write to the repository."""
    last: dict[str, Review] = {}
    for review in hub.repository.reviews(pull.number):
        last[review.author.casefold()] = review
    for name, review in last.items():
        is_somebody_else = name not in {"", pull.author.casefold()}
        if is_somebody_else and review.is_person and hub.repository.may_write(review.author):
            yield review


def _is_later(one: str, other: str) -> bool:
    """Of two times as GitHub writes them; what is none is no time at all."""
    try:
        return datetime.fromisoformat(one) >= datetime.fromisoformat(other)
    except (ValueError, TypeError):
        return False
