"""A pipeline's token for its own forge: handed to git by environment, for that forge's address only."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from reconciler.contract.graph_url import NotAnOrigin, origin
from reconciler.errors import UsageError
from reconciler.model.words import Foreign

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from reconciler.git.running import Answer

TOKEN: Final = "GITHUB_TOKEN"  # noqa: S105 — the name of a variable
SERVER: Final = "GITHUB_SERVER_URL"
DEFAULT_SERVER: Final = "https://github.com"

_USER: Final = "x-access-token"
_MASK: Final = "***"


@dataclass(frozen=True, slots=True)
class Access:
    """``settings``: of git's configuration, in order. ``secrets``: what no message may show."""

    settings: Sequence[tuple[str, str]] = ()
    secrets: tuple[str, ...] = ()

    def masked(self, answer: Answer) -> Answer:
        """A server may quote what it was sent."""
        if answer.said is None:
            return answer
        text = answer.said.raw
        for secret in self.secrets:
            text = text.replace(secret, _MASK)
        return replace(answer, said=Foreign(text))


def access(env: Mapping[str, str]) -> Access:
    """Without a token: git's own ways (a credential helper, an ssh key). Raises UsageError.

    git compares scheme, host and port itself, so a remote elsewhere never sees the token; a redirect
    would carry the header along, so none is followed.
    """
    token = env.get(TOKEN)
    if not token:
        return Access()
    scope = f"http.{_server(env.get(SERVER) or DEFAULT_SERVER)}/.extraHeader"
    encoded = b64encode(f"{_USER}:{token}".encode()).decode("ascii")
    return Access(
        settings=(
            ("http.followRedirects", "false"),
            (scope, ""),  # a checkout that kept its own: two of them are refused
            (scope, f"Authorization: Basic {encoded}"),
        ),
        secrets=(token, encoded),
    )


def _server(url: str) -> str:
    try:
        return origin(url, loopback_only=False)
    except NotAnOrigin as problem:
        raise UsageError(
            f"{SERVER} is {url!a}; {problem}",
            remedy="it is GitHub that sets this variable: do not set it yourself",
        ) from problem
