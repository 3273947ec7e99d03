"""What guards object to, in words, and what to type if it is meant."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from reconciler.model.words import Foreign
from reconciler.review import words
from reconciler.settings import EMPTY, GUARDS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from reconciler.model.plan import Objection
    from reconciler.review.words import Phrase

NAMED_OBJECTS: Final = 5
"""How many of its objects an objection names before it counts."""

HEADING: Final = "Guards object: 'reconciler apply' refuses this plan (exit 4)"
OTHERWISE: Final = "If this is meant, make this plan again with"

_COUNTED: Final = MappingProxyType({guard.name: guard.counted for guard in GUARDS})


def amount(objection: Objection) -> str:
    """``closures: 63 of at most 50 (objects to close)``."""
    guard, count, limit = objection.guard, objection.count, objection.limit
    if guard == EMPTY:
        return f"{guard}: the desired folder declares nothing"
    if guard.endswith("Percent"):
        objects = words.number(len(objection.refs), "object")
        return f"{guard}: {count} %, {objects}, of at most {limit} % ({_COUNTED[guard]})"
    return f"{guard}: {count:,} of at most {limit:,} ({_COUNTED[guard]})"


def objects(objection: Objection) -> Phrase:
    """The first of the objects that count; none where nothing is declared."""
    return words.listed([Foreign(str(ref)) for ref in objection.refs], NAMED_OBJECTS)


def allowing(overrides: Mapping[str, int], objections: Iterable[Objection]) -> tuple[str, ...]:
    """Each ``--allow`` that the same plan needs: those it has, and one for each objection."""
    counts = {objection.guard: objection.count for objection in objections}
    needed = {**overrides, **counts}
    return tuple(f"--allow {guard}={count}" for guard, count in needed.items())


def allowed(overrides: Mapping[str, int]) -> str:
    """``closures=40, reopenings=2``."""
    return ", ".join(f"{guard}={count}" for guard, count in overrides.items())
