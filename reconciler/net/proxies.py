"""What HTTPS_PROXY and its kin say, for messages: the libraries themselves read them."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit

VARIABLES: Final = "HTTPS_PROXY, ALL_PROXY, NO_PROXY"


def proxy_of(host: str) -> str | None:
    """``host:port`` of the proxy on the way there, without its password; None: no proxy."""
    from urllib.request import getproxies, proxy_bypass

    named = getproxies()
    url = named.get("https") or named.get("all")
    return address(url) if url and not proxy_bypass(host) else None


def address(url: str) -> str:
    try:
        parts = urlsplit(url if "://" in url else f"http://{url}")
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return "an address that is none"
    return f"{parts.hostname or ''}{port}" or "an address that is none"
