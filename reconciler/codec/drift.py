"""What ``reconciler drift --format json`` prints: what moved on the live side, and nothing to apply.

The keys are those of a plan file without what makes it one: digest, seal, objections, requests.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeVar

from reconciler.codec import lines, rows
from reconciler.codec.pieces import head, listing, opening
from reconciler.codec.tally import merged_or_gone, moved

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from reconciler.model.plan import Change, Plan

T = TypeVar("T")

_TO_APPLY: Final = frozenset({"request", "applied", "overrides"})


def dump(plan: Plan) -> Iterator[str]:
    """One JSON document and a newline, in pieces. The summary counts the whole plan."""
    yield from opening(_shown(head(plan)))
    texts = map(lines.Lines().texts, told(plan))
    yield from listing("changes", (lines.whole(_shown(one)) for one in texts))
    yield f',\n"notices":{rows.encode(plan.notices)}}}\n'


def told(plan: Plan) -> Iterator[Change]:
    """Objects of which a field moved, that were merged or are gone, and of which nobody knows."""
    gone = {one.ref for one in merged_or_gone(plan)}
    return (one for one in plan.changes if one.reason == "unknown" or one.ref in gone or moved(one))


def _shown(parts: Mapping[str, T]) -> Mapping[str, T]:
    return {key: part for key, part in parts.items() if key not in _TO_APPLY}
