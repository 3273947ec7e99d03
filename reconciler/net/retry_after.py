"""The Retry-After header: seconds, also with a fraction as Graph sends them, or an HTTP date."""

from __future__ import annotations

import re
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

_SECONDS: Final = re.compile(r"[0-9]{1,12}(\.[0-9]{1,12})?")


def retry_after(headers: Mapping[str, str], now: datetime) -> float | None:
    """Seconds to wait, never negative; None if the header is missing or says nothing usable.

    Header names are in lower case.
    """
    text = headers.get("retry-after", "").strip()
    if _SECONDS.fullmatch(text):
        return float(text)
    try:
        at = parsedate_to_datetime(text)
        at = at if at.tzinfo else at.replace(tzinfo=UTC)
        return max(0.0, (at - now).total_seconds())
    except (ValueError, OverflowError):  # the year 99999999999 is a date to nobody
        return None
