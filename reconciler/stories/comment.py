"""comment: the plans of a pull request as one comment on it, written only where it says more."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from reconciler.codec.marker import PlanMark, Told, plan_line, read_plan_line
from reconciler.errors import Failure, Refused
from reconciler.github.session import Again
from reconciler.github.threads import PULL
from reconciler.reports import comment as reports
from reconciler.review.escape import markdown
from reconciler.review.redact import redacted
from reconciler.stories.audience import check_audience

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reconciler.github.hub import Hub
    from reconciler.github.repository import Pull
    from reconciler.github.threads import Comment, Thread
    from reconciler.model.plan import Plan

Ended: TypeAlias = Literal["written", "updated", "unchanged", "none"]
"""``none``: there was nothing to correct."""
_ARTIFACT: Final = "plans"


@dataclass(frozen=True, slots=True)
class Saved:
    """A plan file: what is in it, and by what it is known. ``sha256`` in hex."""

    plan: Plan
    digest: str
    sha256: str
    file: str


@dataclass(frozen=True, slots=True)
class Run:
    """The pipeline's run that made the plans. ``id`` is empty outside of one; ``url`` may be."""

    id: str = ""
    url: str = ""
    artifact: str = _ARTIFACT


def run(hub: Hub, number: int, saved: Sequence[Saved], made_by: Run, *, is_redacted: bool) -> Ended:
    """Raises Refused where it would mislead or tell too much, before anything is written."""
    check_audience(hub, is_redacted=is_redacted)
    pull = _open_pull(hub, number)
    ordered = sorted(saved, key=lambda one: one.plan.tenant.name)
    _check_commits(hub, pull, ordered)
    items = [
        reports.Shown(redacted(one.plan) if is_redacted else one.plan, one.digest)
        for one in ordered
    ]
    fingerprint = reports.fingerprint(items, is_redacted=is_redacted)
    told = tuple(Told(one.plan.tenant.name, one.digest, one.sha256, one.file) for one in ordered)
    line = plan_line(PlanMark(pull.head, made_by.id, made_by.artifact, fingerprint, told))
    text = reports.comment(
        items,
        is_redacted=is_redacted,
        foot=_foot(made_by, is_redacted=is_redacted),
        budget_bytes=reports.BUDGET_BYTES - len(line) - 1,
    )
    return _Upsert(hub, hub.thread(number, PULL), f"{line}\n{text}", fingerprint).end()


def outdate(hub: Hub, number: int, made_by: Run) -> Ended:
    """Where plans of an earlier commit stand, says that there is none of the latest one."""
    pull = _open_pull(hub, number)
    text = reports.outdated(pull.head)
    fingerprint = sha256(text.encode()).hexdigest()
    mark = PlanMark(pull.head, made_by.id, made_by.artifact, fingerprint, ())
    body = f"{plan_line(mark)}\n{text}"
    return _Upsert(hub, hub.thread(number, PULL), body, fingerprint, is_correction=True).end()


def own_plans(hub: Hub, thread: Thread) -> list[tuple[Comment, PlanMark]]:
    """Comments by this token's author that begin with our marker, oldest first."""
    return [
        (one, mark)
        for one in thread.comments()
        if hub.is_own(one.author) and (mark := read_plan_line(one.body)) is not None
    ]


@dataclass(slots=True)
class _Upsert:
    """Each attempt looks first, so that what got lost on the way is never written twice."""

    hub: Hub
    thread: Thread
    body: str
    fingerprint: str
    is_correction: bool = False
    """Writes only over what is there."""
    did: Ended = "unchanged"

    def end(self) -> Ended:
        self.hub.author()  # who cannot be told apart must not write
        return self.hub.patiently(self._attempt)

    def _attempt(self) -> Ended | Again:
        found = own_plans(self.hub, self.thread)
        if not found:
            return self._first()
        (kept, mark), *others = found
        if mark.fingerprint != self.fingerprint:
            self.did = "updated"
            if isinstance(answer := self.thread.rewrite(kept, self.body), Again):
                return answer
        for other, _ in others:  # two runs at once: each found none
            if isinstance(lost := self.thread.remove(other), Again):
                return lost
        return self.did

    def _first(self) -> Ended | Again:
        if self.is_correction:
            return "none"
        self.did = "written"
        answer = self.thread.post(self.body)
        if isinstance(answer, Again):
            return answer
        if not self.hub.is_own(answer.author):
            raise Failure(
                f"the comment was written as {answer.author!a}, not as {self.hub.author()!a}: the"
                " next run would not know it",
                remedy=f"add --author {answer.author!a}, and delete that comment",
            )
        return self.did


def _open_pull(hub: Hub, number: int) -> Pull:
    pull = hub.repository.pull(number)
    if not pull.is_open:
        raise Refused(
            f"pull request {number} is closed: there is nothing left to review",
            remedy="name an open pull request",
        )
    if pull.is_locked:
        raise Refused(
            f"the conversation of pull request {number} is locked",
            remedy="unlock it on its page, or leave the comment out",
        )
    return pull


def _check_commits(hub: Hub, pull: Pull, saved: Sequence[Saved]) -> None:
    """A plan of an earlier push, or of what nobody can see, would mislead who reviews."""
    for one in saved:
        if one.plan.git.commit is None or one.plan.git.dirty:
            raise Refused(
                f"{one.file} is of documents that are not committed: reviewers cannot see them",
                remedy="commit, push, and plan again in a clean checkout",
            )
    for commit in sorted({str(one.plan.git.commit) for one in saved} - {pull.head}):
        if pull.head not in hub.repository.parents(commit):
            raise Refused(
                f"the plan is of commit {commit[:12]}, and pull request {pull.number} is at"
                f" {pull.head[:12]}: what reviewers see there would be of an earlier push",
                remedy="plan the latest commit (or GitHub's merge of it) and comment with that",
            )


def _foot(made_by: Run, *, is_redacted: bool) -> str:
    """Whole plans are no artifact where everybody could take them."""
    if not made_by.id:
        return ""
    run = f"run {made_by.id}"
    linked = f"[{run}]({made_by.url})" if made_by.url else run
    if is_redacted:
        return f"Made by {linked}."
    return f"The whole plan: artifact {markdown(made_by.artifact)} of {linked}."
