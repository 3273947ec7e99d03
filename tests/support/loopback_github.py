"""A small GitHub on a loopback port: one repository with state, real limits, and faults on demand.

What it answers follows docs.github.com/en/rest (2022-11-28) and the error bodies that public issues
quote; it is no proof of what GitHub does, only of what this tool does with such answers.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from threading import Lock
from typing import TYPE_CHECKING, Any, Final, TypeAlias
from urllib.parse import parse_qs, unquote, urlsplit

from tests.support import scripted_server as says
from tests.support.scripted_server import serving

if TYPE_CHECKING:
    from tests.support.scripted_server import Asked, ScriptedServer, Telling

BODY_LIMIT: Final = 65_536
LARGEST_PAGE: Final = 100
BOT: Final = "github-actions[bot]"
BOT_TOKEN: Final = "ghs_canary7f3aCanaryOfTheJob"
PERSON_TOKEN: Final = "ghp_canary7f3aCanaryOfKai"
ALL_PERMISSIONS: Final = frozenset({"actions", "contents", "issues", "metadata", "pull-requests"})
Said: TypeAlias = tuple[int, object, dict[str, str]]
Answer: TypeAlias = Callable[["_Request"], Said]
START: Final = datetime(2026, 11, 20, 10, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Seen:
    """One request as GitHub saw it; ``path`` without the prefix of the API."""

    method: str
    path: str
    has_token: bool
    body: Any

    @property
    def is_write(self) -> bool:
        return self.method != "GET"


@dataclass(frozen=True, slots=True)
class _Request:
    seen: Seen
    login: str
    parts: tuple[str, ...]
    query: Mapping[str, str]


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
    environments: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
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
        number = self._open_issue(author, "A change", "")["number"]
        self.pulls[number] = {
            "number": number,
            "state": "open",
            "locked": False,
            "merged_at": None,
            "merge_commit_sha": None,
            "user": _user(author),
            "head": {"sha": head, "ref": "change"},
            "base": {"ref": base, "repo": {"full_name": self.repository}},
        }
        return int(number)

    def push(self, number: int, head: str) -> None:
        self.pulls[number]["head"]["sha"] = head

    def merge(self, number: int, commit: str) -> None:
        self.pulls[number] |= {
            "state": "closed",
            "merged_at": self._tick(),
            "merge_commit_sha": commit,
        }

    def review(
        self, number: int, who: str, state: str = "APPROVED", *, commit: str | None = None
    ) -> None:
        """Of the head as it is now, unless another commit is named."""
        self.access.setdefault(who, "write")
        review = {
            "user": _user(who),
            "state": state,
            "commit_id": commit or self.pulls[number]["head"]["sha"],
            "submitted_at": self._tick(),
        }
        self.reviews.setdefault(number, []).append(review)

    def write_comment(self, number: int, author: str, body: str) -> int:
        self._count += 1
        at = self._tick()
        self.comments[self._count] = {
            "id": self._count,
            "issue": number,
            "user": _user(author),
            "body": body,
            "created_at": at,
            "updated_at": at,
        }
        return self._count

    def protect(self, environment: str, *reviewers: str) -> None:
        """An environment; without reviewers one that protects nothing."""
        rules = [{"type": "branch_policy"}]
        people = [{"type": "User", "reviewer": _user(name)} for name in reviewers]
        if people:
            rules.append({"type": "required_reviewers", "reviewers": people})  # type: ignore[dict-item]
        self.environments[environment] = rules

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
            return _reply(_error(404, "Not Found"))
        if token not in self.logins:
            return _reply(_error(401, "Bad credentials"))
        query = {name: values[-1] for name, values in parse_qs(url.query).items()}
        parts = tuple(unquote(part) for part in path.split("/")[1:])
        said = self._said(_Request(seen, self.logins[token], parts, query))
        return fault.telling if fault is not None else _reply(said)

    def _fault(self, seen: Seen) -> Fault | None:
        for fault in self.faults:
            if fault.times and fault.method == seen.method and re.search(fault.pattern, seen.path):
                fault.times -= 1
                return fault
        return None

    def _said(self, asked: _Request) -> Said:
        if asked.parts == ("user",):
            is_bot = asked.login.endswith("[bot]")
            return _forbidden() if is_bot else (200, _user(asked.login), {})
        if "/".join(asked.parts[1:3]) != self.repository or asked.parts[0] != "repos":
            return _error(404, "Not Found")
        route = (asked.seen.method, *asked.parts[3:])
        for permission, shape, answer in self._routes():
            if _fits(shape, route):
                is_allowed = any(one in self.permissions for one in permission.split("|"))
                return answer(asked) if is_allowed else _forbidden()
        return _error(404, "Not Found")

    def _routes(self) -> list[tuple[str, tuple[str, ...], Answer]]:
        """The permission that it needs (any of several), method and path ('*' is any part), what answers."""
        return [
            ("metadata", ("GET",), self._repository),
            ("pull-requests", ("GET", "pulls", "*"), self._pull),
            ("pull-requests", ("GET", "pulls", "*", "reviews"), self._reviews),
            ("issues|pull-requests", ("GET", "issues", "*", "comments"), self._list_comments),
            ("issues|pull-requests", ("POST", "issues", "*", "comments"), self._post_comment),
            ("issues|pull-requests", ("PATCH", "issues", "comments", "*"), self._patch_comment),
            ("issues|pull-requests", ("DELETE", "issues", "comments", "*"), self._delete_comment),
            ("issues", ("GET", "issues"), self._list_issues),
            ("issues", ("POST", "issues"), self._post_issue),
            ("issues", ("PATCH", "issues", "*"), self._patch_issue),
            ("actions", ("GET", "environments", "*"), self._environment),
            ("contents", ("GET", "branches", "*"), self._branch),
            (
                "metadata",
                ("GET", "rules", "branches", "*"),
                lambda asked: _page(self, asked, self.rules),
            ),
            ("contents", ("GET", "commits", "*"), self._commit),
            ("pull-requests", ("GET", "commits", "*", "pulls"), self._pulls_of),
            ("metadata", ("GET", "collaborators", "*", "permission"), self._access),
        ]

    def _repository(self, _asked: _Request) -> Said:
        told = {"full_name": self.repository, "private": self.visibility != "public"}
        return 200, told | ({"visibility": self.visibility} if self.visibility else {}), {}

    def _pull(self, asked: _Request) -> Said:
        return _found(self.pulls, asked.parts[4])

    def _reviews(self, asked: _Request) -> Said:
        return _page(self, asked, self.reviews.get(int(asked.parts[4]), []))

    def _list_comments(self, asked: _Request) -> Said:
        number = int(asked.parts[4])
        return _page(self, asked, [one for one in self.comments.values() if one["issue"] == number])

    def _post_comment(self, asked: _Request) -> Said:
        number = int(asked.parts[4])
        if number not in self.issues:
            return _error(404, "Not Found")
        if len(asked.seen.body["body"]) > BODY_LIMIT:
            return _too_long("IssueComment")
        found = self.write_comment(number, asked.login, asked.seen.body["body"])
        return 201, self.comments[found], {}

    def _patch_comment(self, asked: _Request) -> Said:
        comment = self.comments.get(int(asked.parts[5]))
        if comment is None:
            return _error(404, "Not Found")
        if comment["user"]["login"] != asked.login:
            return _forbidden()
        if len(asked.seen.body["body"]) > BODY_LIMIT:
            return _too_long("IssueComment")
        comment |= {"body": asked.seen.body["body"], "updated_at": self._tick()}
        return 200, comment, {}

    def _delete_comment(self, asked: _Request) -> Said:
        comment = self.comments.get(int(asked.parts[5]))
        if comment is None:
            return _error(404, "Not Found")
        if comment["user"]["login"] != asked.login:
            return _forbidden()
        del self.comments[comment["id"]]
        return 204, None, {}

    def _list_issues(self, asked: _Request) -> Said:
        """Newest first, and every pull request is one: so does GitHub."""
        wanted = asked.query.get("state", "open")
        found = [one for one in self.issues.values() if wanted in {"all", one["state"]}]
        return _page(self, asked, found[::-1])

    def _post_issue(self, asked: _Request) -> Said:
        body = asked.seen.body
        if len(body["body"]) > BODY_LIMIT:
            return _too_long("Issue")
        issue = self._open_issue(asked.login, body["title"], body["body"])
        del issue["pull_request"]
        issue["labels"] = [{"name": name} for name in body.get("labels", [])]
        return 201, issue, {}

    def _patch_issue(self, asked: _Request) -> Said:
        issue = self.issues.get(int(asked.parts[4]))
        if issue is None:
            return _error(404, "Not Found")
        if len(asked.seen.body.get("body", "")) > BODY_LIMIT:
            return _too_long("Issue")
        issue |= {**asked.seen.body, "updated_at": self._tick()}
        return 200, issue, {}

    def _environment(self, asked: _Request) -> Said:
        rules = self.environments.get(asked.parts[4])
        if rules is None:
            return _error(404, "Not Found")
        return 200, {"name": asked.parts[4], "protection_rules": rules}, {}

    def _branch(self, asked: _Request) -> Said:
        if asked.parts[4] not in self.branches:
            return _error(404, "Branch not found")
        return 200, {"name": asked.parts[4], "protected": self.branches[asked.parts[4]]}, {}

    def _commit(self, asked: _Request) -> Said:
        sha = asked.parts[4]
        heads = {pull["head"]["sha"] for pull in self.pulls.values()}
        if sha not in self.commits and sha not in heads:
            return _error(422, f"No commit found for SHA: {sha}")
        parents = [{"sha": one} for one in self.commits.get(sha, ())]
        return 200, {"sha": sha, "parents": parents}, {}

    def _pulls_of(self, asked: _Request) -> Said:
        found = [one for one in self.pulls.values() if one["merge_commit_sha"] == asked.parts[4]]
        return _page(self, asked, found)

    def _access(self, asked: _Request) -> Said:
        return 200, {"permission": self.access.get(asked.parts[4], "none")}, {}

    def _open_issue(self, author: str, title: str, body: str) -> dict[str, Any]:
        number = max(self.issues, default=0) + 1
        self.issues[number] = {
            "number": number,
            "state": "open",
            "locked": False,
            "title": title,
            "body": body,
            "user": _user(author),
            "pull_request": {},
            "updated_at": self._tick(),
        }
        return self.issues[number]

    def _tick(self) -> str:
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
    said = (
        "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."
    )
    message = said if is_secondary else "API rate limit exceeded for installation."
    return says.reply(status, {"message": message}, headers)


def _reply(said: Said) -> Telling:
    status, body, headers = said
    return says.reply(status, body, {"X-GitHub-Request-Id": "C0DE:1234:5678", **headers})


def _error(status: int, message: str, **more: object) -> Said:
    said = {"message": message, "documentation_url": "https://docs.github.com/rest", **more}
    return status, {**said, "status": str(status)}, {}


def _forbidden() -> Said:
    return _error(403, "Resource not accessible by integration")


def _too_long(resource: str) -> Said:
    message = f"body is too long (maximum is {BODY_LIMIT} characters)"
    problem = {"resource": resource, "code": "custom", "field": "body", "message": message}
    return _error(422, "Validation Failed", errors=[problem])


def _user(login: str) -> dict[str, str]:
    return {"login": login, "type": "Bot" if login.endswith("[bot]") else "User"}


def _fits(shape: tuple[str, ...], route: tuple[str, ...]) -> bool:
    pairs = zip(shape, route, strict=False)
    return len(shape) == len(route) and all(want in {"*", part} for want, part in pairs)


def _found(table: Mapping[int, object], number: str) -> Said:
    found = table.get(int(number))
    return _error(404, "Not Found") if found is None else (200, found, {})


def _page(hub: GitHub, asked: _Request, items: list[dict[str, Any]]) -> Said:
    size = min(int(asked.query.get("per_page", "30")), LARGEST_PAGE)
    page = int(asked.query.get("page", "1"))
    path = asked.seen.path.partition("?")[0]
    more = {key: value for key, value in asked.query.items() if key != "page"}
    query = "&".join(f"{key}={value}" for key, value in {**more, "page": str(page + 1)}.items())
    is_last = page * size >= len(items)
    link = {} if is_last else {"Link": f'<{hub.url}{path}?{query}>; rel="next"'}
    return 200, items[(page - 1) * size : page * size], link
