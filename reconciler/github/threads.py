"""Comments of one issue or pull request, and issues: what is there, by whom, and writing it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from reconciler.codec import strict
from reconciler.github.said import NOT_FOUND
from reconciler.github.session import Again, odd

if TYPE_CHECKING:
    from reconciler.github.session import Session
    from reconciler.model.words import Json, JsonObject

PULL: Final = "pull-requests: write"
"""What comments of a pull request take."""
ISSUE: Final = "issues: write"


@dataclass(frozen=True, slots=True)
class Comment:
    """``author`` is empty where the account is gone. ``updated_at``: as GitHub writes times."""

    id: int
    author: str
    body: str
    updated_at: str


@dataclass(frozen=True, slots=True)
class Issue:
    number: int
    author: str
    title: str
    body: str


@dataclass(frozen=True, slots=True)
class Thread:
    """The comments of one number. Each write is sent once: see Session.write."""

    session: Session
    repository: str
    number: int
    need: str

    def comments(self) -> list[Comment]:
        """Each once, oldest first. The list may end too early: the number's own count tells."""
        path = f"/repos/{self.repository}/issues/{self.number}/comments"
        told = map(_comment, self.session.pages(path, self.need))
        found = {one.id: one for one in told}
        return [found[one] for one in sorted(found)]

    def post(self, body: str) -> Comment | Again:
        path = f"/repos/{self.repository}/issues/{self.number}/comments"
        said = self.session.write("POST", path, {"body": body}, self.need)
        return said if isinstance(said, Again) else _comment(said.body)

    def rewrite(self, comment: Comment, body: str) -> Comment | Again:
        path = f"/repos/{self.repository}/issues/comments/{comment.id}"
        said = self.session.write("PATCH", path, {"body": body}, self.need)
        return said if isinstance(said, Again) else _comment(said.body)

    def remove(self, comment: Comment) -> Again | None:
        path = f"/repos/{self.repository}/issues/comments/{comment.id}"
        said = self.session.write("DELETE", path, None, self.need, gone=True)
        return said if isinstance(said, Again) else None


@dataclass(frozen=True, slots=True)
class Issues:
    session: Session
    repository: str

    def open(self) -> list[Issue]:
        """Each once, oldest first; pull requests are left out."""
        path = f"/repos/{self.repository}/issues?state=open"
        told = self.session.pages(path, ISSUE)
        issues = (_issue(one) for one in told if not _is_pull(one))
        found = {one.number: one for one in issues}
        return [found[one] for one in sorted(found)]

    def titled(self, title: str) -> list[Issue]:
        """Open ones that GitHub's search finds by their title; it may be a minute behind."""
        words = f'repo:{self.repository} is:issue is:open in:title "{title}"'
        said = self.session.ask(f"/search/issues?per_page=100&q={quote(words, safe='')}")
        if said.status == NOT_FOUND:  # a server without a search: the list has to do
            return []
        if not said.is_ok:
            raise said.refusal("GET /search/issues", ISSUE)
        try:
            at = _object(said.body)
            is_whole = not strict.truth(at, "incomplete_results")
            found = [_issue(one) for one in strict.objects(at, "items") if not _is_pull(one)]
        except strict.Odd as problem:
            raise odd(f"a search whose {problem}") from problem
        if is_whole:
            return found
        raise odd("a search that did not come to its end")

    def create(self, title: str, body: str, label: str) -> Issue | Again:
        """The label is left out by GitHub where this token may not set it."""
        content: JsonObject = {"title": title, "body": body, "labels": [label]}
        said = self.session.write("POST", f"/repos/{self.repository}/issues", content, ISSUE)
        return said if isinstance(said, Again) else _issue(said.body)

    def rewrite(self, issue: Issue, title: str, body: str) -> Again | None:
        return self._patch(issue, {"title": title, "body": body})

    def close(self, issue: Issue, why: str) -> Again | None:
        """``why``: GitHub's word for it, ``completed`` or ``not_planned``."""
        return self._patch(issue, {"state": "closed", "state_reason": why})

    def _patch(self, issue: Issue, content: JsonObject) -> Again | None:
        path = f"/repos/{self.repository}/issues/{issue.number}"
        said = self.session.write("PATCH", path, content, ISSUE)
        return said if isinstance(said, Again) else None


def _comment(value: Json) -> Comment:
    try:
        at = _object(value)
        return Comment(
            strict.count(at, "id"), _author(at), _body(at), strict.text(at, "updated_at")
        )
    except strict.Odd as problem:
        raise odd(f"a comment whose {problem}") from problem


def _issue(value: Json) -> Issue:
    try:
        at = _object(value)
        return Issue(strict.count(at, "number"), _author(at), strict.text(at, "title"), _body(at))
    except strict.Odd as problem:
        raise odd(f"an issue whose {problem}") from problem


def _is_pull(value: Json) -> bool:
    return isinstance(value, dict) and "pull_request" in value


def _object(value: Json) -> JsonObject:
    if not isinstance(value, dict):
        raise strict.Odd("form is no object")
    return value


def _author(at: JsonObject) -> str:
    user = strict.optional_mapping(at, "user")
    return "" if user is None else strict.text(user, "login")


def _body(at: JsonObject) -> str:
    return strict.optional_text(at, "body") or ""
