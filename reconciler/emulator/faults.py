"""What can go wrong on purpose: which fault, at which request, drawn so that a seed repeats it."""

from __future__ import annotations

from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from random import Random
from threading import Lock
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping

Deed: TypeAlias = Literal[
    "reset",
    "hang",
    "delay",
    "status",
    "html",
    "broken-json",
    "half-answer",
    "wrong-length",
    "drip",
    "missing-part",
    "doubled-part",
    "other-object",
    "not-kept",
    "pascal-case",
    "passed-over",
    "left-out",
    "refused-link",
    "lost-link",
    "stale",
]


@dataclass(frozen=True, slots=True)
class DeedFacts:
    """What a deed can befall, and which further keys it takes."""

    whole: bool = True
    part: bool = True
    options: frozenset[str] = frozenset()


DEEDS: Final[Mapping[Deed, DeedFacts]] = MappingProxyType(
    {
        "reset": DeedFacts(options=frozenset({"applied"})),
        "hang": DeedFacts(options=frozenset({"applied"})),
        "delay": DeedFacts(options=frozenset({"milliseconds"})),
        "status": DeedFacts(options=frozenset({"status", "retryAfter", "applied"})),
        "html": DeedFacts(options=frozenset({"status", "applied"})),
        "broken-json": DeedFacts(),
        "half-answer": DeedFacts(part=False),
        "wrong-length": DeedFacts(part=False, options=frozenset({"by"})),
        "drip": DeedFacts(part=False, options=frozenset({"milliseconds"})),
        "missing-part": DeedFacts(whole=False),
        "doubled-part": DeedFacts(whole=False),
        "other-object": DeedFacts(),
        "not-kept": DeedFacts(options=frozenset({"fields"})),
        "pascal-case": DeedFacts(),
        "passed-over": DeedFacts(options=frozenset({"options"})),
        "left-out": DeedFacts(options=frozenset({"fields"})),
        "refused-link": DeedFacts(options=frozenset({"beyond"})),
        "lost-link": DeedFacts(options=frozenset({"beyond"})),
        "stale": DeedFacts(),
    }
)


@dataclass(frozen=True, slots=True)
class On:
    """Which requests count; None: any. ``path``: a glob over version and path, without the query."""

    method: str | None = None
    path: str | None = None
    part: bool | None = None
    """True: parts of a batch alone; False: whole HTTP requests alone, a batch being one."""

    def fits(self, method: str, path: str, *, is_part: bool) -> bool:
        return (
            self.method in {None, method}
            and self.part in {None, is_part}
            and (self.path is None or fnmatchcase(path, self.path))
        )


@dataclass(frozen=True, slots=True)
class Fault:
    """``at``: places, from 1, among the requests that fit; empty: each one, by ``probability``."""

    do: Deed
    on: On = field(default_factory=On)
    at: frozenset[int] = frozenset()
    probability: float = 1.0
    applied: bool = False
    """The request takes effect all the same; its sender is not told."""
    status: int = 503
    retry_after: str | int | None = None
    """A header's text as it stands, or so many seconds from now as an HTTP date; None: no header."""
    by: int = 10
    """How much more the Content-Length says than there is; negative: less."""
    milliseconds: int = 1000
    """Before the answer; for ``drip`` between two bytes of it."""
    fields: frozenset[str] = frozenset()
    """What of a PATCH is dropped (empty: all of it), or what an answer leaves out."""
    options: frozenset[str] = frozenset()
    """Query options that are passed over without a word."""
    beyond: int = 500
    """So many objects down a list its pages end."""

    def can_befall(self, *, is_part: bool) -> bool:
        facts = DEEDS[self.do]
        return facts.part if is_part else facts.whole


@dataclass(frozen=True, slots=True)
class Faults:
    """The first fault of the list that comes up is the one that happens."""

    seed: int = 0
    faults: tuple[Fault, ...] = ()


class Dice:
    """Counts requests and draws, each fault for itself: one more fault changes no other's draws."""

    def __init__(self, chosen: Faults) -> None:
        self._lock = Lock()
        self._rows = [
            _Row(fault, Random(f"{chosen.seed}/{number}"))  # noqa: S311 - to be repeated, not to be secret
            for number, fault in enumerate(chosen.faults)
        ]

    def calm(self) -> None:
        """From now on nothing goes wrong on purpose."""
        with self._lock:
            self._rows = []

    def strike(self, method: str, path: str, *, is_part: bool) -> Fault | None:
        """What befalls this request; each one is asked about once, in the order of arrival."""
        if not self._rows:
            return None
        with self._lock:
            struck = [
                row.fault
                for row in self._rows
                if row.fault.can_befall(is_part=is_part)
                and row.fault.on.fits(method, path, is_part=is_part)
                and row.comes_up()
            ]
        return struck[0] if struck else None


@dataclass(slots=True)
class _Row:
    fault: Fault
    random: Random
    count: int = 0

    def comes_up(self) -> bool:
        self.count += 1
        if self.fault.at:
            return self.count in self.fault.at
        return self.random.random() < self.fault.probability
