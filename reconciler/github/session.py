"""Requests to one repository on GitHub: one at a time, asked again only while that may help."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeVar
from urllib.parse import urlsplit

from reconciler.errors import (
    AnswerLost,
    Failure,
    IdentityFailure,
    Interrupted,
    NetworkFailure,
    NotSent,
)
from reconciler.github.limits import Pause, pause_after
from reconciler.github.said import of_reply
from reconciler.net import origin
from reconciler.net.client import Call, Client, shown
from reconciler.net.failures import Untrusted
from reconciler.net.pacing import LONGEST_WAIT_SECONDS
from reconciler.net.proxies import VARIABLES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from reconciler.github import Connection
    from reconciler.github.said import Said
    from reconciler.model.words import Json, JsonObject

TRIES: Final = 4
MOST_PAGES: Final = 1_000
MOST_BARREN: Final = 10
"""Pages in a row that may bring nothing new."""
_HEADERS: Final = {
    "Accept": "application/vnd.github+json",
    "X-GitHub-Api-Version": "2022-11-28",
    "Content-Type": "application/json",
}
_PATH: Final = re.compile(r"(/[0-9A-Za-z._-]+)*")
_TOKEN: Final = re.compile(r"[!-~]+")
_NEXT: Final = re.compile(r'<([^<>]*)>;\s*rel="next"')

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Again:
    """No answer that counts. What was to be written may have been: look before sending again."""

    error: Failure
    """What it is if it does not pass."""
    pause: Pause


class Session:
    def __init__(self, connection: Connection) -> None:
        """Raises Failure if the token may not be sent to the API's address."""
        self._connection = connection
        root, self._prefix = _address(connection.api_url)
        self._token = _checked(connection.token)
        self._client = Client(
            root,
            stop=connection.stop,
            clock=connection.clock,
            deadline_seconds=connection.deadline_seconds,
            ca_bundle=connection.ca_bundle,
        )

    def get(self, path: str, need: str) -> Json:
        """``path`` behind the API's address. Raises Failure, Interrupted."""
        return self._read(f"{self._prefix}{path}", need).body

    def ask(self, path: str) -> Said:
        """The same, and a final no is an answer like any other."""
        return self.patiently(lambda: self._once(Call("GET", f"{self._prefix}{path}", _HEADERS)))

    def pages(self, path: str, need: str) -> Iterator[Json]:
        """The items of every page of a list; one may come twice, if others write meanwhile."""
        joint = "&" if "?" in path else "?"
        target = f"{self._prefix}{path}{joint}per_page=100"
        brought: set[str] = set()
        barren = 0
        for _ in range(MOST_PAGES):
            said = self._read(target, need)
            if not isinstance(said.body, list):
                raise odd(f"the list at {shown(target)}")
            news = set(map(_identity, said.body)) - brought
            brought |= news
            barren = 0 if news else barren + 1
            if barren > MOST_BARREN:
                raise odd("a list that goes on and on without anything new")
            yield from said.body
            following = _NEXT.search(said.headers.get("link", ""))
            if following is None:
                return
            target = following[1]
        raise odd(f"a list of more than {MOST_PAGES:,} pages")

    def write(
        self, method: str, path: str, body: JsonObject | None, need: str, *, gone: bool = False
    ) -> Said | Again:
        """Sent once: after Again somebody has to look whether it took effect.

        ``gone``: a 404 is as good as done. Raises Failure for a final no.
        """
        data = None if body is None else json.dumps(body).encode("ascii")
        said = self._once(Call(method, f"{self._prefix}{path}", _HEADERS, data))
        if isinstance(said, Again) or said.is_ok or (gone and said.status in (404, 410)):
            return said
        raise said.refusal(f"{method} {path}", need)

    def patiently(self, attempt: Callable[[], Result | Again]) -> Result:
        """Again and again, with a pause between, until it answers.

        Raises Failure when that has no end in sight, Interrupted if stopped meanwhile.
        """
        tries = 1
        while isinstance(answer := attempt(), Again):
            self._pause(answer, tries)
            tries += 1
        return answer

    def _read(self, target: str, need: str) -> Said:
        said = self.patiently(lambda: self._once(Call("GET", target, _HEADERS)))
        if said.is_ok:
            return said
        raise said.refusal(f"GET {shown(target)}", need)

    def _once(self, call: Call) -> Said | Again:
        try:
            said = of_reply(self._client.exchange(call, token=self._token))
        except Untrusted:
            raise
        except NotSent as problem:
            return Again(_unreached(problem), Pause(backoff_seconds=0.2))
        except AnswerLost as problem:
            if self._connection.stop.is_set():
                raise Interrupted("stopped while waiting for GitHub's answer") from problem
            return Again(problem, Pause())
        except NetworkFailure as problem:
            raise _elsewhere(problem) from problem
        pause = pause_after(said, self._connection.clock.now())
        if pause is None:
            return said
        told = said.describe(f"{call.method} {shown(call.target)}")
        return Again(Failure(told, remedy=_LATER, detail=said.message), pause)

    def _pause(self, again: Again, tries: int) -> None:
        pause = again.pause
        backoff = pause.backoff_seconds * 2.0 ** (tries - 1) * (1 + self._connection.chance() / 2)
        wait = backoff if pause.wait_seconds is None else pause.wait_seconds
        if wait > LONGEST_WAIT_SECONDS:
            raise _too_long(again.error, wait)
        if tries >= TRIES:
            raise again.error
        if self._connection.stop.wait(wait):
            raise Interrupted("stopped while waiting for GitHub")


