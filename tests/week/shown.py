"""What a plan shows, against what the week's own table says of each object."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from tests.week.units import TAGS, Name, compared, tags

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Iterator, Mapping, Sequence

    from reconciler.model.words import Json
    from tests.week.ledger import Moment, Opinion

Plan: TypeAlias = "dict[str, Any]"
"""A plan, or a part of it or of a report, as JSON."""

JUDGED: Final = frozenset({"differs", "in-sync", "drift-kept", "conflict"})
"""Reasons of objects that were read and may be written."""
URGENCY: Final = ("conflict", "drift", "declared")
"""Of several tags of one field, the most pressing cause is told."""


def name_of(row: Mapping[str, Any]) -> Name:
    return Name(row["kind"], row["id"])


@dataclass(frozen=True)
class Shown:
    """``last``: who wrote to an object last, where anybody did."""

    plan: Plan
    moment: Moment
    counts: Counter[str]
    last: Mapping[Name, str]

    def problems(self, merged: Mapping[Name, Name]) -> Iterator[str]:
        self.counts["plans"] += 1
        for change in self.plan["changes"]:
            name = name_of(change)
            found = list(self._told_mover(change, name)) if change["reason"] in JUDGED else []
            if change["reason"] in JUDGED:
                found += self._fields(change, self.moment.opinions(name), self.moment.live[name])
            if self.moment.is_expired(name) != (change["reason"] == "expired"):
                found.append(f"the plan says {change['reason']}")
            if self._is_redirected(name, merged) and change["action"] == "update":
                found.append("it was merged, or another document ends there, and it is planned")
            yield from (f"{name.kind} {name.id}: {text}" for text in found)

    def _is_redirected(self, name: Name, merged: Mapping[Name, Name]) -> bool:
        """It was merged, or another one that this plan is about was merged into it."""
        planned = {name_of(one) for one in self.plan["changes"] if one["reason"] == "redirected"}
        return name in merged or any(_end(one, merged) == name for one in planned if one != name)

    def _told_mover(self, change: Plan, name: Name) -> Iterator[str]:
        """Of an incident the plan says who changed it last."""
        who = self.last.get(name)
        told = (change["movedBy"] or {}).get("who")
        if who is not None and name.kind == "Incident" and told != f"API-App:{who}":
            yield f"the plan says that {told} moved it; it was {who}"

    def _fields(
        self, change: Plan, opinions: Sequence[Opinion], live: Mapping[str, Json]
    ) -> Iterator[str]:
        fields = {one["name"]: one for one in change["fields"]}
        written = {half for one in opinions if one.is_written for half in one.unit.names}
        if written != fields.keys():
            yield f"planned {sorted(fields)}; expected {sorted(written)}"
            return
        kept = {one["name"]: one["cause"] for one in change["kept"]}
        expected = _kept(opinions, live)
        if kept != expected:
            yield f"kept {kept}; expected {expected}"
        for cause in kept.values():
            self.counts[f"kept in plans: {cause}"] += 1
        if TAGS in fields:
            yield from _list(fields[TAGS]["after"], opinions, live)


def _end(name: Name, merged: Mapping[Name, Name]) -> Name:
    while name in merged:
        name = merged[name]
    return name


def _list(after: Json, opinions: Sequence[Opinion], live: Mapping[str, Json]) -> Iterator[str]:
    """Graph replaces the list: what is written is in it, and every other tag as it is."""
    sent, there = set(tags({TAGS: after})), set(tags(live))
    written = {one.unit.tag for one in opinions if one.unit.tag and one.is_written}
    if sent ^ there != written:
        yield f"would send {sorted(sent)} where live holds {sorted(there)}, to write {written}"


def _kept(opinions: Sequence[Opinion], live: Mapping[str, Json]) -> dict[str, str]:
    """Of a verdict the halves that differ."""
    found: dict[str, str] = {}
    for one in opinions:
        differing = () if one.is_written else _differing(one, live)
        for half in differing:
            causes = {found.get(half, one.cause), one.cause}
            found[half] = next(cause for cause in URGENCY if cause in causes)
    return found


def _differing(one: Opinion, live: Mapping[str, Json]) -> Iterator[str]:
    if one.unit.tag is not None:
        yield TAGS
    elif isinstance(one.wanted, tuple):
        for half, wanted in zip(one.unit.names, one.wanted, strict=True):
            if wanted != compared(half, live[half]):
                yield half
