"""Any order of moves by people, by authors and by the tool: what a person set stays.

The judge here knows nothing of situations. It asks of each atom (a value, a half of a verdict, a tag,
a key) what the base says of it, what live holds, and what live held when it was recorded last.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias, get_args

import pytest
from hypothesis import given, settings, strategies as st

from reconciler.kinds import KINDS
from reconciler.kinds.shapes import (
    DetailsShape,
    EnumShape,
    PhrasesShape,
    TagsShape,
    TimeShape,
    key as normal,
)
from reconciler.model.desired import Declaration, Elements, Entries, Exactly, Mode
from reconciler.model.live import Known
from reconciler.planning.change import Context, observed
from reconciler.planning.compare import holds
from reconciler.planning.derived import follows, not_derived
from reconciler.planning.terms import Terms
from tests.support.world import alert, declare, incident, legacy, live, task

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator, Sequence

    from reconciler.kinds.kind import Field, Kind
    from reconciler.model.desired import Spec
    from reconciler.model.plan import Change
    from reconciler.model.words import Json

ANSWERS: Final = {
    "Incident": incident,
    "Alert": alert,
    "LegacyAlert": legacy,
    "IncidentTask": task,
}
MODES: Final[tuple[Mode, ...]] = get_args(Mode)
TAGS: Final = ("a", "b", "c", "d")
KEYS: Final = ("x", "y", "z")
UNSAID: Final = "nothing is said of it"


class Move(NamedTuple):
    """A person sets a field."""

    name: str
    value: Json


class Declare(NamedTuple):
    """An author declares a field; None: no longer."""

    name: str
    declaration: Declaration | None


class Own(NamedTuple):
    name: str
    mode: Mode


class Run(NamedTuple):
    """Plan and apply. ``lands``: how many of the fields to write Graph takes; None: all, recorded."""

    lands: int | None = None


Step: TypeAlias = Move | Declare | Own | Run


def values(item: Field) -> st.SearchStrategy[Json]:
    """What live may hold."""
    match item.shape:
        case EnumShape(names=names):
            return st.sampled_from([*names, *([None] if item.nullable else [])])
        case TagsShape():
            return st.lists(st.sampled_from(TAGS), unique=True)
        case PhrasesShape(allowed):
            return st.sampled_from([[], [allowed[0]], ["by a person"], ["by a person", allowed[0]]])
        case DetailsShape():
            return st.none() | st.dictionaries(
                st.sampled_from(KEYS), st.sampled_from(["", "1", "2"])
            )
        case TimeShape():
            return st.sampled_from([None, "2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z"])
        case _:
            return st.sampled_from([None, "", "kai", "Ann"])


def declarations(item: Field) -> st.SearchStrategy[Declaration]:
    match item.shape:
        case TagsShape():
            parts = st.lists(st.sampled_from([*TAGS]), min_size=1, unique=True)
            exactly = st.lists(st.sampled_from(TAGS), unique=True).map(Exactly)
            return exactly | st.tuples(parts, st.integers(0, len(TAGS))).map(_elements)
        case DetailsShape():
            entries = st.dictionaries(
                st.sampled_from(KEYS), st.sampled_from(["1", "2"]), min_size=1
            )
            return st.just(Exactly(None)) | entries.map(Entries)
        case PhrasesShape(allowed):
            return st.just(Exactly([allowed[0]]))
        case _:
            return values(item).map(lambda value: Exactly(value or None))


def _elements(drawn: tuple[list[str], int]) -> Elements:
    tags, cut = drawn
    return Elements(tuple(tags[:cut]), tuple(tags[cut:]))


def steps(items: Sequence[Field]) -> st.SearchStrategy[list[Step]]:
    """One of four is a run, so that many follow one another."""
    each: list[st.SearchStrategy[Step]] = []
    for item in items:
        name = st.just(item.name)
        each += [
            st.builds(Move, name, values(item)),
            st.builds(Declare, name, declarations(item)),
            st.builds(Declare, name, declarations(item) | st.none()),
            st.builds(Own, name, st.sampled_from(MODES)),
        ]
    runs: list[st.SearchStrategy[Step]] = [st.just(Run()), st.builds(Run, st.integers(0, 1))]
    ahead = st.builds(Declare, st.just(items[0].name), declarations(items[0]))
    some = st.lists(st.one_of(*each, *runs * len(items)), min_size=3, max_size=16)
    return st.tuples(ahead, some).map(lambda drawn: [drawn[0], *drawn[1]])


def together(kind: Kind) -> list[tuple[Field, ...]]:
    """Fields that are judged as one, and each other alone."""
    pairs = kind.pairs
    halves = (pairs.classification, pairs.determination) if pairs else ()
    verdict = tuple(item for item in kind.fields if item.name in halves)
    return [one for one in (verdict, *_alone(kind, halves)) if one]


def _alone(kind: Kind, halves: Sequence[str]) -> Iterator[tuple[Field, ...]]:
    yield from ((item,) for item in kind.fields if item.name not in halves)


UNITS: Final = [
    pytest.param(kind, items, id=f"{kind.name} {' and '.join(item.name for item in items)}")
    for kind in KINDS.values()
    for items in together(kind)
]


def answer(kind: Kind) -> dict[str, Json]:
    return {**dict.fromkeys(kind.by_name), **ANSWERS[kind.name]()}


class Atom(NamedTuple):
    name: str
    key: str | None = None


@dataclass
class Object:
    """One declared object, and what may be done to it."""

    kind: Kind
    answer: dict[str, Json]
    base: Spec | None
    spec: dict[str, Declaration] = field(default_factory=dict)
    modes: dict[str, Mode] = field(default_factory=dict)
    recorded: dict[Atom, Hashable] = field(default_factory=dict)
    """What live held of the atoms that were declared when it was recorded last."""

    def take(self, step: Step) -> None:
        match step:
            case Move(name, value):
                self.answer[name] = value
            case Declare(name, None):
                self.spec.pop(name, None)
            case Declare(name, declaration) if declaration is not None:
                self.spec[name] = declaration
            case Own(name, mode):
                self.modes[name] = mode
            case Run(lands) if self.spec:
                self.run(lands)

    def run(self, lands: int | None) -> None:
        change = self.plan()
        self.check(change)
        for written in change.fields[:lands]:
            self.answer[written.name] = written.after
        if change.action != "skip" and (lands is None or change.action == "noop"):
            self.record(change)

    def plan(self) -> Change:
        declared = declare(self.kind.name, str(self.answer["id"]))._replace(spec=dict(self.spec))
        now = Known(live(self.kind.name, self.answer))
        terms = Terms(self.base, dict(self.modes), is_on_record=bool(self.base))
        change = observed(declared, now, Context({}), terms)
        assert not_derived(change, [change.ref], has_base=self.base is not None) is None, change
        assert follows(change, self.spec, self.base), change
        return change

    def record(self, change: Change) -> None:
        """A noop that the base holds already says nothing new."""
        assert change.applied or (self.base and change.action == "noop")
        applied = change.applied or self.base or {}
        for unit in self.units():
            for atom, word in self.to_record(unit, change).items():
                assert says(self.kind, applied.get(atom.name), atom) == word, (atom, applied)
        self.base = applied
        self.recorded = {atom: self.has(atom) for unit in self.units() for atom in unit}
        again = self.plan()
        assert again.fields == ()
        assert {one.name for one in again.kept} == {one.name for one in change.kept}

    def to_record(self, unit: tuple[Atom, ...], change: Change) -> Mapping[Atom, Hashable]:
        """The declaration, or the base's word where the declaration moved and is still to come."""
        wanted = {atom: says(self.kind, self.spec[atom.name], atom) for atom in unit}
        known = self.known(unit)
        is_to_come = known and known != wanted and not self.is_as_declared(unit, self.answer)
        if not is_to_come or self.is_null_given_up(unit, change):
            return wanted
        return {atom: known.get(atom, UNSAID) for atom in unit}

    def is_null_given_up(self, unit: tuple[Atom, ...], change: Change) -> bool:
        """A base of null cannot stay for some keys while others of the field are written."""
        (name, key), base = unit[0], self.base or {}
        is_written = name in {one.name for one in change.fields}
        return key in KEYS and base.get(name) == Exactly(None) and is_written

    def units(self) -> list[tuple[Atom, ...]]:
        """What the declaration speaks of, each that is written or kept as one."""
        pairs = self.kind.pairs
        halves = (pairs.classification, pairs.determination) if pairs else ()
        found = [tuple(Atom(name) for name in halves if name in self.spec)]
        for name, declaration in self.spec.items():
            if name not in halves:
                atoms = [
                    atom
                    for atom in self.atoms(name)
                    if says(self.kind, declaration, atom) != UNSAID
                ]
                is_one = declaration == Exactly(None)
                found += [tuple(atoms)] if is_one else [(atom,) for atom in atoms]
        return [unit for unit in found if unit]

    def atoms(self, name: str) -> list[Atom]:
        match self.kind.by_name[name].shape:
            case TagsShape():
                return [Atom(name, tag) for tag in TAGS]
            case DetailsShape():
                return [Atom(name, one) for one in KEYS]
            case PhrasesShape(allowed):
                return [Atom(name, one) for one in (*allowed, "by a person")]
            case _:
                return [Atom(name)]

    def has(self, atom: Atom, fields: Mapping[str, Json] | None = None) -> Hashable:
        value = (fields or self.answer)[atom.name]
        match self.kind.by_name[atom.name].shape:
            case TagsShape() | PhrasesShape():
                assert isinstance(value, list)
                return atom.key in value
            case DetailsShape():
                return value.get(str(atom.key)) or None if isinstance(value, Mapping) else None
            case shape:
                return normal(shape, value)

    def mode(self, unit: tuple[Atom, ...]) -> Mode:
        own = {self.modes.get(atom.name, "yield") for atom in unit}
        return next(mode for mode in ("yield", "once", "enforce") if mode in own)

    def check(self, change: Change) -> None:
        after = {**self.answer, **{written.name: written.after for written in change.fields}}
        for unit in self.units():
            stays = all(self.has(atom) == self.has(atom, after) for atom in unit)
            assert stays or not self.is_peoples(unit), (unit, change.fields)
            assert not self.is_ours(unit) or self.is_as_declared(unit, after), (unit, change.kept)
        for item in self.kind.fields:
            if isinstance(item.shape, PhrasesShape):
                assert set(elements(after[item.name])) >= set(elements(self.answer[item.name]))

    def is_peoples(self, unit: tuple[Atom, ...]) -> bool:
        """Whether a person may have set it since the base, and their value counts."""
        if self.mode(unit) == "enforce":
            return False
        known = self.known(unit)
        has_moved = any(self.has(atom) != said for atom, said in known.items())
        since = any(self.recorded.get(atom, self.has(atom)) != self.has(atom) for atom in unit)
        if self.mode(unit) == "once" and (known or self.base is None):
            is_set = any(self.has(atom) not in (None, False) for atom in unit)
            return bool(known) or is_set
        return has_moved or (since and not known)

    def is_ours(self, unit: tuple[Atom, ...]) -> bool:
        """Whether the declaration has to stand after a plan that was applied whole."""
        known, mode = self.known(unit), self.mode(unit)
        if mode == "enforce":
            return True
        if mode == "once":
            return self.base is not None and not known
        return all(self.has(atom) == said for atom, said in known.items())

    def known(self, unit: tuple[Atom, ...]) -> dict[Atom, Hashable]:
        """What the base says of it; of a verdict, also of a half that is no longer declared."""
        base, pairs = self.base or {}, self.kind.pairs
        halves = [Atom(pairs.classification), Atom(pairs.determination)] if pairs else []
        atoms = halves if unit[0] in halves else unit
        said = {atom: says(self.kind, base.get(atom.name), atom) for atom in atoms}
        return {atom: word for atom, word in said.items() if word != UNSAID}

    def is_as_declared(self, unit: tuple[Atom, ...], after: Mapping[str, Json]) -> bool:
        return all(
            self.has(atom, after) == says(self.kind, self.spec[atom.name], atom) for atom in unit
        )


