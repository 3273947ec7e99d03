"""Tags and details, part by part: what differs, who moved it, and the whole value to send.

Graph replaces lists and mappings whole, so the value sent is live with the parts that are written.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from reconciler.kinds.shapes import PhrasesShape, tag_name
from reconciler.model.desired import Elements, Entries, Exactly
from reconciler.planning.ownership import first, moved

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from reconciler.kinds.kind import Field
    from reconciler.model.desired import Declaration
    from reconciler.model.words import Json
    from reconciler.planning.ownership import Situation


class Part(NamedTuple):
    """One tag or key that live does not hold as declared.

    ``wanted``: of a tag, whether it shall be there; of a key, its value. A tuple, for there are many.
    """

    key: str | None
    wanted: bool | str
    situation: Situation


def in_parts(item: Field, declaration: Declaration) -> Declaration:
    """Phrases are only added: a list of them says nothing of what else is there."""
    match item.shape, declaration:
        case PhrasesShape(), Exactly(list() | tuple() as listed):
            return Elements(tuple(map(str, listed)))
        case _:
            return declaration


def live_tags(value: Json) -> Sequence[Json] | None:
    """A live null is an empty list that was read; anything but a list cannot be merged with."""
    if value is None:
        return ()
    return value if isinstance(value, list | tuple) else None


@dataclass(frozen=True, slots=True)
class Ground:
    """What a field is judged against. ``has_base``: there is a base, whether it has the field or not."""

    base: Declaration | None
    has_base: bool


def tags(declared: Declaration, ground: Ground, live: Sequence[Json]) -> Iterator[Part]:
    """In the order of the live list, then of the document."""
    there = dict.fromkeys(map(name_of, live))
    for tag in there:
        if wants(declared, tag) is False:
            yield Part(tag, False, _tag_situation(ground, tag, wanted=False))
    for tag in _present(declared):
        if tag not in there:
            yield Part(tag, True, _tag_situation(ground, tag, wanted=True))


def _tag_situation(ground: Ground, tag: str | None, *, wanted: bool) -> Situation:
    """A tag is there or not: live differs from what is wanted, so one side moved, never both."""
    before = wants(ground.base, tag)
    if before is None:
        return first(has_base=ground.has_base, is_set=not wanted)
    return "drift" if before is wanted else "declared"


def wants(declaration: Declaration | None, tag: str | None) -> bool | None:
    """Whether the tag shall be there; None: nothing is said of it."""
    match declaration:
        case Exactly():
            return tag in _present(declaration)
        case Elements(present, absent):
            return True if tag in present else False if tag in absent else None
        case _:
            return None


def _present(declaration: Declaration) -> tuple[str, ...]:
    """Each once: an undo declares what live held, as it stood there."""
    match declaration:
        case Elements(present):
            return present
        case Exactly(list() | tuple() as listed):
            return tuple(dict.fromkeys(tag_name(str(tag)) for tag in listed))
        case _:
            return ()


def with_tags(live: Sequence[Json], written: Sequence[Part]) -> list[Json]:
    """The live order, minus what goes, plus what comes."""
    going = {part.key for part in written if part.wanted is False}
    coming = [part.key for part in written if part.wanted is True]
    return [*(tag for tag in live if name_of(tag) not in going), *coming]


def entries(declared: Entries, ground: Ground, live: Mapping[str, Json]) -> Iterator[Part]:
    """In the order of the document."""
    for key, wanted in declared.values.items():
        now = live.get(key)
        if now != wanted:
            yield Part(key, wanted, _entry_situation(key, wanted, ground, now))


def _entry_situation(key: str, wanted: str, ground: Ground, live: Json) -> Situation:
    """A base that says null says of each key that it is not there."""
    base, now = ground.base, None if is_no_entry(live) else live
    values = base.values if isinstance(base, Entries) else {}
    if base is None or (isinstance(base, Entries) and key not in values):
        return first(has_base=ground.has_base, is_set=now is not None)
    before = values.get(key)
    return moved(declaration=before != wanted, live=now != before)


def is_no_entry(value: Json) -> bool:
    return value is None or value == ""


def with_entries(live: Mapping[str, Json], written: Sequence[Part]) -> dict[str, Json]:
    return {**live, **{str(part.key): part.wanted for part in written}}


def name_of(tag: Json) -> str | None:
    """None for what is no tag at all."""
    return tag_name(tag) if isinstance(tag, str) else None


def applied_tags(declared: Declaration, pending: Sequence[Part]) -> Declaration:
    """What stands applied where these are still to come: they are as the base says, so not wanted."""
    gone = {part.key for part in pending}
    present = (
        *(tag for tag in _present(declared) if tag not in gone),
        *(str(part.key) for part in pending if part.wanted is False),
    )
    if not isinstance(declared, Elements):
        return Exactly(list(present))
    absent = (
        *(tag for tag in declared.absent if tag not in gone),
        *(str(part.key) for part in pending if part.wanted is True),
    )
    return Elements(present, absent)


def applied_entries(
    declared: Entries, base: Declaration | None, pending: Sequence[Part], *, is_written: bool
) -> Declaration:
    """As for tags. A base of null cannot stay for some keys alone.

    Where others are written, those to come count as applied: they are drift from then on, and never
    a first declaration, which would be written over what a person set.
    """
    match base:
        case Entries(before):
            return Entries({**declared.values, **{key: before[key] for key in map(_key, pending)}})
        case Exactly() if not is_written:
            return base
        case _:
            return declared


def _key(part: Part) -> str:
    return str(part.key)
