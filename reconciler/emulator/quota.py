"""The quota: so many requests in any sliding minute (concept/throttling-limits: 150)."""

from __future__ import annotations

import math
from collections import deque
from threading import Lock
from typing import TYPE_CHECKING

from reconciler.emulator.messages import Refusal

if TYPE_CHECKING:
    from reconciler.ports import Clock

WINDOW_SECONDS = 60.0


class Quota:
    """Holds the times of the last ``limit`` requests: the oldest one decides.

    Refused requests count too ("requests sent while throttled keep counting", concept/throttling).
    Graph counts per application; tokens are opaque here, so all clients share one quota.
    """

    def __init__(self, limit: int, clock: Clock) -> None:
        self._clock = clock
        self._lock = Lock()
        self._limit = limit
        self._times: deque[float] = deque(maxlen=limit or None)

    def charge(self) -> None:
        """One unit. Raises a 429 whose Retry-After is enough if nothing is sent meanwhile."""
        if not self._limit:
            return
        with self._lock:
            now = self._clock.monotonic()
            while self._times and now - self._times[0] >= WINDOW_SECONDS:
                self._times.popleft()
            full = len(self._times) == self._limit
            self._times.append(now)
            wait = WINDOW_SECONDS - (now - self._times[0])
        if full:
            seconds = str(max(1, math.ceil(wait)))
            raise Refusal(
                429, "TooManyRequests", "Please retry again later.", {"Retry-After": seconds}
            )
