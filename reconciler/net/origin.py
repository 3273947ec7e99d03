"""The one place that a token may be sent to: scheme, host and port, compared after normalising."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import ip_address
from typing import TYPE_CHECKING, Final

from reconciler.errors import Failure, NetworkFailure
from reconciler.model.words import Foreign

if TYPE_CHECKING:
    import httpx

_PORTS: Final = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Origin:
    scheme: str
    host: str
    """Lower case; without brackets for IPv6."""
    port: int

    @property
    def is_loopback(self) -> bool:
        return _is_loopback(self.host)

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}:{self.port}"

    def url(self, target: str) -> httpx.URL:
        """Where ``target`` leads: a path of ours, or an absolute URL that the server gave.

        What is checked is the very object that is sent, so no second parser can disagree. User
        information would replace the Authorization header: refused like a foreign host.
        Raises NetworkFailure for any other origin.
        """
        is_path = target.startswith("/") and not target.startswith("//")
        url = _parsed(f"{self}{target}" if is_path else target)
        if url is None or _of(url) != self or url.userinfo:
            raise NetworkFailure(
                f"Graph answered with a link that does not lead to {self}; it was not followed",
                remedy="check graphUrl, and what answers there",
                detail=Foreign(target),
            )
        return url


def parse(root: str) -> Origin:
    """The origin in ``root``. Raises Failure unless it is https, or http to a loopback address."""
    url = _parsed(root)
    if url is None or url.userinfo or url.query or url.fragment or url.path not in {"", "/"}:
        raise Failure(
            f"{root!r} is no origin; expected https://HOST or https://HOST:PORT, nothing after it",
            remedy="correct graphUrl",
        )
    origin = _of(url)
    if origin.scheme != "https" and not (origin.scheme == "http" and origin.is_loopback):
        raise Failure(
            f"{root!r} would send the token in the clear; expected https (http: loopback only)",
            remedy="correct graphUrl",
        )
    return origin


def _parsed(text: str) -> httpx.URL | None:
    import httpx

    try:
        return httpx.URL(text)
    except (httpx.InvalidURL, ValueError):  # ValueError: host names that idna refuses, surrogates
        return None


def _of(url: httpx.URL) -> Origin:
    return Origin(url.scheme, url.host, url.port or _PORTS.get(url.scheme, 0))


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
