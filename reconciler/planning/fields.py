"""All fields of one object: what to send, what is left to people, verdict pairs as one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from reconciler.codec.specs import value as as_json
from reconciler.kinds.shapes import PhrasesShape, TagsShape, is_unset
from reconciler.model.desired import Entries
from reconciler.model.plan import FieldChange, Kept
from reconciler.planning.compare import holds, says_the_same
from reconciler.planning.management import shared
from reconciler.planning.ownership import PENDING, cause, first, is_written, moved
from reconciler.planning.parts import (
    Ground,
    applied_entries,
    applied_tags,
    entries,
    in_parts,
    live_tags,
    tags,
    with_entries,
    with_tags,
)
from reconciler.planning.terms import Terms

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence, Set as AbstractSet

    from reconciler.kinds.kind import Kind
    from reconciler.model.desired import Declaration, Declared, Spec
    from reconciler.model.live import Live
    from reconciler.model.words import Json
    from reconciler.planning.ownership import Situation
    from reconciler.planning.parts import Part

TWO_WAY: Final = Terms()


@dataclass(frozen=True, slots=True)
class Judged:
    """All in the order of the kind's fields. ``not_known``: names live does not tell."""

    changes: tuple[FieldChange, ...] = ()
    kept: tuple[Kept, ...] = ()
    not_known: tuple[str, ...] = ()
    applied: Spec = field(default_factory=dict)
    """What stands applied once the changes are written: the declaration, but for what is pending."""


def judge(kind: Kind, declared: Declared, live: Live, terms: Terms = TWO_WAY) -> Judged:
    differing = _differing(kind, declared.spec, live)
    if not differing:
        return Judged(applied=declared.spec)
    judging = _Judging(kind, declared.spec, live, terms, differing)
    for names in _units(kind, declared.spec):
        judging.take(names)
    return judging.result()


def _differing(kind: Kind, spec: Spec, live: Live) -> frozenset[str]:
    """Fields that live does not hold as declared, or does not tell. Most objects have none."""
    fields, by_name = live.fields, kind.by_name
    return frozenset(
        [
            name
            for name, declaration in spec.items()
            if name not in fields or not holds(by_name[name], declaration, fields[name])
        ]
    )


def _units(kind: Kind, spec: Spec) -> Iterator[tuple[str, ...]]:
    """Fields that are judged as one: the halves of a declared verdict, else each alone."""
    pairs = kind.pairs
    halves = (pairs.classification, pairs.determination) if pairs else ()
    verdict = tuple(name for name in halves if name in spec)
    if verdict:
        yield verdict
    yield from ((name,) for name in spec if name not in verdict)


