"""A small GitHub on a loopback port: one repository with state, real limits, and faults on demand.

What it answers follows docs.github.com/en/rest (2022-11-28) and the error bodies that public issues
quote; it is no proof of what GitHub does, only of what this tool does with such answers.
"""

from __future__ import annotations

import json
import re
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from threading import Lock
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qs, unquote, urlsplit

from tests.support import scripted_server as says
from tests.support.github_answers import Request, Said, Seen, error, said, user
from tests.support.scripted_server import serving

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tests.support.scripted_server import Asked, ScriptedServer, Telling

BOT: Final = "github-actions[bot]"
BOT_TOKEN: Final = "ghs_canary7f3aCanaryOfTheJob"
PERSON_TOKEN: Final = "ghp_canary7f3aCanaryOfKai"
ALL_PERMISSIONS: Final = frozenset({"actions", "contents", "issues", "metadata", "pull-requests"})
START: Final = datetime(2026, 11, 20, 10, tzinfo=UTC)


@dataclass(slots=True)
class Fault:
    """Of the next ``times`` requests that it matches. ``is_done``: the request takes effect first."""

    method: str
    pattern: str
    telling: Telling
    times: int = 1
    is_done: bool = False


@dataclass(slots=True)
class GitHub:
    """``comments`` and ``issues`` by number as the API answers them; pull requests are issues too."""

    repository: str
    server: ScriptedServer
    prefix: str
    visibility: str | None = "private"
    permissions: frozenset[str] = ALL_PERMISSIONS
    logins: dict[str, str] = field(default_factory=lambda: {BOT_TOKEN: BOT, PERSON_TOKEN: "kai"})
    requests: list[Seen] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    issues: dict[int, dict[str, Any]] = field(default_factory=dict)
    comments: dict[int, dict[str, Any]] = field(default_factory=dict)
    pulls: dict[int, dict[str, Any]] = field(default_factory=dict)
    reviews: dict[int, list[dict[str, Any]]] = field(default_factory=dict)
    commits: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Parents of the commits that are no head of a pull request."""
    environments: dict[str, dict[str, Any]] = field(default_factory=dict)
    policies: dict[str, list[str]] = field(default_factory=dict)
    """By environment: the branches that it names; ``tag:NAME`` is a tag. Missing: an old server."""
    branches: dict[str, bool] = field(default_factory=dict)
    """By name: whether it is protected."""
    rules: list[dict[str, Any]] = field(default_factory=list)
    access: dict[str, str] = field(default_factory=dict)
    """By login: admin, write, read or none."""
    _lock: Lock = field(default_factory=Lock)
    _count: int = 0

    @property
    def url(self) -> str:
        return f"{self.server.root}{self.prefix}"

    @property
    def env(self) -> dict[str, str]:
        """What a job of the repository has in its environment."""
        return {
            "GITHUB_ACTIONS": "true",
            "GITHUB_API_URL": self.url,
            "GITHUB_SERVER_URL": "https://github.com",
            "GITHUB_REPOSITORY": self.repository,
            "GITHUB_RUN_ID": "4711",
            "GITHUB_TOKEN": BOT_TOKEN,
        }

    @property
    def writes(self) -> list[tuple[str, str]]:
        return [(one.method, one.path) for one in self.requests if one.is_write]

    def next_fails(self, method: str, pattern: str, telling: Telling, times: int = 1) -> None:
        self.faults.append(Fault(method, pattern, telling, times))

    def next_is_lost(self, method: str, pattern: str, times: int = 1) -> None:
        """It takes effect, and the connection breaks before the answer."""
        reset = says.raw(b"", reset=True)
        self.faults.append(Fault(method, pattern, reset, times, is_done=True))

    def open_pull(self, head: str, *, author: str = "mo", base: str = "main") -> int:
        number = self.open_issue(author, "A change", "")["number"]
        self.pulls[number] = {
            "number": number,
            "state": "open",
            "locked": False,
            "merged_at": None,
            "merge_commit_sha": None,
            "user": user(author),
            "head": {"sha": head, "ref": "change"},
            "base": {"ref": base, "repo": {"full_name": self.repository}},
        }
        return int(number)

    def push(self, number: int, head: str) -> None:
        self.pulls[number]["head"]["sha"] = head

    def merge(self, number: int, commit: str) -> None:
        self.pulls[number] |= {
            "state": "closed",
            "merged_at": self.tick(),
            "merge_commit_sha": commit,
        }

    def review(
        self, number: int, who: str, state: str = "APPROVED", *, commit: str | None = None
    ) -> None:
        """Of the head as it is now, unless another commit is named."""
        self.access.setdefault(who, "write")
        review = {
            "user": user(who),
            "state": state,
            "commit_id": commit or self.pulls[number]["head"]["sha"],
            "submitted_at": self.tick(),
        }
        self.reviews.setdefault(number, []).append(review)

    def write_comment(self, number: int, author: str, body: str) -> int:
        self._count += 1
        at = self.tick()
        self.comments[self._count] = {
            "id": self._count,
            "issue": number,
            "user": user(author),
            "body": body,
            "created_at": at,
            "updated_at": at,
        }
        return self._count

    def protect(self, environment: str, *reviewers: str, is_bound: bool = True) -> None:
        """An environment; without reviewers it asks nobody, not bound it takes any branch's jobs."""
        rules: list[dict[str, Any]] = [{"type": "branch_policy"}] if is_bound else []
        policy = {"protected_branches": False, "custom_branch_policies": True}
        people = [{"type": "User", "reviewer": user(name)} for name in reviewers]
        if people:
            rules.append({"type": "required_reviewers", "reviewers": people})
        self.environments[environment] = {
            "name": environment,
            "protection_rules": rules,
            "deployment_branch_policy": policy if is_bound else None,
        }
        self.policies[environment] = ["main"] if is_bound else []

    def bodies(self, number: int, author: str = BOT) -> list[str]:
        """What ``author`` has written there, oldest first."""
        return [
            one["body"]
            for one in self.comments.values()
            if one["issue"] == number and one["user"]["login"] == author
        ]

    def answer(self, asked: Asked) -> Telling:
        with self._lock:
            return self._told(asked)

    def _told(self, asked: Asked) -> Telling:
        url = urlsplit(asked.path)
        path = url.path.removeprefix(self.prefix)
        token = asked.headers.get("authorization", "").removeprefix("Bearer ")
        body = json.loads(asked.body) if asked.body else None
        seen = Seen(asked.method, f"{path}?{url.query}" if url.query else path, bool(token), body)
        self.requests.append(seen)
        fault = self._fault(seen)
        if fault is not None and not fault.is_done:
            return fault.telling
        if not url.path.startswith(self.prefix) or "x-github-api-version" not in asked.headers:
            return _reply(error(404, "Not Found"))
        if token not in self.logins:
            return _reply(error(401, "Bad credentials"))
        query = {name: values[-1] for name, values in parse_qs(url.query).items()}
        parts = tuple(unquote(part) for part in path.split("/")[1:])
        told = said(self, Request(seen, self.logins[token], parts, query))
        return fault.telling if fault is not None else _reply(told)

    def _fault(self, seen: Seen) -> Fault | None:
        for fault in self.faults:
            if fault.times and fault.method == seen.method and re.search(fault.pattern, seen.path):
                fault.times -= 1
                return fault
        return None

    def open_issue(self, author: str, title: str, body: str) -> dict[str, Any]:
        number = max(self.issues, default=0) + 1
        self.issues[number] = {
            "number": number,
            "state": "open",
            "locked": False,
            "title": title,
            "body": body,
            "user": user(author),
            "pull_request": {},
            "updated_at": self.tick(),
        }
        return self.issues[number]

    def tick(self) -> str:
        """Each write is a second later than the one before."""
        self._count += 1
        return (START + timedelta(seconds=self._count)).strftime("%Y-%m-%dT%H:%M:%SZ")


@contextmanager
def github(
    repository: str = "acme/soc", *, visibility: str = "private", prefix: str = ""
) -> Iterator[GitHub]:
    """``prefix``: ``/api/v3`` plays GitHub Enterprise Server."""
    with serving() as server:
        hub = GitHub(repository, server, prefix, visibility)
        server.follow(hub.answer)
        yield hub


def limited(
    status: int = 403, headers: Mapping[str, str] | None = None, *, is_secondary: bool = True
) -> Telling:
    """A rate limit, as public issues quote it."""
    secondary = (
        "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."
    )
    message = secondary if is_secondary else "API rate limit exceeded for installation."
    return says.reply(status, {"message": message}, headers)


def _reply(said: Said) -> Telling:
    status, body, headers = said
    return says.reply(status, body, {"X-GitHub-Request-Id": "C0DE:1234:5678", **headers})
