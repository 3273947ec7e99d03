"""What applying takes: exact units and round trips, an estimate of the time."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from reconciler.kinds import KINDS
from reconciler.model.plan import Estimate

if TYPE_CHECKING:
    from collections.abc import Iterable

    from reconciler.model.live import Cost
    from reconciler.model.plan import Change
    from reconciler.settings import Limits

SECONDS_PER_ROUND_TRIP: Final = 0.5
UNITS_PER_UPDATE: Final = 2
"""The check right before the write, and the write: each a part of a batch, each counted (API 5.1)."""


def batch_size(limits: Limits) -> int:
    """Updates checked and written together: no more than one minute's quota lets through twice."""
    return max(1, min(limits.batch_size, limits.requests_per_minute // UNITS_PER_UPDATE))


def estimate(changes: Iterable[Change], spent: Cost, limits: Limits) -> Estimate:
    """``spent``: what reading took. Time is that of applying alone."""
    batches = Counter(
        (KINDS[change.ref.kind].phase, KINDS[change.ref.kind].version)
        for change in changes
        if change.action == "update"
    )
    units = UNITS_PER_UPDATE * batches.total()
    count = sum(-(-size // batch_size(limits)) for size in batches.values())
    trips = 2 * count
    a_minute = max(1, limits.requests_per_minute // (UNITS_PER_UPDATE * batch_size(limits)))
    waiting = 60.0 * (max(0, count - 1) // a_minute if units > limits.requests_per_minute else 0)
    return Estimate(
        read_units=spent.units,
        write_units=units,
        round_trips=spent.round_trips + trips,
        estimated_seconds=round(trips * SECONDS_PER_ROUND_TRIP + waiting, 1),
        reading=spent.reading,
    )
