"""What is asked of a list, by documented filters, and whether an answer can be to that question.

Graph may pass over a parameter without a word (concept/query-parameters), so every page is held
against the query that it answers: an object outside its range, an order that is none, a property
that was selected and is not there.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from reconciler.kinds.shapes import ticks

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from reconciler.kinds.kind import Kind
    from reconciler.model.live import Live
    from reconciler.model.words import JsonObject

_TICKS_A_SECOND: Final = 10_000_000
_YEAR_ONE: Final = datetime(1, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Query:
    """A list of one kind. Times are Graph's own text, inclusive: a cursor that was parsed loses digits.

    ``newest``, ``oldest``: of the creation. ``since``: of the last update, and then, or if
    ``is_by_update``, the list comes in that order, oldest first; else newest creation first.
    ``is_lean``: with ``$select``. ``matching``: what a person wants to see of it, as ``$filter``.
    """

    kind: Kind
    matching: str | None = None
    newest: str | None = None
    oldest: str | None = None
    since: str | None = None
    is_by_update: bool = False
    is_lean: bool = False

    @property
    def is_filtered(self) -> bool:
        """By times: every object of an answer can be held against them."""
        return any((self.newest, self.oldest, self.since))

    def target(self) -> str:
        kind, asked = self.kind, [f"$top={self.kind.listing.page_size}"]
        if kind.listing.counted:
            asked.append("$count=true")
        if self.is_lean:
            asked.append(f"$select={','.join(kind.properties)}")
        if terms := " and ".join(self._terms()):
            # Nothing in a text can end its parameter: every sign with a meaning is quoted.
            asked.append(f"$filter={quote(terms, safe='', errors='replace')}")
        if self.is_by_update:
            asked.append(f"$orderby={quote(f'{kind.reads.revision} asc', safe='')}")
        return f"/{kind.version}{kind.collection}?{'&'.join(asked)}"

    def _terms(self) -> Iterator[str]:
        reads = self.kind.reads
        if self.matching is not None:
            yield f"({self.matching})" if self.is_filtered else self.matching
        if self.oldest:
            yield f"{reads.created} ge {self.oldest}"
        if self.newest:
            yield f"{reads.created} le {self.newest}"
        if self.since:
            yield f"{reads.revision} ge {self.since}"

    def admits(self, lives: Sequence[Live]) -> bool:
        """Whether the filter lets them through; what says no time is not held to it."""
        newest, oldest, since = instant(self.newest), instant(self.oldest), instant(self.since)
        if newest is not None or oldest is not None:
            for made in filter(None, (instant(live.created) for live in lives)):
                if not (oldest or 0) <= made <= (newest or made):
                    return False
        updates = (instant(live.revision) for live in lives) if since is not None else ()
        return all(at is None or at >= (since or 0) for at in updates)

    def owed(self) -> frozenset[str]:
        """What each object has to hold: selected and left out would look like unset.

        Only what is there, if as null, is known.
        """
        return frozenset(self.kind.properties if self.is_lean else ())

    def is_answered_leanly(self, items: Sequence[JsonObject]) -> bool:
        """``$select`` was honoured: everything that was selected, and nothing else."""
        wanted = set(self.kind.properties)
        return all({name for name in item if not name.startswith("@")} == wanted for item in items)


def instant(text: str | None) -> int | None:
    """In units of 100 ns; None where there is no time that a filter could name."""
    return None if text is None else ticks(text)


def spelled(instant_ticks: int) -> str:
    """As Graph writes times, with seven digits."""
    seconds, fraction = divmod(instant_ticks, _TICKS_A_SECOND)
    whole = (_YEAR_ONE + timedelta(seconds=seconds)).replace(tzinfo=None)
    return f"{whole.isoformat()}.{fraction:07d}Z"


def between(older: str, newer: str, share: float) -> str | None:
    """The time at ``share`` of the way; None where there is no time in between."""
    begin, end = instant(older), instant(newer)
    if begin is None or end is None or end - begin < 2:  # noqa: PLR2004 - nothing is in between
        return None
    return spelled(begin + int((end - begin) * share))


def before(newer: str, older: str, times: float) -> str | None:
    """The time that lies as far before ``older`` as ``newer`` after it, so many times over."""
    begin, end = instant(older), instant(newer)
    if begin is None or end is None or end <= begin:
        return None
    return spelled(max(0, begin - int((end - begin) * times)))