def elements(value: Json) -> list[Json]:
    return list(value) if isinstance(value, list) else []


def says(kind: Kind, declaration: Declaration | None, atom: Atom) -> Hashable:
    shape = kind.by_name[atom.name].shape
    match declaration:
        case None:
            return UNSAID
        case Elements(present, absent):
            return True if atom.key in present else False if atom.key in absent else UNSAID
        case Entries(entries):
            return entries.get(str(atom.key), UNSAID)
        case Exactly(list() as listed) if isinstance(shape, TagsShape):
            return atom.key in listed
        case Exactly(list() as listed) if isinstance(shape, PhrasesShape):
            return True if atom.key in listed else UNSAID
        case Exactly(value):
            return normal(shape, value)


@pytest.mark.parametrize(("kind", "items"), UNITS)
@pytest.mark.parametrize("base", [None, {}], ids=["without a base", "with a base"])
@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_no_value_of_a_person_is_written_over_and_no_declaration_is_lost(
    kind: Kind, items: Sequence[Field], base: Spec | None, data: st.DataObject
) -> None:
    subject = Object(kind, answer(kind), base)
    for step in data.draw(steps(items)):
        subject.take(step)


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_where_everything_is_enforced_one_run_brings_all_that_is_declared(
    kind: Kind, data: st.DataObject
) -> None:
    subject = Object(kind, answer(kind), {})
    subject.modes = dict.fromkeys(kind.by_name, "enforce")
    for step in data.draw(steps(kind.fields)):
        if not isinstance(step, Own):
            subject.take(step)
    subject.take(Run())

    assert all(
        holds(kind.by_name[name], declaration, subject.answer[name])
        for name, declaration in subject.spec.items()
    )
