"""Mend time.sleep under libfaketime: with the monotonic clock left alone, it raises EINVAL (0.9.10)."""

from __future__ import annotations

import select
import time
from typing import SupportsIndex


def _sleep(seconds: float | SupportsIndex, /) -> None:
    select.select([], [], [], float(seconds))


time.sleep = _sleep
