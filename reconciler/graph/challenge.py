"""Why a token was refused although it is whole: claims that it lacks (Entra's claims challenge).

Source: entra/identity-platform/claims-challenge, read 2026-11-21: a 401 whose WWW-Authenticate says
``error="insufficient_claims", claims="…"``, the claims as JSON in base64.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

_CLAIMS: Final = re.compile(r"""(?:^|[\s,])claims="([0-9A-Za-z+/_-]{1,8192}={0,2})\"""")
_URL_SAFE: Final = str.maketrans("-_", "+/")


def claims(headers: Mapping[str, str]) -> str:
    """The JSON object to ask for, as text; empty if there is none. Header names in lower case."""
    found = _CLAIMS.search(headers.get("www-authenticate", ""))
    if found is None:
        return ""
    plain = found[1].rstrip("=").translate(_URL_SAFE)
    try:
        text = base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True).decode()
        wanted = json.loads(text)
    except (binascii.Error, ValueError, RecursionError):
        return ""
    return text if isinstance(wanted, dict) else ""
