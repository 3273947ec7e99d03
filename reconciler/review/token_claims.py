"""What an access token says of itself: for display only. Nothing is ever decided by it.

Microsoft calls the token opaque to clients (API notes 1.1): what it says here may be missing, and
is not checked. The token itself, and any claim that is not named here, is never shown.
"""

from __future__ import annotations

import base64
import binascii
import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from reconciler.model.words import Foreign

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from reconciler.review.words import Phrase

OPAQUE: Final = "got one; it is opaque, so tenant, application and expiry are not told"
LONGEST: Final = 200
"""Signs of a claim that are shown."""
_PARTS: Final = 3


def described(token: str, now: datetime) -> Phrase:
    """Tenant, application, expiry and permissions, as far as the token says."""
    claims = _claims(token)
    pieces: list[str | Foreign] = []
    for label, value in () if claims is None else _told(claims, now):
        pieces += [", " if pieces else "", label, value]
    return tuple(piece for piece in pieces if piece) or (OPAQUE,)


def _told(claims: Mapping[str, object], now: datetime) -> Iterator[tuple[str, str | Foreign]]:
    for label, names in (("tenant ", ("tid",)), ("application ", ("appid", "azp"))):
        found = next((claims[name] for name in names if isinstance(claims.get(name), str)), None)
        if found:
            yield label, _cut(str(found))
    expiry = _expiry(claims.get("exp"), now)
    if expiry:
        yield "", expiry
    yield from _permissions(claims)


def _permissions(claims: Mapping[str, object]) -> Iterator[tuple[str, Foreign]]:
    roles, scopes = claims.get("roles"), claims.get("scp")
    if isinstance(roles, list):
        yield "application permissions ", _cut(" ".join(map(str, roles)) or "none")
    if isinstance(scopes, str):
        yield "delegated permissions ", _cut(scopes)


def _expiry(value: object, now: datetime) -> str | None:
    if not isinstance(value, int | float):
        return None
    try:
        at = datetime.fromtimestamp(value, UTC)
    except (OverflowError, ValueError, OSError):
        return None
    minutes = int((at - now).total_seconds() // 60)
    left = f"{minutes} min left" if minutes >= 0 else "expired"
    return f"expires {at:%Y-%m-%dT%H:%M:%SZ} ({left})"


def _claims(token: str) -> Mapping[str, object] | None:
    parts = token.split(".")
    if len(parts) != _PARTS:
        return None
    body = parts[1]
    try:
        text = base64.urlsafe_b64decode(body + "=" * (-len(body) % 4))
        found = json.loads(text)
    except (binascii.Error, ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _cut(text: str) -> Foreign:
    return Foreign(text if len(text) <= LONGEST else f"{text[:LONGEST]}…")
