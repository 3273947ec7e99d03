"""A pipeline's token for its own forge: handed to git by environment, where it speaks to that forge."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from reconciler.contract.graph_url import NotAnOrigin, origin
from reconciler.errors import UsageError
from reconciler.model.words import Foreign

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from reconciler.git.running import Answer

TOKEN: Final = "GITHUB_TOKEN"  # noqa: S105 — the name of a variable
SERVER: Final = "GITHUB_SERVER_URL"
DEFAULT_SERVER: Final = "https://github.com"

_USER: Final = "x-access-token"
_MASK: Final = "***"


@dataclass(frozen=True, slots=True)
class Access:
    """``secrets``: what no message may show."""

    server: str = ""
    """The origin that the token is for; empty: there is no token, and git has its own ways."""
    token: str = ""
    secrets: tuple[str, ...] = ()

    def settings(self, addresses: Iterable[str]) -> Sequence[tuple[str, str]]:
        """Of git's configuration, in order; none unless each address of the remote is the forge's.

        git compares scheme, host and port once more; a redirect would carry the header along, so none
        is followed. No helper is started that could read the token in git's environment.
        """
        found = [*addresses]
        if not self.server or not found or any(_origin(one) != self.server for one in found):
            return ()
        scope = f"http.{self.server}/.extraHeader"
        return (
            ("http.followRedirects", "false"),
            ("credential.helper", ""),
            (scope, ""),  # a checkout that kept its own: two of them are refused
            (scope, f"Authorization: Basic {_encoded(self.token)}"),
        )

    def masked(self, answer: Answer) -> Answer:
        """A server may quote what it was sent."""
        text, out = answer.said.raw if answer.said else "", answer.out
        for secret in self.secrets:
            text = text.replace(secret, _MASK)
            out = out.replace(secret.encode(), _MASK.encode())
        return replace(answer, out=out, said=Foreign(text) if answer.said else None)


def access(env: Mapping[str, str]) -> Access:
    """Without a token: git's own ways (a credential helper, an ssh key). Raises UsageError."""
    token = env.get(TOKEN)
    if not token:
        return Access()
    server = _server(env.get(SERVER) or DEFAULT_SERVER)
    return Access(server, token, secrets=(token, _encoded(token)))


def _encoded(token: str) -> str:
    return b64encode(f"{_USER}:{token}".encode()).decode("ascii")


def _origin(address: str) -> str:
    """Of a remote's address, without a login; empty for what is no URL."""
    try:
        parts = urlsplit(address)
        host = parts.netloc.rpartition("@")[2]
        return origin(f"{parts.scheme}://{host}", loopback_only=False)
    except ValueError:
        return ""


def _server(url: str) -> str:
    try:
        return origin(url, loopback_only=False)
    except NotAnOrigin as problem:
        raise UsageError(
            f"{SERVER} is {url!a}; {problem}",
            remedy="it is GitHub that sets this variable: do not set it yourself",
        ) from problem