def _identity(item: Json) -> str:
    """By its id where it has one: the rest of an entry may change while a list is read."""
    return str(item["id"] if isinstance(item, Mapping) and "id" in item else item)


_LATER: Final = "run it again later"


def odd(what: str) -> Failure:
    return Failure(
        f"GitHub's answer is not what its API promises: {what}",
        remedy="check that GITHUB_API_URL is the API of a GitHub server",
    )


def _too_long(error: Failure, seconds: float) -> Failure:
    return Failure(
        f"{error.message}: it asks to wait {seconds:.0f} s, longer than this run does"
        f" ({LONGEST_WAIT_SECONDS:.0f} s)",
        remedy=_LATER,
        detail=error.detail,
    )


def _unreached(problem: NotSent) -> Failure:
    """Said of GitHub: net speaks of Graph's address."""
    return NotSent(
        problem.message,
        remedy=f"check the network, GITHUB_API_URL and the proxy variables ({VARIABLES})",
        detail=problem.detail,
    )


def _elsewhere(problem: NetworkFailure) -> NetworkFailure:
    """A redirect, or a link to another server: neither is followed with a token."""
    return NetworkFailure(
        problem.message.replace("Graph", "GitHub"),
        remedy="a repository that was renamed or moved answers so: check GITHUB_REPOSITORY and"
        " GITHUB_API_URL",
        detail=problem.detail,
    )


def _address(api_url: str) -> tuple[str, str]:
    """Origin and path of the API, without a slash at its end."""
    try:
        parts = urlsplit(api_url.rstrip("/"))
        root = f"{parts.scheme}://{parts.netloc}"
        origin.parse(root)
    except (ValueError, Failure) as problem:
        raise _no_address() from problem
    if parts.query or parts.fragment or _PATH.fullmatch(parts.path) is None:
        raise _no_address()
    return root, parts.path


def _no_address() -> Failure:
    """Without what it is: somebody may have put a password into it."""
    return Failure(
        "GITHUB_API_URL is no address of an API; expected https://HOST or https://HOST/PATH (plain"
        " http: to a loopback address only)",
        remedy="GitHub sets it in every job: https://api.github.com, or https://HOST/api/v3",
    )


def _checked(token: str) -> str:
    if _TOKEN.fullmatch(token) is None:
        raise IdentityFailure(
            "GITHUB_TOKEN is empty or holds blanks or control characters",
            remedy="in a job: 'env: {GITHUB_TOKEN: ${{ github.token }}}'",
        )
    return token
