"""How long ago something was, as one word of a report."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from typing import Final

_MINUTE: Final = 60
_HOUR: Final = 60 * _MINUTE
_DAY: Final = 24 * _HOUR


def age(created: str | None, at: str) -> str | None:
    """``3 d``, ``5 h``, ``12 min`` at ``at``; None where either is no time with its zone.

    What lies ahead of ``at`` (two clocks are never one) is ``0 min`` old.
    """
    born, now = _instant(created or ""), _instant(at)
    if born is None or now is None:
        return None
    seconds = max(0, int((now - born).total_seconds()))
    if seconds < _HOUR:
        return f"{seconds // _MINUTE} min"
    if seconds < 2 * _DAY:
        return f"{seconds // _HOUR} h"
    return f"{seconds // _DAY:,} d"


@lru_cache(maxsize=1024)
def _instant(text: str) -> datetime | None:
    """Graph writes seven fractional digits; what is finer than a microsecond is dropped."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo is not None else None
