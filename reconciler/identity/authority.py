"""Which host hands out tokens: the cloud's own, or a loopback one that stands in for it."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from reconciler.errors import IdentityFailure

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reconciler.clouds import Cloud

VARIABLE: Final = "AZURE_AUTHORITY_HOST"


_LEADING_ASTRAY: Final = {
    "AZURE_REGIONAL_AUTHORITY_NAME": "tokens would come from another host than the cloud's own",
    "AZURE_IDENTITY_DISABLE_MULTITENANTAUTH": "tokens could be another tenant's without a word",
}


@dataclass(frozen=True, slots=True)
class Authority:
    """``is_loopback``: a stand-in that Microsoft's instance discovery does not know."""

    url: str
    is_loopback: bool = False


def authority(cloud: Cloud, env: Mapping[str, str]) -> Authority:
    """Raises IdentityFailure if the environment names another host: secrets would go there."""
    for name, why in _LEADING_ASTRAY.items():
        if env.get(name):
            raise IdentityFailure(f"{name} is set: {why}", remedy=f"unset {name}")
    own = f"https://{cloud.authority}"
    named = env.get(VARIABLE, "").strip()
    url = named if "://" in named else f"https://{named}"
    if not named or url.rstrip("/").casefold() == own:
        return Authority(own)
    if _is_loopback_https(url):
        return Authority(url, is_loopback=True)
    raise IdentityFailure(
        f"{VARIABLE} is {named!a}; this tenant's cloud has its tokens from {own}",
        remedy=f"unset {VARIABLE}, or correct 'cloud' in reconciler.yaml",
    )


def _is_loopback_https(url: str) -> bool:
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        return parts.scheme == "https" and (
            host == "localhost" or ipaddress.ip_address(host).is_loopback
        )
    except ValueError:
        return False
