"""What ``reconciler drift --format json`` prints: what moved on the live side, and nothing to apply.

The keys are those of a plan file without what makes it one: digest, seal, objections, requests.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from reconciler.codec import lines, rows
from reconciler.codec.pieces import head, listing, opening
from reconciler.codec.tally import merged_or_gone, moved

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reconciler.model.plan import Change, Plan

_TO_APPLY: Final = frozenset({"request", "applied", "overrides"})


def dump(plan: Plan) -> Iterator[str]:
    """One JSON document and a newline, in pieces. The summary counts the whole plan."""
    shown = {key: value for key, value in head(plan).items() if key not in _TO_APPLY}
    yield from opening(shown)
    yield from listing("changes", (_line(one) for one in told(plan)))
    yield f',\n"notices":{rows.encode(plan.notices)}}}\n'


def told(plan: Plan) -> Iterator[Change]:
    """Objects of which a field moved, that were merged or are gone, and of which nobody knows."""
    gone = {one.ref for one in merged_or_gone(plan)}
    return (one for one in plan.changes if one.reason == "unknown" or one.ref in gone or moved(one))


def _line(change: Change) -> str:
    texts = lines.change_texts(change)
    return lines.whole({key: text for key, text in texts.items() if key not in _TO_APPLY})
