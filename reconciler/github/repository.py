"""What is asked about one repository: who may see it, its pull requests, and what protects it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, TypeAlias
from urllib.parse import quote

from reconciler.codec import strict
from reconciler.errors import Refused
from reconciler.github.said import NOT_FOUND
from reconciler.github.session import odd

if TYPE_CHECKING:
    from reconciler.github.session import Session
    from reconciler.model.words import Json, JsonObject

State: TypeAlias = Literal["APPROVED", "CHANGES_REQUESTED", "DISMISSED"]
PULLS: Final = "pull-requests: read"
ACTIONS: Final = "actions: read"
CONTENTS: Final = "contents: read"
METADATA: Final = "metadata: read"
_MAY_WRITE: Final = frozenset({"admin", "write"})
_MOST_POLICIES: Final = 100
"""On one page of the list."""
_JUDGING: Final[dict[str, State]] = {
    "APPROVED": "APPROVED",
    "CHANGES_REQUESTED": "CHANGES_REQUESTED",
    "DISMISSED": "DISMISSED",
}
"""States of a review that replace what its author said before; a mere comment does not."""


@dataclass(frozen=True, slots=True)
class Pull:
    """``merged_as``: the commit that it became on its base branch, once it is merged.

    ``comments``: how many it has; None: not told.
    """

    number: int
    author: str
    head: str
    base: str
    is_open: bool
    is_locked: bool
    merged_as: str | None
    comments: int | None = None


@dataclass(frozen=True, slots=True)
class Review:
    """``commit``: the head that was looked at. ``at``: as GitHub writes times."""

    author: str
    is_person: bool
    state: State
    commit: str
    at: str


@dataclass(frozen=True, slots=True)
class Environment:
    """``takes``: whose jobs may run in it, by its deployment branch policy.

    ``named``: of the branches that it names. ``protected``: of protected ones; where the repository
    protects none, of all.
    """

    has_reviewers: bool
    takes: Literal["any", "named", "protected"]


@dataclass(frozen=True, slots=True)
class Policy:
    """What an environment names: a branch or a pattern of some, or tags."""

    name: str
    is_branch: bool


@dataclass(frozen=True, slots=True)
class Repository:
    session: Session
    name: str
    """``owner/name``."""

    def visibility(self) -> str | None:
        """public, private or internal; None if GitHub does not tell (old servers)."""
        at = self._object("", METADATA)
        told = at.get("visibility")
        return told if isinstance(told, str) else None

    def pull(self, number: int) -> Pull:
        return _pull(self._object(f"/pulls/{number}", PULLS))

    def parents(self, commit: str) -> tuple[str, ...]:
        at = self._object(f"/commits/{commit}", CONTENTS)
        try:
            return tuple(strict.text(one, "sha") for one in strict.objects(at, "parents"))
        except strict.Odd as problem:
            raise odd(f"a commit whose {problem}") from problem

    def pulls_of(self, commit: str) -> list[Pull]:
        """Merged ones that this commit is of, each once."""
        path = f"{self._path}/commits/{commit}/pulls"
        told = (_pull(_whole(one)) for one in self.session.pages(path, PULLS))
        return [*{one.number: one for one in told}.values()]

    def reviews(self, number: int) -> list[Review]:
        """Those that judge, each once, oldest first: one that comes again takes nothing back."""
        path = f"{self._path}/pulls/{number}/reviews"
        told: dict[object, JsonObject] = {}
        for place, one in enumerate(map(_whole, self.session.pages(path, PULLS))):
            told.setdefault(one.get("id") or f"at {place}", one)
        return [one for one in map(_review, told.values()) if one is not None]

    def may_write(self, login: str) -> bool:
        at = self._object(f"/collaborators/{quote(login, safe='')}/permission", METADATA)
        return at.get("permission") in _MAY_WRITE

    def environment(self, environment: str) -> Environment:
        """Raises Refused if there is no such environment (or none that this token may see)."""
        path = f"/environments/{quote(environment, safe='')}"
        said = self.session.ask(f"{self._path}{path}")
        if said.status == NOT_FOUND:
            raise Refused(
                f"the environment {environment!a} is not there, or the token may not see it",
                remedy="make it in the settings of the repository, with required reviewers and its"
                " deployment branches (a job that names one that is missing makes it without); the"
                f" job needs '{ACTIONS}'",
            )
        if not said.is_ok:
            raise said.refusal(f"GET {self._path}{path}", ACTIONS)
        return _environment(_whole(said.body))

    def policies(self, environment: str) -> list[Policy]:
        """What an environment that takes ``named`` ones names. Raises Refused if there is no list.

        A list that is not there may be one that this token may not see.
        """
        path = f"/environments/{quote(environment, safe='')}/deployment-branch-policies"
        said = self.session.ask(f"{self._path}{path}?per_page={_MOST_POLICIES}")
        if said.status == NOT_FOUND:
            raise Refused(
                f"nobody can tell which branches the environment {environment!a} takes jobs of:"
                " GitHub has no list of them here, or the token may not see it",
                remedy="let it take jobs of protected branches only, in its settings (GitHub"
                f" Enterprise Server before 3.8 has no such list); the job needs '{ACTIONS}'",
            )
        if not said.is_ok:
            raise said.refusal(f"GET {self._path}{path}", ACTIONS)
        return _policies(_whole(said.body))

    def is_protected(self, branch: str) -> bool:
        """By branch protection or by a ruleset that asks for pull requests."""
        name = quote(branch, safe="")
        if self._object(f"/branches/{name}", CONTENTS).get("protected") is True:
            return True
        rules = self.session.pages(f"{self._path}/rules/branches/{name}", METADATA)
        return any(_whole(one).get("type") == "pull_request" for one in rules)

    @property
    def _path(self) -> str:
        return f"/repos/{self.name}"

    def _object(self, path: str, need: str) -> JsonObject:
        return _whole(self.session.get(f"{self._path}{path}", need))


def _pull(at: JsonObject) -> Pull:
    try:
        head, base = strict.mapping(at, "head"), strict.mapping(at, "base")
        is_merged = strict.optional_text(at, "merged_at") is not None
        return Pull(
            number=strict.count(at, "number"),
            author=_login(at),
            head=strict.text(head, "sha"),
            base=strict.text(base, "ref"),
            is_open=strict.text(at, "state") == "open",
            is_locked=at.get("locked") is True,
            merged_as=strict.optional_text(at, "merge_commit_sha") if is_merged else None,
            comments=strict.count(at, "comments") if "comments" in at else None,
        )
    except strict.Odd as problem:
        raise odd(f"a pull request whose {problem}") from problem


def _environment(at: JsonObject) -> Environment:
    try:
        rules = strict.objects(at, "protection_rules")
    except strict.Odd as problem:
        raise odd(f"an environment whose {problem}") from problem
    asks = [one for one in rules if one.get("type") == "required_reviewers"]
    return Environment(
        has_reviewers=any(one.get("reviewers") for one in asks),
        takes=_takes(at.get("deployment_branch_policy")),
    )


def _takes(policy: Json) -> Literal["any", "named", "protected"]:
    """What is not exactly as GitHub promises binds nothing."""
    match policy:
        case {"protected_branches": False, "custom_branch_policies": True}:
            return "named"
        case {"protected_branches": True, "custom_branch_policies": False}:
            return "protected"
        case _:
            return "any"


def _policies(at: JsonObject) -> list[Policy]:
    try:
        found = [
            Policy(strict.text(one, "name"), one.get("type", "branch") == "branch")
            for one in strict.objects(at, "branch_policies")
        ]
        total = strict.count(at, "total_count")
    except strict.Odd as problem:
        raise odd(f"a list of deployment branches whose {problem}") from problem
    if total != len(found):
        raise odd(f"{len(found)} of {total} deployment branches")
    return found


def _review(at: JsonObject) -> Review | None:
    try:
        state = strict.text(at, "state")
        if state not in _JUDGING:
            return None
        user = strict.optional_mapping(at, "user") or {}
        return Review(
            author=_login(at),
            is_person=user.get("type") == "User",
            state=_JUDGING[state],
            commit=strict.optional_text(at, "commit_id") or "",
            at=strict.optional_text(at, "submitted_at") or "",
        )
    except strict.Odd as problem:
        raise odd(f"a review whose {problem}") from problem


def _login(at: JsonObject) -> str:
    user = strict.optional_mapping(at, "user")
    return "" if user is None else strict.text(user, "login")


def _whole(value: Json) -> JsonObject:
    if not isinstance(value, dict):
        raise odd("a value that is no object")
    return value
