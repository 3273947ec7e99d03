"""A list in memory that answers queries as Graph documents it, or falls short in one way."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlsplit

from reconciler.graph.listing import NotTaken, Page
from reconciler.graph.query import instant, spelled
from reconciler.graph.sweep import Sweep
from reconciler.kinds import KINDS
from reconciler.kinds.observe import observe
from reconciler.model.live import ById, ByList, Live
from reconciler.reading import strategy

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from reconciler.model.live import Unreadable
    from reconciler.model.words import Json, JsonObject, Ref

START = 638_000_000_000_000_000
_TERM = re.compile(r"(\w+) (ge|le) (\S+)")


def item(kind: str, number: int, *, made: int, updated: int | None = None) -> dict[str, Json]:
    """Every property that is looked at, as null; times in units of 100 ns since ``START``."""
    known = KINDS[kind]
    return {
        **dict.fromkeys(known.properties),
        "id": str(number),
        "status": "active",
        known.reads.created: spelled(START + made),
        known.reads.revision: spelled(START + (made if updated is None else updated)),
    }


@dataclass
class Shelf:
    """``asked`` holds the targets in order; a page token is an index into ``_queries``."""

    kind: str
    items: Sequence[dict[str, Json]]
    passes_over: Collection[str] = ()
    refuses: Collection[str] = ()
    leaves_out: Collection[str] = ()
    most: int | None = None
    """So many objects down a list its pages end: with 400, or without a link."""
    is_refusing: bool = False
    page_size: int = 50
    is_counting: bool = True
    asked: list[str] = field(default_factory=list)
    most_at_once: int = 0
    _queries: list[str] = field(default_factory=list)
    _kept: dict[str, list[int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        reads = KINDS[self.kind].reads
        self._times = [
            {name: instant(str(one[name])) or 0 for name in (reads.created, reads.revision)}
            for one in self.items
        ]

    def pages(self, targets: Sequence[str]) -> Mapping[str, Page | Unreadable]:
        self.most_at_once = max(self.most_at_once, len(targets))
        return {target: self.page(target) for target in targets}

    def page(self, target: str) -> Page | NotTaken:
        self.asked.append(target)
        start = 0
        if target.startswith("/next/"):
            number, start = map(int, target.split("/")[2:])
            target = self._queries[number]
        else:
            self._queries.append(target)
            number = len(self._queries) - 1
        options = dict(parse_qsl(urlsplit(target).query))
        if options.keys() & set(self.refuses):
            return NotTaken("Graph answered 400")
        if self.most is not None and start > self.most and self.is_refusing:
            return NotTaken("Graph answered 400")
        if target not in self._kept:
            asked = {name: text for name, text in options.items() if name not in self.passes_over}
            self._kept[target] = self._found(asked)
        found = self._kept[target]
        names = set(options["$select"].split(",")) if "$select" in options else None
        if "$select" in self.passes_over:
            names = None
        end = start + self.page_size
        has_link = end < len(found) and (self.most is None or self.is_refusing or end <= self.most)
        return Page(
            [self._shown(self.items[at], names) for at in found[start:end]],
            f"/next/{number}/{end}" if has_link else None,
            len(found) if self.is_counting and not start else 0,
        )

    def _found(self, options: Mapping[str, str]) -> list[int]:
        """Newest creation first, or oldest update first; the id ends each order."""
        reads, times = KINDS[self.kind].reads, self._times
        terms = [
            (name, operator == "ge", instant(text) or 0)
            for name, operator, text in _TERM.findall(options.get("$filter", ""))
        ]
        found = [
            at
            for at, when in enumerate(times)
            if all(
                (when[name] >= it) if is_least else (when[name] <= it)
                for name, is_least, it in terms
            )
        ]
        by_update = "$orderby" in options
        name = reads.revision if by_update else reads.created
        found.sort(key=lambda at: (times[at][name], self.items[at]["id"]), reverse=not by_update)
        return found

    def _shown(self, one: JsonObject, names: Collection[str] | None) -> JsonObject:
        shown = (
            {**one, "extra": 1}
            if names is None
            else {name: one[name] for name in one if name in names}
        )
        return {name: value for name, value in shown.items() if name not in self.leaves_out}


@dataclass
class Taken:
    """What one read of a kind came to."""

    units: int
    words: str
    found: Mapping[str, Live]


def swept(shelf: Shelf, read: ByList, *, lanes: int = 4) -> Taken:
    """By list alone; ids that a list does not show cost one unit each, and so do the anchors."""
    whole = {str(one["id"]): one for one in shelf.items}
    sweep, known = Sweep(read, lanes=lanes), dict[str, Live]()
    while True:
        if sweep.needs:
            known = {end: live(shelf.kind, whole[end]) for end in sweep.needs if end in whole}
            sweep.learn(known)
        if not (targets := sweep.asks()):
            break
        sweep.take(shelf.pages(targets))
    return Taken(
        len(shelf.asked) + len(read.ids) - len(sweep.found), sweep.words, {**known, **sweep.found}
    )


def read_all(shelf: Shelf, refs: Sequence[Ref], *, lanes: int = 4) -> Taken:
    """As the strategy says: units of lists and of ids together."""
    units, found, words = 0, dict[str, Live](), ""
    for read in strategy(refs, batch_size=20):
        match read:
            case ById(_, ids):
                units += len(ids)
                words = words or read.choice
            case ByList():
                taken = swept(shelf, read, lanes=lanes)
                units += taken.units
                words = f"{read.choice}, {taken.words}"
                found.update(taken.found)
    return Taken(units, words, found)


def live(kind: str, one: JsonObject) -> Live:
    found = observe(KINDS[kind], one)
    assert found is not None
    return found
