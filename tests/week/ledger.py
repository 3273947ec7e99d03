"""What was applied last, kept by the week itself; and what contract 5 makes of it, in its own words."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from tests.week.units import TAGS, VERDICT, Name, Said, compared, held, is_unset, mode, said, units

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from reconciler.model.words import Json
    from tests.week.papers import Declared
    from tests.week.units import Unit, Value

HOLDS = frozenset({"done", "alreadyDone"})


class Opinion(NamedTuple):
    """Of one unit that live does not hold as declared."""

    unit: Unit
    wanted: Value
    is_written: bool
    cause: Literal["declared", "drift", "conflict"]


@dataclass(frozen=True)
class Moment:
    """All that a plan was made from. ``base``: None before anything was applied."""

    declared: Mapping[Name, Declared]
    live: Mapping[Name, Mapping[str, Json]]
    base: Mapping[Name, Said] | None
    today: str

    def opinions(self, name: Name) -> list[Opinion]:
        """Of an object that was read and may be written."""
        declared, live = self.declared[name], self.live[name]
        base = None if self.base is None else self.base.get(name, Said())
        return [
            opinion(unit, declared, live, base)
            for unit in units(declared.says, live)
            if declared.says.of(unit) != held(unit, live)
        ]

    def is_expired(self, name: Name) -> bool:
        expires = self.declared[name].paper.expires
        return expires is not None and expires <= self.today

    def before(self, name: Name) -> Said:
        return (self.base or {}).get(name, Said())


def opinion(unit: Unit, declared: Declared, live: Mapping[str, Json], base: Said | None) -> Opinion:
    wanted, who = declared.says.of(unit), mode(declared.paper.modes, unit)
    if base is None or not base.says(unit):
        is_blind = base is None and not is_unset(unit, live)
        return Opinion(unit, wanted, not (is_blind and who == "once"), "declared")
    if base.of(unit) == wanted and not dropped(unit, base):
        return Opinion(unit, wanted, who == "enforce", "drift")
    if differs(unit, base, live):
        return Opinion(unit, wanted, who == "enforce", "conflict")
    return Opinion(unit, wanted, who != "once", "declared")


def halves(unit: Unit) -> tuple[str, ...]:
    """Of a verdict both, declared or not: writing one recomputes the other."""
    return VERDICT if unit.names[0] in VERDICT else unit.names


def dropped(unit: Unit, base: Said) -> bool:
    """Whether the document no longer says a half that was applied."""
    return any(name in base.plain for name in halves(unit) if name not in unit.names)


def differs(unit: Unit, base: Said, live: Mapping[str, Json]) -> bool:
    """Whether live is not what the base says; of a verdict's halves those that it says."""
    if unit.tag is not None:
        return base.wants(unit.tag) is not held(unit, live)
    told = [name for name in halves(unit) if name in base.plain]
    return any(base.plain[name] != compared(name, live[name]) for name in told)


@dataclass
class Ledger:
    base: dict[Name, Said] | None = None

    def record(
        self,
        moment: Moment,
        plan: Mapping[str, Any],
        report: Mapping[str, Any],
        *,
        is_current: bool,
    ) -> None:
        """An apply that has put down what it applied.

        ``is_current``: nothing was applied between the plan and this. Else what the plan only found
        (in sync, released) may not be so any more: better than nothing, worse than an entry.
        """
        ended = {Name(row["kind"], row["id"]): row["outcome"] for row in report["outcomes"]}
        found = dict(self.base or {})
        for change in plan["changes"]:
            name = Name(change["kind"], change["id"])
            if ended.get(name) in HOLDS:
                now = _applied(moment, name)
                found[name] = now if is_current else _late(moment, name, now, found.get(name))
            elif change["action"] == "noop" and (is_current or name not in found):
                now = _applied(moment, name)
                is_news = name not in (moment.base or {}) or now != moment.before(name)
                if not now.is_empty and (is_current or is_news):
                    found[name] = now
        if is_current and not any(plan["selection"].values()):
            gone = [name for name in moment.base or () if name not in moment.declared]
            for name in gone:
                found.pop(name, None)
        if found or self.base is not None:
            self.base = found

    def trust(self, tree: Mapping[Name, Mapping[str, Json]] | None, names: Iterable[Name]) -> None:
        """What was sent, and nobody knows whether it holds: the record's word for it is taken."""
        for name in names:
            if tree and name in tree:
                self.base = {**(self.base or {}), name: said(tree[name])}

    def differences(self, tree: Mapping[Name, Mapping[str, Json]] | None) -> Iterator[str]:
        """Where the applied tree is not what was applied."""
        found = {name: said(spec) for name, spec in (tree or {}).items()}
        mine = self.base or {}
        for name in sorted(found.keys() ^ mine.keys()):
            yield f"{name}: {'only' if name in found else 'not'} in the applied tree"
        for name in sorted(found.keys() & mine.keys()):
            if found[name].plain != mine[name].plain:
                yield f"{name}: the applied tree says {found[name].plain}, applied was {mine[name].plain}"
            for tag, wanted in mine[name].tags.items():
                if found[name].wants(tag) is not wanted:
                    yield f"{name}: the applied tree is wrong about the tag {tag}"


def _late(moment: Moment, name: Name, now: Said, then: Said | None) -> Said:
    """Fields that the run has not sent stay as another one recorded them since."""
    if then is None:
        return now
    sent = {half for one in moment.opinions(name) if one.is_written for half in one.unit.names}
    plain = {**now.plain, **{key: value for key, value in then.plain.items() if key not in sent}}
    tagged = now if TAGS in sent or not then.has_tags else then
    return replace(tagged, plain=plain)


def _applied(moment: Moment, name: Name) -> Said:
    """A unit that was kept in a conflict, or never written, stands as it did before."""
    says, before = moment.declared[name].says, moment.before(name)
    kept = [one for one in moment.opinions(name) if not one.is_written and one.cause != "drift"]
    left = [one.unit for one in kept if moment.base is not None]  # left from the start: it counts
    plain = dict(says.plain)
    wanted = dict(says.tags)
    for unit in left:
        if unit.tag is None:
            for half in halves(unit):
                plain.pop(half, None)
                if half in before.plain:
                    plain[half] = before.plain[half]
            continue
        wanted.pop(unit.tag, None)
        was = before.wants(unit.tag)
        if was is not None:
            wanted[unit.tag] = was
    has_tags = says.has_tags and bool(wanted or says.is_exact)
    return Said(plain, wanted, is_exact=says.is_exact, has_tags=has_tags)