class _Judging:
    def __init__(
        self, kind: Kind, spec: Spec, live: Live, terms: Terms, differing: AbstractSet[str]
    ) -> None:
        self._differing = differing
        self._kind = kind
        self._spec = spec
        self._live = live.fields
        self._base: Spec = terms.base or {}
        self._has_base = terms.base is not None
        self._mode = terms.mode
        self._changes: dict[str, FieldChange] = {}
        self._kept: dict[str, Kept] = {}
        self._applied: dict[str, Declaration] = dict(spec)
        self._not_known: list[str] = []

    def result(self) -> Judged:
        names = tuple(self._kind.by_name)
        return Judged(
            tuple(self._changes[name] for name in names if name in self._changes),
            tuple(self._kept[name] for name in names if name in self._kept),
            tuple(self._not_known),
            {name: self._applied[name] for name in names if name in self._applied},
        )

    def take(self, names: tuple[str, ...]) -> None:
        unknown = [name for name in names if name not in self._live]
        if unknown:
            self._not_known += unknown
            return
        name, declaration = names[0], self._spec[names[0]]
        live = self._live[name]
        match declaration, self._kind.by_name[name].shape:
            case Entries(), _ if live is not None and not isinstance(live, Mapping):
                self._not_known.append(name)
            case _, TagsShape() | PhrasesShape() if live_tags(live) is None:
                self._not_known.append(name)
            case _ if self._differing.isdisjoint(names):
                pass
            case Entries(), _:
                self._take_entries(name, declaration, live if isinstance(live, Mapping) else {})
            case _, TagsShape() | PhrasesShape():
                self._take_tags(name, declaration, live_tags(live) or ())
            case _:
                self._take_values(names)

    def _holds(self, name: str, declaration: Declaration) -> bool:
        return holds(self._kind.by_name[name], declaration, self._live[name])

    def _take_values(self, names: tuple[str, ...]) -> None:
        """One value, or both halves of a verdict: written together or kept together."""
        differing = [name for name in names if name in self._differing]
        situation = self._situation(names)
        if is_written(situation, shared(map(self._mode, names))):
            for name in names:
                reason = cause({situation}) if name in differing else "paired"
                before = self._live[name]
                after = before if reason == "paired" else as_json(self._spec[name])
                self._changes[name] = FieldChange(name, before, after, reason)
            return
        for name in differing:
            self._keep(name, {situation})
        if situation in PENDING:
            for name in self._with_halves(names):
                self._stays_applied(name)

    def _with_halves(self, names: tuple[str, ...]) -> tuple[str, ...]:
        """Of a verdict also the half that is no longer declared: writing one recomputes the other."""
        pairs = self._kind.pairs
        halves = (pairs.classification, pairs.determination) if pairs else ()
        return halves if names[0] in halves else names

    def _situation(self, names: tuple[str, ...]) -> Situation:
        """Of a verdict: it moved if one of its halves did. A half that comes or goes moved it too."""
        bases = {
            name: self._base[name]
            for name in self._with_halves(names)
            if name in self._base and name in self._live
        }
        if not bases:
            shapes = {name: self._kind.by_name[name].shape for name in names}
            is_set = any(not is_unset(shapes[name], self._live[name]) for name in names)
            return first(has_base=self._has_base, is_set=is_set)
        return moved(
            declaration=not all(
                name in bases
                and name in self._spec
                and says_the_same(self._kind.by_name[name], bases[name], self._spec[name])
                for name in {*bases, *names}
            ),
            live=not all(self._holds(name, before) for name, before in bases.items()),
        )

    def _take_tags(self, name: str, declaration: Declaration, live: Sequence[Json]) -> None:
        item = self._kind.by_name[name]
        base = self._base.get(name)
        ground = Ground(base and in_parts(item, base), self._has_base)
        written, kept = self._parted(name, tags(in_parts(item, declaration), ground, live))
        self._write(name, written, with_tags(live, written))
        pending = self._keep_parts(name, kept)
        if pending:
            self._applied[name] = applied_tags(declaration, pending)

    def _take_entries(self, name: str, declaration: Entries, live: Mapping[str, Json]) -> None:
        ground = Ground(self._base.get(name), self._has_base)
        written, kept = self._parted(name, entries(declaration, ground, live))
        self._write(name, written, with_entries(live, written))
        pending = self._keep_parts(name, kept)
        if pending:
            self._applied[name] = applied_entries(
                declaration, ground.base, pending, is_written=bool(written)
            )

    def _parted(self, name: str, parts: Iterable[Part]) -> tuple[list[Part], list[Part]]:
        """Those to write, and those to keep."""
        mode = self._mode(name)
        written: list[Part] = []
        kept: list[Part] = []
        for part in parts:
            (written if is_written(part.situation, mode) else kept).append(part)
        return written, kept

    def _write(self, name: str, written: Sequence[Part], after: Json) -> None:
        if written:
            reason = cause({part.situation for part in written})
            self._changes[name] = FieldChange(name, self._live[name], after, reason)

    def _keep_parts(self, name: str, kept: Sequence[Part]) -> Sequence[Part]:
        """Those of them that are still to come."""
        if kept:
            self._keep(name, {part.situation for part in kept})
        return [part for part in kept if part.situation in PENDING]

    def _keep(self, name: str, situations: set[Situation]) -> None:
        base = self._base.get(name)
        self._kept[name] = Kept(
            name,
            base=None if base is None else as_json(base),
            declared=as_json(self._spec[name]),
            live=self._live[name],
            cause=cause(situations),
        )

    def _stays_applied(self, name: str) -> None:
        """As the base has it; of a verdict, it may have one half."""
        self._applied.pop(name, None)
        if name in self._base:
            self._applied[name] = self._base[name]
