"""The picture of what moves, as inline SVG, and the same as a table.

Nothing is told by colour alone: each severity has a pattern, and its name stands with its count.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from reconciler.reports.html.flows import BAR, GUTTER, LINE, WIDTH, drawing
from reconciler.review import words
from reconciler.review.escape import html, visible
from reconciler.review.picture import UNRATED

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from reconciler.reports.html.flows import Band, Box
    from reconciler.review.picture import Picture, State

_WORD_LIMIT: Final = 40
_LINE_SIGNS: Final = 18
"""Characters that fit beside a box."""
_LONGEST: Final = 22
_SYLLABLE: Final = re.compile(r"[A-Z]?[^A-Z\s]*\s?|[A-Z]+")
"""Where Graph's camelCase may be broken."""
_BESIDE: Final = 7
"""Between a label and its box."""

_FAR: Final = WIDTH - GUTTER

PATTERNS: Final = (
    '<svg class="patterns" width="0" height="0" aria-hidden="true" focusable="false"><defs>'
    '<pattern id="p-high" width="6" height="6" patternUnits="userSpaceOnUse"'
    ' patternTransform="rotate(45)"><rect width="6" height="6"/><path d="M0 0V6"/></pattern>'
    '<pattern id="p-medium" width="8" height="8" patternUnits="userSpaceOnUse">'
    '<rect width="8" height="8"/><path d="M0 4H8"/></pattern>'
    '<pattern id="p-low" width="8" height="8" patternUnits="userSpaceOnUse">'
    '<rect width="8" height="8"/><circle cx="4" cy="4" r="1.5"/></pattern>'
    '<pattern id="p-informational" width="8" height="8" patternUnits="userSpaceOnUse">'
    '<rect width="8" height="8"/></pattern>'
    '<pattern id="p-unrated" width="16" height="8" patternUnits="userSpaceOnUse">'
    '<rect width="16" height="8"/><path d="M8 0V8"/></pattern></defs></svg>\n'
)


def pictures(title: str, note: str, drawn: Sequence[Picture]) -> Iterator[str]:
    """A section with a figure each; nothing where nothing moves."""
    if not drawn:
        return
    yield f'<section aria-labelledby="moves"><h2 id="moves">{html(title)}</h2>\n'
    yield f"<p>{html(note)}</p>\n{PATTERNS}"
    yield '<div class="pictures">\n'
    for picture in drawn:
        yield from _figure(picture)
    yield "</div></section>\n"


def _figure(picture: Picture) -> Iterator[str]:
    name = picture.title.lower()
    total = words.number(picture.total, "object")
    yield f'<figure><figcaption><h3 id="{name}">{picture.title}</h3> <span>{total}</span>'
    yield f"{_legend(picture)}</figcaption>\n"
    is_rated = not _is_unrated(picture)
    shape = drawing(picture, lambda state, counts: len(_label(state, counts, is_rated=is_rated)))
    yield (
        f'<svg role="img" aria-labelledby="{name}-title {name}-told"'
        f' viewBox="0 -6 {WIDTH} {shape.height + 12:.0f}">'
        f'<title id="{name}-title">{picture.title}, before to after, by severity</title>'
        f'<desc id="{name}-told">{_told(picture)}</desc>\n'
    )
    yield from map(_band, shape.bands)
    for box in shape.left:
        yield from _box(
            box, x=GUTTER - BAR, label=GUTTER - BAR - _BESIDE, anchor="end", is_rated=is_rated
        )
    for box in shape.right:
        yield from _box(box, x=_FAR, label=_FAR + BAR + _BESIDE, anchor="start", is_rated=is_rated)
    yield "</svg>\n"
    yield from _table(picture)
    yield "</figure>\n"


def _legend(picture: Picture) -> str:
    """Severities are told only where they are known."""
    if _is_unrated(picture):
        return ""
    parts = (
        f'<li><svg width="14" height="14" aria-hidden="true" focusable="false">'
        f'<rect class="band {band}" width="14" height="14"/></svg> {count:,} {band}</li>'
        for band, count in picture.bands
    )
    return f'<ul class="legend">{"".join(parts)}</ul>'


