"""The judge of the week: every write of the pipeline, against who wrote before and what was said.

It replays what the emulator did; of the tool it takes only what people see: the plan, before, and the
closing report, after.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.week.ledger import HOLDS, differs
from tests.week.shown import Shown, name_of
from tests.week.town import PEOPLE, PIPELINE, Event, Look
from tests.week.units import TAGS, VERDICT, Name, Unit, compared, held, mode, tags

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from reconciler.model.words import Json
    from tests.week.ledger import Moment
    from tests.week.papers import Declared
    from tests.week.shown import Plan
    from tests.week.town import Town


@dataclass
class Judge:
    town: Town
    violations: list[str] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    _movers: dict[tuple[Name, str], str] = field(default_factory=dict)
    """Who set what live holds, by field, of tags by tag; nobody: it was there from the start."""
    _last: dict[Name, str] = field(default_factory=dict)
    """Who wrote to the object last."""

    def plan(self, plan: Plan, moment: Moment) -> None:
        """It says of each object what the week's own table says of it."""
        self.violations += Shown(plan, moment, self.counts, self._last).problems(self.town.merged)

    # --- what an apply did ------------------------------------------------------------------------

    def apply(self, plan: Plan, moment: Moment, found: Sequence[Look | Event]) -> None:
        """``found``: all that happened from the plan on."""
        planned = {name_of(one): one for one in plan["changes"] if one["action"] == "update"}
        looks: dict[Name, int] = {}
        for one in found:
            if isinstance(one, Look):
                looks[one.name] = one.place
            elif one.who != PIPELINE:
                self.take(one)
            elif one.name != one.target:
                self._spilt(one, planned)
                self.take(one)
            else:
                window = self._window(one, found, looks)
                self._direct(one, planned, moment, window)
                self.take(one)

    def elsewhere(self, found: Sequence[Look | Event]) -> None:
        """What happened while nothing was to be written."""
        for one in found:
            if isinstance(one, Event):
                if one.who == PIPELINE:
                    self._wrong(one.name, "written by a command that writes nothing")
                self.take(one)

    def held(self, moment: Moment, report: Plan, found: Sequence[Look | Event]) -> None:
        """No declared change on an enforced field is lost: what ended done holds it."""
        events = [one for one in found if isinstance(one, Event)]
        for row in report["outcomes"]:
            name = name_of(row)
            if row["outcome"] in HOLDS and name in moment.declared:
                own = [one.place for one in found if one.name == name and _is_own(one)]
                moved = [
                    one for one in events if one.name == name and one.place > max(own, default=0)
                ]
                if not moved:
                    self._lost(name, moment.declared[name], moment)

    def _lost(self, name: Name, declared: Declared, moment: Moment) -> None:
        for one in moment.opinions(name):
            is_enforced = mode(declared.paper.modes, one.unit) == "enforce"
            if is_enforced and held(one.unit, self.town.live[name]) != one.wanted:
                self._wrong(name, f"enforced {one.unit} is lost: {self.town.live[name]}")

    def _direct(
        self, event: Event, planned: Mapping[Name, Plan], moment: Moment, window: Mapping[str, int]
    ) -> None:
        """One PATCH of the pipeline to the object itself."""
        name = event.name
        change = planned.get(name)
        if change is None:
            self._wrong(name, "written, and no update was planned")
            return
        self.counts["writes"] += bool(event.after)
        fields = {one["name"]: one for one in change["fields"]}
        for unit in _changed(event):
            keys = [key_of(unit, half) for half in unit.names]
            if any(key in window for key in keys):
                self.counts["overwritten in the window"] += 1
                continue
            self._unit(unit, event, moment, fields)

    def _unit(self, unit: Unit, event: Event, moment: Moment, fields: Mapping[str, Plan]) -> None:
        name, declared = event.name, moment.declared[event.name]
        if unit.names == ("determination",) and _is_recomputed(fields):
            self.counts["recomputed"] += 1
            return
        if unit.names[0] not in fields:
            self._wrong(name, f"{unit} was written, and not planned")
            return
        before = {**event.before}
        if not declared.says.says(unit):
            self._wrong(name, f"{unit} was written, and nobody declares it")
            return
        for half in unit.names:
            if compared_part(unit, half, event.after) != _wanted(declared, unit, half):
                self._wrong(name, f"{unit} was written as {event.after}")
            if not _is_shown(unit, half, before, fields[half]["before"]):
                self._wrong(name, f"{unit} was {before}, and the plan showed {fields[half]}")
        mover = {self._movers.get((name, key_of(unit, half))) for half in unit.names}
        if mover & set(PEOPLE):
            self._over_a_person(unit, before, moment, event, fields)

    def _over_a_person(
        self,
        unit: Unit,
        before: Mapping[str, Json],
        moment: Moment,
        event: Event,
        fields: Mapping[str, Plan],
    ) -> None:
        base, declared = moment.before(event.name), moment.declared[event.name]
        if not base.says(unit):
            self.counts["overwrites of what was never applied, shown"] += 1
            return
        whole = {**moment.live[event.name], **before}
        if not differs(unit, base, whole):
            return  # what stands is what was applied: nobody's change
        who = mode(declared.paper.modes, _whole_unit(unit, declared))
        if who != "enforce":
            self._wrong(event.name, f"a person's {unit} was overwritten, and the mode is {who}")
        elif not {fields[half]["cause"] for half in unit.names} & {"drift", "conflict"}:
            self._wrong(event.name, f"a person's {unit} was overwritten, and not shown as such")
        else:
            self.counts["overwrites shown"] += 1

    def _spilt(self, event: Event, planned: Mapping[Name, Plan]) -> None:
        """Only what is documented: closing or assigning an incident does so to its alerts."""
        parent = planned.get(event.target)
        sent = {one["name"]: one["after"] for one in parent["fields"]} if parent else {}
        allowed = {"assignedTo"} if "assignedTo" in sent else set()
        if sent.get("status") == "resolved":
            allowed.add("status")
        if self.town.parents.get(event.name) != event.target or set(event.after) - allowed:
            self._wrong(event.name, f"changed by the write of {event.target}: {event.after}")
        self.counts["spilt over"] += 1

    def _window(
        self, event: Event, found: Sequence[Look | Event], looks: Mapping[Name, int]
    ) -> Mapping[str, int]:
        """Keys that others moved between the look right before this write, and the write."""
        since = looks.get(event.name)
        if since is None:
            self._wrong(event.name, "written unseen")
            return {}
        return {
            key: one.place
            for one in found
            if isinstance(one, Event)
            and one.name == event.name
            and since < one.place < event.place
            and one.who != PIPELINE
            for key in keys_of(one)
        }

    # --- undo -------------------------------------------------------------------------------------

    def undone(
        self, found: Sequence[Look | Event], wrote: Mapping[Name, Mapping[str, Json]]
    ) -> None:
        """``wrote``: what the run that is undone wrote. Only what still is that goes back."""
        looks: dict[Name, int] = {}
        for one in found:
            if isinstance(one, Look):
                looks[one.name] = one.place
                continue
            if one.who == PIPELINE and one.name == one.target:
                window = self._window(one, found, looks)
                self.counts["undone"] += 1
                for unit in _changed(one):
                    is_own = all(
                        compared_part(unit, half, one.before)
                        == compared_part(unit, half, {half: wrote.get(one.name, {}).get(half)})
                        for half in unit.names
                    )
                    if not is_own and not set(window) & {key_of(unit, n) for n in unit.names}:
                        self._wrong(one.name, f"{unit}: undone, and that run had not written it")
            self.take(one)

    # --- who wrote last ---------------------------------------------------------------------------

    def take(self, event: Event) -> None:
        for key in keys_of(event):
            self._movers[event.name, key] = event.who
        self._last[event.name] = event.who
        self.town.take(event)

    def _wrong(self, name: Name, text: str) -> None:
        self.violations.append(f"{name.kind} {name.id}: {text}")


