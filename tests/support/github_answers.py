"""What the loopback GitHub answers to each request of its REST API; see loopback_github."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeAlias

if TYPE_CHECKING:
    from tests.support.loopback_github import GitHub

BODY_LIMIT: Final = 65_536
LARGEST_PAGE: Final = 100
Said: TypeAlias = tuple[int, object, dict[str, str]]
Answer: TypeAlias = Callable[["GitHub", "Request"], Said]


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
class Request:
    seen: Seen
    login: str
    parts: tuple[str, ...]
    query: Mapping[str, str]


def said(hub: GitHub, asked: Request) -> Said:
    if asked.parts == ("user",):
        is_bot = asked.login.endswith("[bot]")
        return forbidden() if is_bot else (200, user(asked.login), {})
    if asked.parts == ("search", "issues"):
        return _search(hub, asked)
    if "/".join(asked.parts[1:3]) != hub.repository or asked.parts[0] != "repos":
        return error(404, "Not Found")
    route = (asked.seen.method, *asked.parts[3:])
    for permission, shape, answer in _routes():
        if _fits(shape, route):
            return (
                answer(hub, asked) if hub.permissions & set(permission.split("|")) else forbidden()
            )
    return error(404, "Not Found")


def _routes() -> list[tuple[str, tuple[str, ...], Answer]]:
    """The permission that it needs (or either of two), method and path ('*' is any part), what answers."""
    return [
        ("metadata", ("GET",), _repository),
        ("pull-requests", ("GET", "pulls", "*"), _pull),
        ("pull-requests", ("GET", "pulls", "*", "reviews"), _reviews),
        ("issues|pull-requests", ("GET", "issues", "*", "comments"), _list_comments),
        ("issues|pull-requests", ("POST", "issues", "*", "comments"), _post_comment),
        ("issues|pull-requests", ("PATCH", "issues", "comments", "*"), _patch_comment),
        ("issues|pull-requests", ("DELETE", "issues", "comments", "*"), _delete_comment),
        ("issues", ("GET", "issues"), _list_issues),
        ("issues", ("POST", "issues"), _post_issue),
        ("issues", ("PATCH", "issues", "*"), _patch_issue),
        ("actions", ("GET", "environments", "*"), _environment),
        ("actions", ("GET", "environments", "*", "deployment-branch-policies"), _policies),
        ("contents", ("GET", "branches", "*"), _branch),
        (
            "metadata",
            ("GET", "rules", "branches", "*"),
            _rules,
        ),
        ("contents", ("GET", "commits", "*"), _commit),
        ("pull-requests", ("GET", "commits", "*", "pulls"), _pulls_of),
        ("metadata", ("GET", "collaborators", "*", "permission"), _access),
    ]


def _repository(hub: GitHub, _asked: Request) -> Said:
    told = {"full_name": hub.repository, "private": hub.visibility != "public"}
    return 200, told | ({"visibility": hub.visibility} if hub.visibility else {}), {}


def _pull(hub: GitHub, asked: Request) -> Said:
    number = int(asked.parts[4])
    if number not in hub.pulls:
        return error(404, "Not Found")
    count = sum(one["issue"] == number for one in hub.comments.values())
    return 200, hub.pulls[number] | {"comments": count}, {}


def _reviews(hub: GitHub, asked: Request) -> Said:
    return _page(hub, asked, hub.reviews.get(int(asked.parts[4]), []))


def _list_comments(hub: GitHub, asked: Request) -> Said:
    number = int(asked.parts[4])
    return _page(hub, asked, [one for one in hub.comments.values() if one["issue"] == number])


def _post_comment(hub: GitHub, asked: Request) -> Said:
    number = int(asked.parts[4])
    if number not in hub.issues:
        return error(404, "Not Found")
    if len(asked.seen.body["body"]) > BODY_LIMIT:
        return _too_long("IssueComment")
    found = hub.write_comment(number, asked.login, asked.seen.body["body"])
    return 201, hub.comments[found], {}


def _patch_comment(hub: GitHub, asked: Request) -> Said:
    comment = hub.comments.get(int(asked.parts[5]))
    if comment is None:
        return error(404, "Not Found")
    if comment["user"]["login"] != asked.login:
        return forbidden()
    if len(asked.seen.body["body"]) > BODY_LIMIT:
        return _too_long("IssueComment")
    comment |= {"body": asked.seen.body["body"], "updated_at": hub.tick()}
    return 200, comment, {}


def _delete_comment(hub: GitHub, asked: Request) -> Said:
    comment = hub.comments.get(int(asked.parts[5]))
    if comment is None:
        return error(404, "Not Found")
    if comment["user"]["login"] != asked.login:
        return forbidden()
    del hub.comments[comment["id"]]
    return 204, None, {}


def _list_issues(hub: GitHub, asked: Request) -> Said:
    """Newest first, and every pull request is one: so does GitHub."""
    wanted = asked.query.get("state", "open")
    found = [one for one in hub.issues.values() if wanted in {"all", one["state"]}]
    return _page(hub, asked, found[::-1])


def _search(hub: GitHub, asked: Request) -> Said:
    """By a title in quotes, as far as the tool asks for it."""
    words, _, title = asked.query["q"].removesuffix('"').partition(' "')
    assert words == f"repo:{hub.repository} is:issue is:open in:title"
    found = [
        one
        for one in hub.issues.values()
        if one["state"] == "open" and "pull_request" not in one and title in one["title"]
    ]
    return 200, {"total_count": len(found), "incomplete_results": False, "items": found}, {}


def _post_issue(hub: GitHub, asked: Request) -> Said:
    body = asked.seen.body
    if len(body["body"]) > BODY_LIMIT:
        return _too_long("Issue")
    issue = hub.open_issue(asked.login, body["title"], body["body"])
    del issue["pull_request"]
    issue["labels"] = [{"name": name} for name in body.get("labels", [])]
    return 201, issue, {}


def _patch_issue(hub: GitHub, asked: Request) -> Said:
    issue = hub.issues.get(int(asked.parts[4]))
    if issue is None:
        return error(404, "Not Found")
    if len(asked.seen.body.get("body", "")) > BODY_LIMIT:
        return _too_long("Issue")
    issue |= {**asked.seen.body, "updated_at": hub.tick()}
    return 200, issue, {}


def _environment(hub: GitHub, asked: Request) -> Said:
    found = hub.environments.get(asked.parts[4])
    return error(404, "Not Found") if found is None else (200, found, {})


def _policies(hub: GitHub, asked: Request) -> Said:
    if asked.parts[4] not in hub.policies:
        return error(404, "Not Found")
    found = [
        {"name": name.removeprefix("tag:"), "type": "tag" if name.startswith("tag:") else "branch"}
        for name in hub.policies[asked.parts[4]]
    ]
    return 200, {"total_count": len(found), "branch_policies": found}, {}


def _branch(hub: GitHub, asked: Request) -> Said:
    if asked.parts[4] not in hub.branches:
        return error(404, "Branch not found")
    return 200, {"name": asked.parts[4], "protected": hub.branches[asked.parts[4]]}, {}


def _commit(hub: GitHub, asked: Request) -> Said:
    sha = asked.parts[4]
    heads = {pull["head"]["sha"] for pull in hub.pulls.values()}
    if sha not in hub.commits and sha not in heads:
        return error(422, f"No commit found for SHA: {sha}")
    parents = [{"sha": one} for one in hub.commits.get(sha, ())]
    return 200, {"sha": sha, "parents": parents}, {}


def _pulls_of(hub: GitHub, asked: Request) -> Said:
    found = [one for one in hub.pulls.values() if one["merge_commit_sha"] == asked.parts[4]]
    return _page(hub, asked, found)


def _access(hub: GitHub, asked: Request) -> Said:
    return 200, {"permission": hub.access.get(asked.parts[4], "none")}, {}


def _rules(hub: GitHub, asked: Request) -> Said:
    return _page(hub, asked, hub.rules)


def error(status: int, message: str, **more: object) -> Said:
    said = {"message": message, "documentation_url": "https://docs.github.com/rest", **more}
    return status, {**said, "status": str(status)}, {}


def forbidden() -> Said:
    return error(403, "Resource not accessible by integration")


def _too_long(resource: str) -> Said:
    message = f"body is too long (maximum is {BODY_LIMIT} characters)"
    problem = {"resource": resource, "code": "custom", "field": "body", "message": message}
    return error(422, "Validation Failed", errors=[problem])


def user(login: str) -> dict[str, str]:
    return {"login": login, "type": "Bot" if login.endswith("[bot]") else "User"}


def _fits(shape: tuple[str, ...], route: tuple[str, ...]) -> bool:
    pairs = zip(shape, route, strict=False)
    return len(shape) == len(route) and all(want in {"*", part} for want, part in pairs)


def _found(table: Mapping[int, object], number: str) -> Said:
    found = table.get(int(number))
    return error(404, "Not Found") if found is None else (200, found, {})


def _page(hub: GitHub, asked: Request, items: list[dict[str, Any]]) -> Said:
    size = min(int(asked.query.get("per_page", "30")), LARGEST_PAGE)
    page = int(asked.query.get("page", "1"))
    path = asked.seen.path.partition("?")[0]
    more = {key: value for key, value in asked.query.items() if key != "page"}
    query = "&".join(f"{key}={value}" for key, value in {**more, "page": str(page + 1)}.items())
    is_last = page * size >= len(items)
    link = {} if is_last else {"Link": f'<{hub.url}{path}?{query}>; rel="next"'}
    return 200, items[(page - 1) * size : page * size], link
