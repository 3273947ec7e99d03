"""drift --issue: one issue a tenant, there while something has moved, closed when nothing has."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from reconciler.codec.marker import (
    DRIFT,
    SEAL_BYTES,
    SETTLED,
    DriftMark,
    as_written,
    drift_line,
    read_drift_line,
    sealed,
)
from reconciler.codec.tally import merged_or_gone
from reconciler.errors import Failure
from reconciler.github.session import Again
from reconciler.github.threads import ISSUE
from reconciler.planning.make import implausible
from reconciler.reports import markdown
from reconciler.reports.comment import BUDGET_BYTES, REDACTED
from reconciler.review.redact import redacted
from reconciler.review.steady import steady

if TYPE_CHECKING:
    from reconciler.github.hub import Hub
    from reconciler.github.threads import Issue
    from reconciler.model.plan import Plan

Ended: TypeAlias = Literal["opened", "updated", "unchanged", "closed", "none", "left"]
"""``none``: there was none and there need not be. ``left``: the read cannot tell, nothing is done."""
LABEL: Final = "reconciler-drift"
OVER: Final = (
    "Nothing has moved any more since it was applied. If something moves again, there will be a"
    " new issue."
)
_KEPT_BY: Final = "`reconciler drift --issue` keeps this up to date, and closes it."


def run(hub: Hub, plan: Plan, *, is_redacted: bool) -> tuple[Ended, int | None]:
    """What became of the tenant's issue, and its number if there is one."""
    shown = redacted(plan) if is_redacted else plan
    mark = DriftMark(plan.tenant.name, _fingerprint(shown, is_redacted=is_redacted))
    hub.author()  # who cannot be told apart must not write
    match _verdict(plan):
        case "moved":
            body = _body(shown, mark, is_redacted=is_redacted)
            writing = _Writing(hub, mark, body)
            return hub.patiently(writing.attempt)
        case "still":
            return hub.patiently(_Closing(hub, mark).attempt)
        case _:
            return "left", None


def _verdict(plan: Plan) -> Literal["moved", "still", "unclear"]:
    """Only a whole read that can tell says that nothing has moved."""
    if plan.git.base is None or implausible(plan.changes):
        return "unclear"
    if plan.summary.drift or plan.summary.conflict or merged_or_gone(plan):
        return "moved"
    return "unclear" if plan.summary.unknown else "still"


@dataclass(slots=True)
class _Writing:
    """Each attempt looks first, so that what got lost on the way is never written twice."""

    hub: Hub
    mark: DriftMark
    body: str
    did: Ended = "unchanged"

    def attempt(self) -> tuple[Ended, int | None] | Again:
        found = _own(self.hub, self.mark.tenant)
        if not found:
            return self._first()
        kept, *others = found
        if self._says_another(kept):
            self.did = "opened" if self.did == "opened" else "updated"
            if isinstance(lost := self.hub.issues.rewrite(kept, self.title, self.body), Again):
                return lost
        for other in others:  # two runs at once: each found none
            if isinstance(lost := self.hub.issues.close(other, "not_planned"), Again):
                return lost
        return self.did, kept.number

    @property
    def title(self) -> str:
        return f"Drift: tenant {self.mark.tenant}"

    def _says_another(self, issue: Issue) -> bool:
        """Than this run, or than what was written: a person may have changed it."""
        is_same = read_drift_line(DRIFT, issue.body) == self.mark and issue.title == self.title
        return not is_same or as_written(issue.body) is None

    def _first(self) -> tuple[Ended, int | None] | Again:
        missed = [one.number for one in self.hub.issues.titled(self.title) if self._is_own(one)]
        if missed:
            raise Failure(
                f"GitHub's list of open issues leaves out issue {missed[0]}: it is the one of tenant"
                f" {self.mark.tenant!a}, and a second one is not opened",
                remedy="run it again",
            )
        self.did = "opened"
        made = self.hub.issues.create(self.title, self.body, LABEL)
        if isinstance(made, Again):
            return made
        if not self.hub.is_own(made.author):
            raise Failure(
                f"the issue was written as {made.author!a}, not as {self.hub.author()!a}: the next"
                " run would not know it",
                remedy=f"add --author {made.author!a}, and close issue {made.number}",
            )
        return self.did, made.number

    def _is_own(self, issue: Issue) -> bool:
        return _is_of(self.hub, issue, self.mark.tenant)


@dataclass(slots=True)
class _Closing:
    hub: Hub
    mark: DriftMark
    closed: int | None = None

    def attempt(self) -> tuple[Ended, int | None] | Again:
        for issue in _own(self.hub, self.mark.tenant):
            self.closed = issue.number
            if isinstance(lost := self._say_why(issue), Again):
                return lost
            if isinstance(lost := self.hub.issues.close(issue, "completed"), Again):
                return lost
        return ("none" if self.closed is None else "closed"), self.closed

    def _say_why(self, issue: Issue) -> Again | None:
        """Once: an answer that got lost is no reason to say it again."""
        thread = self.hub.thread(issue.number, ISSUE)
        if any(
            self.hub.is_own(one.author) and read_drift_line(SETTLED, one.body) == self.mark
            for one in thread.comments()
        ):
            return None
        answer = thread.post(f"{drift_line(SETTLED, self.mark)}\n{OVER}\n")
        return answer if isinstance(answer, Again) else None


def _own(hub: Hub, tenant: str) -> list[Issue]:
    """Open ones of this tenant by this token's author, oldest first; closed ones are history."""
    return [issue for issue in hub.issues.open() if _is_of(hub, issue, tenant)]


def _is_of(hub: Hub, issue: Issue, tenant: str) -> bool:
    mark = read_drift_line(DRIFT, issue.body)
    return hub.is_own(issue.author) and mark is not None and mark.tenant == tenant


def _body(shown: Plan, mark: DriftMark, *, is_redacted: bool) -> str:
    line = drift_line(DRIFT, mark)
    foot = f"\n{REDACTED} {_KEPT_BY}\n" if is_redacted else f"\n{_KEPT_BY}\n"
    room = BUDGET_BYTES - len(f"{line}\n{foot}".encode()) - SEAL_BYTES
    return sealed(f"{line}\n{markdown.drift(shown, budget_bytes=room)}{foot}")


def _fingerprint(shown: Plan, *, is_redacted: bool) -> str:
    text = f"{is_redacted}\n{markdown.drift(steady(shown), budget_bytes=BUDGET_BYTES)}"
    return sha256(text.encode()).hexdigest()
