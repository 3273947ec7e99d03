"""``graphUrl`` and ``--graph-url``: an origin, nothing more, and never a token in the clear."""

from __future__ import annotations

import re
from ipaddress import IPv4Address, IPv4Network, IPv6Address, ip_address
from typing import Final

_ORIGIN: Final = re.compile(
    r"(?P<scheme>https?)://(?P<host>[0-9A-Za-z.-]+|\[[0-9A-Fa-f:.]+\])(?::(?P<port>[0-9]{1,5}))?/?"
)
_LOOPBACK: Final = (IPv4Network("127.0.0.0/8"), IPv6Address("::1"))
_LAST_PORT: Final = 65535


class NotAnOrigin(ValueError):
    """What is expected of such a URL, for a message about the one that was found."""


def origin(url: str, *, loopback_only: bool) -> str:
    """``scheme://host[:port]``, in lower case. Raises NotAnOrigin.

    ``loopback_only``: for the emulator, which takes any token.
    """
    found = _ORIGIN.fullmatch(url.lower())
    if found is None or not 0 < int(found["port"] or 1) <= _LAST_PORT:
        raise NotAnOrigin("expected https://HOST or https://HOST:PORT, with nothing after it")
    is_local = is_loopback(found["host"].strip("[]"))
    if loopback_only and not is_local:
        raise NotAnOrigin(
            "expected a loopback address (127.0.0.1, [::1] or localhost) for the emulator"
        )
    if found["scheme"] == "http" and not is_local:
        raise NotAnOrigin("expected https; plain http goes to a loopback address only")
    return found[0].rstrip("/")


def is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        address = ip_address(host)
    except ValueError:
        return False
    network, only = _LOOPBACK
    return address in network if isinstance(address, IPv4Address) else address == only
