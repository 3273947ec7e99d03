"""Lines over two logarithmic axes as SVG: readable on light and dark pages, by shape as by colour."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from math import log10
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

WIDTH, HEIGHT, PANEL = 980, 430, 490
LEFT, RIGHT, TOP, BOTTOM = 70, 130, 62, 62
LABEL_GAP: Final = 17.0
CLASSES: Final = ("a", "b", "c")
"""How a series looks, in their order."""

STYLE: Final = """\
  svg { font: 13px system-ui, sans-serif; --ink: #1f2328; --soft: #59636e; --line: #d1d9e0; \
--page: #ffffff; --a: #bc4c00; --b: #0969da; --c: #1a7f37; }
  @media (prefers-color-scheme: dark) { svg { --ink: #f0f6fc; --soft: #9198a1; --line: #3d444d; \
--page: #0d1117; --a: #f0883e; --b: #58a6ff; --c: #3fb950; } }
  .page { fill: var(--page); stroke: var(--line); } .grid { stroke: var(--line); }
  text { fill: var(--soft); } .title { fill: var(--ink); font-size: 15px; font-weight: 600; }
  polyline { fill: none; stroke-width: 2.5; }
  .a { stroke: var(--a); stroke-dasharray: 7 4; } .b { stroke: var(--b); } .c { stroke: var(--c); \
stroke-dasharray: 2 3; }
  .mark { stroke: none; } .mark.a, text.a { fill: var(--a); } .mark.b, text.b { fill: var(--b); } \
.mark.c, text.c { fill: var(--c); }
  text.a, text.b, text.c { stroke: none; font-weight: 600; }
"""


@dataclass(frozen=True, slots=True)
class Panel:
    """``ticks``: value → its label, ascending; they are the axis. What lies below it is drawn on it."""

    title: str
    across: Mapping[float, str]
    ticks: Mapping[float, str]
    series: Mapping[str, Sequence[tuple[float, float]]]


def svg(panels: Sequence[Panel], *, title: str, across: str, description: str) -> str:
    """Panels side by side. ``across``: what the axis below each of them counts."""
    drawn = [
        line
        for number, panel in enumerate(panels)
        for line in _panel(panel, PANEL * number, across)
    ]
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img"'
        ' aria-labelledby="title description">'
    )
    return "\n".join(
        (
            head,
            f'<title id="title">{escape(title)}</title>',
            f'<desc id="description">{escape(description)}</desc>',
            f"<style>\n{STYLE}</style>",
            f'<rect class="page" x="0.5" y="0.5" width="{WIDTH - 1}" height="{HEIGHT - 1}" rx="8"/>',
            *drawn,
            "</svg>",
            "",
        )
    )


def _panel(panel: Panel, offset: float, across: str) -> Iterator[str]:
    axes = _Axes(panel, offset)
    middle = (axes.left + axes.right) / 2
    yield _text(axes.left, TOP - 26, panel.title, css="title")
    yield _text(middle, HEIGHT - 18, across, anchor="middle")
    yield from axes.grid()
    for css, points in zip(CLASSES, panel.series.values(), strict=False):
        yield from axes.line(css, points)
    yield from axes.labels()


class _Axes:
    def __init__(self, panel: Panel, offset: float) -> None:
        self._panel = panel
        self.left, self.right = offset + LEFT, offset + PANEL - RIGHT

    def grid(self) -> Iterator[str]:
        bottom = HEIGHT - BOTTOM
        for value, label in self._panel.ticks.items():
            y = self._y(value)
            yield _rule(self.left, y, self.right, y)
            yield _text(self.left - 8, y + 4, label, anchor="end")
        for value, label in self._panel.across.items():
            x = self._x(value)
            yield _rule(x, TOP, x, bottom)
            yield _text(x, bottom + 20, label, anchor="middle")

    def line(self, css: str, points: Sequence[tuple[float, float]]) -> Iterator[str]:
        places = [(self._x(x), self._y(y)) for x, y in points]
        joined = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
        yield f'<polyline class="{css}" points="{joined}"/>'
        yield from (_mark(css, x, y) for x, y in places)

    def labels(self) -> Iterator[str]:
        """At the end of each line, pushed apart where lines meet."""
        ends = [
            (self._y(points[-1][1]), css, name)
            for css, (name, points) in zip(CLASSES, self._panel.series.items(), strict=False)
        ]
        taken = float("-inf")
        for y, css, name in sorted(ends):
            taken = max(y, taken + LABEL_GAP)
            yield _text(self.right + 12, taken + 4, name, css=css)

    def _x(self, value: float) -> float:
        return _between(value, self._panel.across, self.left, self.right)

    def _y(self, value: float) -> float:
        return _between(value, self._panel.ticks, HEIGHT - BOTTOM, TOP)


def _between(value: float, ticks: Mapping[float, str], start: float, end: float) -> float:
    low, high = log10(min(ticks)), log10(max(ticks))
    return start + (end - start) * max(0.0, log10(max(value, min(ticks))) - low) / (high - low)


def _mark(css: str, x: float, y: float) -> str:
    shapes = {
        "a": f'<path class="mark a" d="M{x - 5:.1f} {y + 4:.1f}h10l-5 -9z"/>',
        "b": f'<circle class="mark b" cx="{x:.1f}" cy="{y:.1f}" r="4.5"/>',
        "c": f'<rect class="mark c" x="{x - 4:.1f}" y="{y - 4:.1f}" width="8" height="8"/>',
    }
    return shapes[css]


def _rule(x1: float, y1: float, x2: float, y2: float) -> str:
    return f'<line class="grid" x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"/>'


def _text(x: float, y: float, label: str, *, css: str = "", anchor: str = "start") -> str:
    kind = f' class="{css}"' if css else ""
    return f'<text{kind} x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(label)}</text>'
