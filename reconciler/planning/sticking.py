"""Values that Graph took once and did not keep: a plan that sends them again says so. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from reconciler.codec.journal import not_kept
from reconciler.kinds import KINDS
from reconciler.kinds.shapes import same

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from reconciler.codec.journal import Run
    from reconciler.model.plan import Change
    from reconciler.model.words import Json

NAMED: Final = 20
"""How many objects are named before the rest is counted."""


def warnings(run: Run | None, changes: Sequence[Change]) -> tuple[str, ...]:
    """One sentence per object of the plan whose update repeats what the last run saw not stick."""
    if run is None:
        return ()
    lost = not_kept(run)
    told = [
        f"{change.ref}: {', '.join(names)} {'does' if len(names) == 1 else 'do'} not stick: the run"
        f" of {run.header.started_at} wrote it and Graph did not keep it"
        for change in changes
        if (names := tuple(_repeated(change, lost.get(change.ref, {}))))
    ]
    more = len(told) - NAMED
    rest = (f"and {more:,} more that did not stick then",) if more > 0 else ()
    return (*told[:NAMED], *rest)


def _repeated(change: Change, sent: Mapping[str, Json]) -> Iterator[str]:
    """A paired half is sent along and holds already: it is not what does not stick."""
    by_name = KINDS[change.ref.kind].by_name
    for field in change.fields:
        is_again = field.cause != "paired" and field.name in sent
        if is_again and same(by_name[field.name].shape, sent[field.name], field.after):
            yield field.name
