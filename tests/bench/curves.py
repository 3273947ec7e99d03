"""The plot of the page: units and time against objects, by this tool and by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tests.bench.plot import Panel, svg

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tests.bench.quota import Point
    from tests.bench.scaled import Arrived

DESCRIPTION: Final = (
    "Two log-log charts over the number of declared objects: quota units, and time at the quota. "
    "Each has three lines: reading one by one by hand, a cold plan, a warm plan."
)
UNITS: Final = {10.0**power: f"{10**power:,}" for power in range(6)}
SECONDS: Final = {
    0.1: "0.1 s",
    1.0: "1 s",
    10.0: "10 s",
    60.0: "1 min",
    600.0: "10 min",
    3600.0: "1 h",
    36000.0: "10 h",
    86400.0: "1 day",
}


def drawn(points: Sequence[Point]) -> str:
    across = {float(point.objects): f"{point.objects:,}" for point in points}

    def panel(title: str, ticks: dict[float, str], of: Callable[[Arrived], float]) -> Panel:
        series = {
            "by hand": [(float(one.objects), of(one.by_hand)) for one in points],
            "cold plan": [(float(one.objects), of(one.cold)) for one in points],
            "warm plan": [(float(one.objects), of(one.warm)) for one in points],
        }
        return Panel(title, across, ticks, series)

    return svg(
        (
            panel("Quota units to read live state", UNITS, lambda cost: float(cost.units)),
            panel("Time, at the quota", SECONDS, lambda cost: cost.seconds),
        ),
        title="What reading costs, by number of objects",
        across="declared objects",
        description=DESCRIPTION,
    )
