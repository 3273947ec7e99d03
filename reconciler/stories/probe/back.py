"""What an object held, what it holds, whose doing that is, and what brings it back. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from reconciler.kinds import KINDS
from reconciler.kinds.sendable import as_sent
from reconciler.kinds.shapes import EnumShape, same

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from reconciler.kinds.kind import Kind
    from reconciler.model.live import Live
    from reconciler.model.words import Json, JsonObject


class Held:
    """One object. ``ours``: by field, the values that the probe's writes gave it or tried to."""

    def __init__(self, original: Live) -> None:
        self.original = original
        self.now = original
        self.ours: dict[str, list[Json]] = {}

    @property
    def kind(self) -> Kind:
        return KINDS[self.original.ref.kind]

    def sends(self, body: JsonObject) -> None:
        """Before it is sent: whatever becomes of it, these values are ours."""
        for name, value in body.items():
            self._gives(name, as_sent(self.kind.by_name[name], value))

    def withdraws(self, body: JsonObject) -> None:
        """What was just sent was surely not done: one value less is ours."""
        for name in body:
            self.ours[name].pop()
            if not self.ours[name]:
                del self.ours[name]

    def became(self, live: Live, body: JsonObject) -> tuple[str, ...]:
        """After the write: which other fields moved, and are nobody knows whose.

        Graph recomputes the other half of a verdict: that is ours as well.
        """
        mine = with_other_half(self.kind, body)
        before, self.now = self.now, live
        for name in mine & live.fields.keys():
            if not is_same(name, before, live):
                self._gives(name, live.fields[name])
        names = self.kind.by_name
        return tuple(name for name in names if name not in mine and not is_same(name, before, live))

    def reached(self, live: Live, values: Mapping[str, Sequence[Json]]) -> bool:
        """Seen after a write of the incident, which may have given it ``values``: these are ours.

        False if it changed in any other way.
        """
        moved = [name for name in self.kind.by_name if not is_same(name, self.now, live)]
        shapes = {name: self.kind.by_name[name].shape for name in moved}
        given = [
            name
            for name in moved
            if any(same(shapes[name], live.fields.get(name), one) for one in values.get(name, ()))
        ]
        for name in given:
            self._gives(name, live.fields.get(name))
        self.now = live
        return given == moved

    def is_as_left(self, live: Live) -> bool:
        """Where it differs from what was last seen, the probe's own values have come late."""
        return all(
            is_same(name, self.now, live) or self._is_ours(name, live) for name in live.fields
        )

    def is_ours(self, name: str) -> bool:
        """The field holds a value of the probe's."""
        return self._is_ours(name, self.now)

    def _is_ours(self, name: str, live: Live) -> bool:
        shape, value = self.kind.by_name[name].shape, live.fields.get(name)
        return any(same(shape, value, one) for one in self.ours.get(name, ()))

    def originals(self, names: Iterable[str]) -> JsonObject:
        """What it held of these, a verdict whole; as a PATCH says it."""
        wanted = with_other_half(self.kind, names)
        return {
            name: as_sent(item, self.original.fields.get(name))
            for name, item in self.kind.by_name.items()
            if name in wanted
        }

    def _gives(self, name: str, value: Json) -> None:
        self.ours.setdefault(name, []).append(value)


@dataclass(frozen=True, slots=True)
class Back:
    """``bodies``: what to send, field by field, a verdict whole.

    ``taken``: fields that the probe wrote, and somebody else since. ``theirs``: those that
    changed, and that the probe never wrote.
    """

    bodies: tuple[JsonObject, ...]
    taken: tuple[str, ...] = ()
    theirs: tuple[str, ...] = ()

    @property
    def stuck(self) -> tuple[str, ...]:
        return tuple(name for body in self.bodies for name in body)


def way_back(held: Held, *, exactly: bool = False) -> Back:
    """Only what still holds a value of the probe's; a verdict goes back whole or not at all.

    ``exactly``: what means the same is not enough (unset in another way, tags in another order).
    """
    kind, original = held.kind, held.original
    changed = [
        name
        for name in kind.by_name
        if not is_same(name, original, held.now)
        or (exactly and name in held.ours and not _is_equal(name, original, held.now))
    ]
    strange = {name for name in changed if not held.is_ours(name)}
    strange |= with_other_half(kind, strange) & set(changed)
    groups = dict.fromkeys(
        frozenset(with_other_half(kind, [name])) for name in changed if name not in strange
    )
    bodies = tuple(held.originals(group) for group in groups)
    written = with_other_half(kind, held.ours)
    left = [name for name in changed if name in strange]
    taken = tuple(name for name in left if name in written)
    return Back(bodies, taken, tuple(name for name in left if name not in written))


def without_null(kind: Kind, body: JsonObject) -> JsonObject:
    """The same with the member that means unset: for a Graph that takes no null for it."""
    return {name: _unset(kind, name) if value is None else value for name, value in body.items()}


def with_other_half(kind: Kind, names: Iterable[str]) -> set[str]:
    found = set(names)
    if kind.pairs is not None:
        halves = {kind.pairs.classification, kind.pairs.determination}
        found |= halves if found & halves else set()
    return found


def is_same(name: str, one: Live, other: Live) -> bool:
    """What an answer does not tell is no difference."""
    if name not in one.fields or name not in other.fields:
        return True
    shape = KINDS[one.ref.kind].by_name[name].shape
    return same(shape, one.fields[name], other.fields[name])


def _is_equal(name: str, one: Live, other: Live) -> bool:
    return one.fields.get(name) == other.fields.get(name)


def are_same(one: Live, other: Live) -> bool:
    return all(is_same(name, one, other) for name in one.fields)


def _unset(kind: Kind, name: str) -> Json:
    shape = kind.by_name[name].shape
    return shape.unset if isinstance(shape, EnumShape) else None