def _is_recomputed(fields: Mapping[str, Plan]) -> bool:
    """A classification that is sent alone: Graph chooses the other half."""
    return "classification" in fields and "determination" not in fields


def key_of(unit: Unit, half: str) -> str:
    return half if unit.tag is None else f"{TAGS} {unit.tag}"


def keys_of(event: Event) -> Iterator[str]:
    for unit in _changed(event):
        for half in unit.names:
            yield key_of(unit, half)


def compared_part(unit: Unit, half: str, values: Mapping[str, Json]) -> object:
    return unit.tag in tags(values) if unit.tag is not None else compared(half, values[half])


def _wanted(declared: Declared, unit: Unit, half: str) -> object:
    return declared.says.wants(unit.tag) if unit.tag is not None else declared.says.plain[half]


def _is_shown(unit: Unit, half: str, before: Mapping[str, Json], shown: Json) -> bool:
    return compared_part(unit, half, before) == compared_part(unit, half, {half: shown})


def _changed(event: Event) -> Iterator[Unit]:
    """Half by half: a verdict may have moved by one of them."""
    for name in event.after:
        if name != TAGS:
            yield Unit((name,))
    for tag in sorted(set(tags(event.before)) ^ set(tags(event.after))):
        yield Unit((TAGS,), tag)


def _whole_unit(unit: Unit, declared: Declared) -> Unit:
    if unit.names[0] not in VERDICT:
        return unit
    return Unit(tuple(name for name in VERDICT if name in declared.says.plain))


def _is_own(one: Look | Event) -> bool:
    return isinstance(one, Look) or one.who == PIPELINE
