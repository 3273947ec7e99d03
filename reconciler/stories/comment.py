"""comment: the plans of a job as one comment on a pull request, written only where it says more.

Jobs may run side by side, each with tenants of its own. A comment belongs to the tenants that it
names: each tenant's plan stands in one, and what only other tenants own is left alone.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from hashlib import sha256
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from reconciler.codec.marker import (
    SEAL_BYTES,
    PlanMark,
    Told,
    as_written,
    plan_line,
    read_plan_line,
    sealed,
)
from reconciler.errors import Failure, Refused
from reconciler.github.session import Again
from reconciler.github.threads import PULL
from reconciler.reports import comment as reports
from reconciler.review.escape import markdown
from reconciler.review.redact import redacted
from reconciler.stories.audience import check_audience

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

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
    _check_committed(saved)
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
    mark = PlanMark(pull.head, made_by.id, made_by.artifact, fingerprint, told)
    text = reports.comment(
        items,
        is_redacted=is_redacted,
        foot=_foot(made_by, is_redacted=is_redacted),
        budget_bytes=reports.BUDGET_BYTES - len(plan_line(mark)) - 1 - SEAL_BYTES,
    )
    hub.author()  # who cannot be told apart must not write
    return hub.patiently(_Upsert(hub, pull, mark, text).attempt)


def outdate(hub: Hub, number: int, made_by: Run, tenant: str | None) -> Ended:
    """Where plans of an earlier commit stand, says that there is none of the latest one.

    ``tenant``: of this one alone, whatever commit its plan is of. None: of all, where this commit
    has none; what another job wrote for it stays.
    """
    pull = _open_pull(hub, number)
    hub.author()
    return hub.patiently(_Outdate(hub, pull, made_by, tenant).attempt)


@dataclass(frozen=True, slots=True)
class Own:
    """A comment of ours. ``text``: as it was written, None: a person changed it since."""

    comment: Comment
    mark: PlanMark
    text: str | None


def own_plans(hub: Hub, comments: Sequence[Comment]) -> list[Own]:
    """Those by this token's author that begin with our marker, oldest first."""
    return [
        Own(one, mark, as_written(one.body))
        for one in comments
        if hub.is_own(one.author) and (mark := read_plan_line(one.body)) is not None
    ]


def _body(mark: PlanMark, text: str) -> str:
    return sealed(f"{plan_line(mark)}\n{text}")


def _none_of(pull: Pull, names: Iterable[str], made_by: Run) -> str:
    """The body of a comment that says that there is no plan of these tenants."""
    text = reports.outdated(pull.head)
    fingerprint = sha256(text.encode()).hexdigest()
    return _body(
        PlanMark(
            pull.head, made_by.id, made_by.artifact, fingerprint, (), without=tuple(sorted(names))
        ),
        text,
    )


@dataclass(slots=True)
class _Outdate:
    """Writes only over what is there."""

    hub: Hub
    pull: Pull
    made_by: Run
    tenant: str | None
    did: Ended = "unchanged"

    def attempt(self) -> Ended | Again:
        thread = self.hub.thread(self.pull.number, PULL)
        found = own_plans(self.hub, thread.comments())
        for one in found:
            body = self._instead(one)
            if body is not None:
                self.did = "updated"
                if isinstance(lost := thread.rewrite(one.comment, body), Again):
                    return lost
        return self.did if found else "none"

    def _instead(self, one: Own) -> str | None:
        """None: it stays."""
        names = one.mark.tenants
        is_current = one.mark.commit == self.pull.head and one.text is not None
        if self.tenant is None:
            return None if is_current else _none_of(self.pull, names, self.made_by)
        if self.tenant not in names or (is_current and not one.mark.plans):
            return None
        if names != {self.tenant}:
            return _others_of(one, frozenset({self.tenant}), self.pull)
        return _none_of(self.pull, names, self.made_by)


@dataclass(slots=True)
class _Upsert:
    """Each attempt looks first, so that what got lost on the way is never written twice."""

    hub: Hub
    pull: Pull
    mark: PlanMark
    text: str
    did: Ended = "unchanged"

    def attempt(self) -> Ended | Again:
        thread = self.hub.thread(self.pull.number, PULL)
        comments = thread.comments()
        found = own_plans(self.hub, comments)
        mine = [one for one in found if one.mark.tenants <= self.mark.tenants]
        if not mine:
            answer = self._first(thread, len(comments))
        elif self._says_another(mine[0]):
            self.did = "updated"
            answer = thread.rewrite(mine[0].comment, _body(self.mark, self.text))
        else:
            answer = None
        if isinstance(answer, Again):
            return answer
        return self._tidy(thread, found, mine[1:])

    def _says_another(self, one: Own) -> bool:
        """Than this run, or than what was written: a person may have changed it."""
        return one.text is None or one.mark.fingerprint != self.mark.fingerprint

    def _tidy(self, thread: Thread, found: Sequence[Own], twins: Sequence[Own]) -> Ended | Again:
        """Each of our tenants stands in one comment: where they are shown elsewhere, they go."""
        for twin in twins:  # two runs at once: each found none
            if isinstance(lost := thread.remove(twin.comment), Again):
                return lost
        for one in found:
            if one.mark.tenants & self.mark.tenants and not one.mark.tenants <= self.mark.tenants:
                body = _others_of(one, self.mark.tenants, self.pull)
                if isinstance(answer := thread.rewrite(one.comment, body), Again):
                    return answer
        return self.did

    def _first(self, thread: Thread, listed: int) -> Comment | Again:
        self._check_whole(listed)
        self.did = "written"
        answer = thread.post(_body(self.mark, self.text))
        if isinstance(answer, Again):
            return answer
        if not self.hub.is_own(answer.author):
            raise Failure(
                f"the comment was written as {answer.author!a}, not as {self.hub.author()!a}: the"
                " next run would not know it",
                remedy=f"add --author {answer.author!a}, and delete that comment",
            )
        return answer

    def _check_whole(self, listed: int) -> None:
        """Raises Failure if ours may be among what the list left out. One may be deleted meanwhile."""
        told = self.pull.comments
        if told is None or listed >= told:
            return
        now = self.hub.repository.pull(self.pull.number).comments
        if now is None or listed < now:
            raise Failure(
                f"GitHub lists {listed} of the {now} comments of pull request {self.pull.number}:"
                " ours may be among the others, and is not written a second time",
                remedy="run it again",
            )


def _others_of(one: Own, names: frozenset[str], pull: Pull) -> str:
    """A comment of several tenants without these: their plans stand somewhere else, or nowhere.

    The others' plans stay where they are of the latest commit, and as they were written.
    """
    mark = replace(
        one.mark,
        plans=tuple(told for told in one.mark.plans if told.tenant not in names),
        without=tuple(name for name in one.mark.without if name not in names),
    )
    _, _, text = (one.text or "").partition("\n\n")
    cut = reports.without(text, names) if one.mark.commit == pull.head else None
    if cut is None:
        return _none_of(pull, mark.tenants, Run(mark.run, artifact=mark.artifact))
    return _body(mark, cut)


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


def _check_committed(saved: Sequence[Saved]) -> None:
    """A plan of what nobody can see would mislead reviewers; it takes no request to tell."""
    for one in saved:
        if one.plan.git.commit is None or one.plan.git.dirty:
            raise Refused(
                f"{one.file} is of documents that are not committed: reviewers cannot see them",
                remedy="commit, push, and plan again in a clean checkout",
            )


def _check_commits(hub: Hub, pull: Pull, saved: Sequence[Saved]) -> None:
    """So would a plan of an earlier push."""
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
