"""When GitHub may be asked again: its two rate limits, and what passes by itself.

Source: docs.github.com, rest/using-the-rest-api/rate-limits-for-the-rest-api, read 2026-11-28: 403
or 429; Retry-After if there; else, with nothing remaining, the second that x-ratelimit-reset names;
else at least a minute, then longer each time.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from reconciler.net.retry_after import retry_after

if TYPE_CHECKING:
    from datetime import datetime

    from reconciler.github.said import Said

_LIMITED: Final = frozenset({403, 429})
_TOO_MANY: Final = 429
_PASSING: Final = frozenset({408, 500, 502, 503, 504})
_SAYS_SO: Final = re.compile(r"rate limit|abuse detection", re.IGNORECASE)
_EPOCH: Final = re.compile(r"[0-9]{1,12}")


@dataclass(frozen=True, slots=True)
class Pause:
    """``wait_seconds`` as asked for; None: it did not say, so ``backoff_seconds``, then doubled."""

    wait_seconds: float | None = None
    backoff_seconds: float = 0.5


_A_MINUTE: Final = Pause(backoff_seconds=60.0)


def pause_after(said: Said, now: datetime) -> Pause | None:
    """None: this answer is final."""
    if said.status in _PASSING:
        return Pause(retry_after(said.headers, now))
    if said.status not in _LIMITED:
        return None
    asked = retry_after(said.headers, now)
    if asked is not None:
        return Pause(asked)
    if said.headers.get("x-ratelimit-remaining") == "0":
        return _until(said.headers.get("x-ratelimit-reset", ""), now)
    is_limit = said.status == _TOO_MANY or _SAYS_SO.search(said.message.raw)
    return _A_MINUTE if is_limit else None


def _until(epoch: str, now: datetime) -> Pause:
    if _EPOCH.fullmatch(epoch) is None:
        return _A_MINUTE
    return Pause(max(1.0, float(epoch) - now.timestamp()))
