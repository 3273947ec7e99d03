"""Where the boxes and bands of a picture lie: plain geometry, no markup.

States before stand to the left, states after to the right; a band leads from one to the other for
each severity, as thick as it has objects. Lengths are in units of the drawing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from reconciler.review.picture import BANDS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from reconciler.review.picture import Flow, Picture, State

WIDTH: Final = 480
BAR: Final = 8
GUTTER: Final = 138
"""To either side, for the labels: they stand beside their box, never on a band."""
LINE: Final = 16
"""From one line of a label to the next."""
_FLOW: Final = 140
"""What all bands of a picture come to, if none is widened."""
_THINNEST: Final = 4
_THICKEST: Final = 24
"""Of one object: a picture of few is slim."""
_GAP: Final = 14


@dataclass(frozen=True, slots=True)
class Box:
    """A state with all of its bands. ``top``, ``height``: of the bar; ``end``: below its label."""

    state: State
    counts: Mapping[str, int]
    top: float
    height: float
    end: float

    @property
    def middle(self) -> float:
        return self.top + self.height / 2


@dataclass(frozen=True, slots=True)
class Band:
    """``left`` and ``right``: where its upper edge begins and ends."""

    flow: Flow
    severity: str
    count: int
    left: float
    right: float
    height: float


@dataclass(frozen=True, slots=True)
class Drawing:
    left: tuple[Box, ...]
    right: tuple[Box, ...]
    bands: tuple[Band, ...]
    height: float


def drawing(picture: Picture, lines: Callable[[State, Mapping[str, int]], int]) -> Drawing:
    """``lines``: how many lines the label of a state takes; its box is at least as high."""
    flows = picture.flows
    scale = min(_FLOW / picture.total, _THICKEST)
    left = _boxes(flows, lambda flow: flow.before, scale, lines)
    right = _boxes(flows, lambda flow: flow.after, scale, lines)
    return Drawing(
        left, right, tuple(_bands(flows, left, right, scale)), max(left[-1].end, right[-1].end)
    )


def _boxes(
    flows: Sequence[Flow],
    side: Callable[[Flow], State],
    scale: float,
    lines: Callable[[State, Mapping[str, int]], int],
) -> tuple[Box, ...]:
    """One below the other, in the order of the flows."""
    boxes: list[Box] = []
    top = 0.0
    for state in dict.fromkeys(map(side, flows)):
        own = [flow for flow in flows if side(flow) == state]
        counts = _counts(own)
        height = sum(_thick(count, scale) for flow in own for _, count in flow.counts)
        room = max(height, lines(state, counts) * LINE)
        boxes.append(Box(state, counts, top + (room - height) / 2, height, top + room))
        top += room + _GAP
    return tuple(boxes)


def _bands(
    flows: Sequence[Flow], left: Sequence[Box], right: Sequence[Box], scale: float
) -> Iterable[Band]:
    """In the order of both sides, so that as few as can be cross."""
    begins = {box.state: box.top for box in left}
    ends = {box.state: box.top for box in right}
    order = list(begins), list(ends)
    for flow in sorted(
        flows, key=lambda one: (order[0].index(one.before), order[1].index(one.after))
    ):
        for severity, count in flow.counts:
            height = _thick(count, scale)
            yield Band(flow, severity, count, begins[flow.before], ends[flow.after], height)
            begins[flow.before] += height
            ends[flow.after] += height


def _counts(flows: Iterable[Flow]) -> Mapping[str, int]:
    """The highest severity first."""
    told = [item for flow in flows for item in flow.counts]
    return {
        band: sum(count for name, count in told if name == band)
        for band in BANDS
        if any(name == band for name, _ in told)
    }


def _thick(count: int, scale: float) -> float:
    return max(count * scale, _THINNEST)