def _is_unrated(picture: Picture) -> bool:
    return {band for band, _ in picture.bands} == {UNRATED}


def _told(picture: Picture) -> str:
    return "; ".join(
        f"{_spelled(flow.before)} to {_spelled(flow.after)}: {_severities(dict(flow.counts))}"
        for flow in picture.flows
    )


def _band(band: Band) -> str:
    near, far, bend = GUTTER, _FAR, WIDTH / 2
    left, right, height = band.left, band.right, band.height
    path = (
        f"M{near} {left:.1f}C{bend} {left:.1f} {bend} {right:.1f} {far} {right:.1f}v{height:.1f}"
        f"C{bend} {right + height:.1f} {bend} {left + height:.1f} {near} {left + height:.1f}z"
    )
    told = f"{_spelled(band.flow.before)} → {_spelled(band.flow.after)}"
    return f'<path class="band {band.severity}" d="{path}"><title>{told}: {band.count:,} {band.severity}</title></path>\n'


def _box(box: Box, *, x: float, label: float, anchor: str, is_rated: bool) -> Iterator[str]:
    yield f'<rect class="bar" x="{x}" y="{box.top:.1f}" width="{BAR}" height="{box.height:.1f}"/>'
    lines = _label(box.state, box.counts, is_rated=is_rated)
    first = box.middle - LINE * (len(lines) - 1) / 2 + 4
    for number, (kind, text) in enumerate(lines):
        y = first + number * LINE
        yield f'<text class="{kind}" x="{label}" y="{y:.1f}" text-anchor="{anchor}">{text}</text>'
    yield "\n"


def _label(state: State, counts: Mapping[str, int], *, is_rated: bool) -> list[tuple[str, str]]:
    """Class and text of each line: the state, then how many objects by severity."""
    first, *rest = _words(state)
    spelled = [f"{first} /", *rest] if rest else [first]
    named = [html(line) for word in spelled for line in _filled(_SYLLABLE.findall(word))]
    told = [f"{count:,} {band}" if is_rated else f"{count:,}" for band, count in counts.items()]
    spaced = [*(f"{one}, " for one in told[:-1]), *told[-1:]]
    return [*(("state", line) for line in named), *(("count", line) for line in _filled(spaced))]


def _filled(pieces: Iterable[str]) -> Iterator[str]:
    """Lines of as many pieces as fit; a piece that is too long is cut."""
    line = ""
    for piece in pieces:
        if line and len(line) + len(piece.rstrip()) > _LINE_SIGNS:
            yield line.rstrip()
            line = ""
        line += piece
    if line:
        yield line if len(line) <= _LONGEST else f"{line[:_LONGEST]}…"


def _words(state: State) -> Sequence[str]:
    """Not escaped yet, and visible; several states that were put together have no words."""
    if not state:
        return ("others",)
    return [visible(words.shorten(one, _WORD_LIMIT)) if one else words.UNSET for one in state]


def _spelled(state: State) -> str:
    return html(" / ".join(_words(state)))


def _severities(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{count:,} {band}" for band, count in counts.items())


def _table(picture: Picture) -> Iterator[str]:
    bands = [] if _is_unrated(picture) else [band for band, _ in picture.bands]
    heads = ("Before", "After", *bands, "Objects")
    yield '<details><summary>As a table</summary><table class="plain">'
    head = "".join(f'<th scope="col">{head}</th>' for head in heads)
    yield f"<thead><tr>{head}</tr></thead><tbody>\n"
    for flow in picture.flows:
        counts = dict(flow.counts)
        figures = (*(counts.get(band, 0) for band in bands), flow.total)
        cells = "".join(f"<td>{figure:,}</td>" for figure in figures)
        yield f"<tr><td>{_spelled(flow.before)}</td><td>{_spelled(flow.after)}</td>{cells}</tr>\n"
    yield "</tbody></table></details>\n"
