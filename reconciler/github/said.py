"""One answer of GitHub: status, headers, JSON, and what a final no means to a person."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from reconciler.errors import Failure, IdentityFailure
from reconciler.model.words import Foreign

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reconciler.model.words import Json
    from reconciler.net.wire import Reply

FORBIDDEN: Final = 403
NOT_FOUND: Final = 404
_REQUEST_ID: Final = re.compile(r"[0-9A-Za-z:._-]{1,128}")


@dataclass(frozen=True, slots=True)
class Said:
    """``body`` is None if there was none or it was no JSON. Header names are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: Json

    @property
    def is_ok(self) -> bool:
        return self.status in range(200, 300)

    @property
    def message(self) -> Foreign:
        """With what is wrong in the single fields, where GitHub tells (422)."""
        return Foreign("; ".join(_messages(self.body)))

    def describe(self, request: str) -> str:
        """In our words, fit to print."""
        found = self.headers.get("x-github-request-id", "")
        known = f" (request-id {found})" if _REQUEST_ID.fullmatch(found) else ""
        return f"GitHub answered {self.status} to {request}{known}"

    def refusal(self, request: str, need: str) -> Failure:
        """``need``: the permission that the request takes, as a workflow writes it."""
        told, detail = self.describe(request), self.message
        match self.status:
            case 401:
                return IdentityFailure(
                    f"{told}: it does not take the token",
                    remedy="set GITHUB_TOKEN to one that has not expired (in a job: 'GITHUB_TOKEN:"
                    " ${{ github.token }}'), and GITHUB_API_URL to the server that gave it",
                    detail=detail,
                )
            case 403:
                return Failure(
                    f"{told}: the token may not do that",
                    remedy=f"give the job 'permissions: {{{need}}}'; the token of a pull request"
                    " from a fork can only read",
                    detail=detail,
                )
            case 404:
                return Failure(
                    f"{told}: there is no such thing, or the token may not see it",
                    remedy=f"check GITHUB_REPOSITORY, the name or number that was asked for, and"
                    f" 'permissions: {{{need}}}'",
                    detail=detail,
                )
            case 410:
                return Failure(
                    f"{told}: that is switched off in this repository",
                    remedy="switch issues on in the settings of the repository",
                    detail=detail,
                )
            case _:
                return Failure(f"{told}: refused", remedy=_OTHERWISE, detail=detail)


_OTHERWISE: Final = "what GitHub says about it stands here; githubstatus.com tells of outages"


def of_reply(reply: Reply) -> Said:
    try:
        body: Json = json.loads(reply.body)
    except (ValueError, RecursionError):  # gateways answer 5xx with HTML
        body = None
    return Said(reply.status, reply.headers, body)


def _messages(body: Json) -> Iterator[str]:
    if not isinstance(body, Mapping):
        return
    problems = body.get("errors")
    for level in (body, *(problems if isinstance(problems, list) else ())):
        message = level.get("message") if isinstance(level, Mapping) else level
        if isinstance(message, str) and message:
            yield message
