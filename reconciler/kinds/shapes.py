"""The shapes a writable property can have, and when two values of a shape are the same.

Sources: graph/API notes 1.2 (enum names and casing drifted), 6.5 (comparison rules); the rules
themselves are those of the contract, section 1. ``docs/decisions/`` holds what they leave open.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, TypeAlias
from unicodedata import normalize

if TYPE_CHECKING:
    from reconciler.model.words import Json


@dataclass(frozen=True, slots=True)
class Member:
    """One wire name that may be declared; ``meaning`` is shown by editors."""

    name: str
    meaning: str


@dataclass(frozen=True, slots=True)
class EnumShape:
    """A Graph enumeration. ``read_only`` members are understood in answers, refused in documents.

    ``aliases``: old names that Microsoft's pages still print → the wire name. Names of members and
    aliases are matched without case. ``unset``: the member that means "no value".
    """

    members: tuple[Member, ...]
    read_only: tuple[str, ...] = ()
    aliases: Mapping[str, str] = field(default_factory=dict)
    unset: str | None = None
    meant: Mapping[str, str] = field(default_factory=dict)
    """What other products call a member, case-folded → the wire name: for hints, never accepted."""
    names: tuple[str, ...] = field(init=False, repr=False, compare=False)
    """The names of the members; derived."""
    spellings: Mapping[str, str] = field(init=False, repr=False, compare=False)
    """Every known spelling, case-folded → its wire name; derived."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "names", tuple(member.name for member in self.members))
        table = {old.casefold(): new for old, new in self.aliases.items()}
        table.update({name.casefold(): name for name in (*self.read_only, *self.names)})
        object.__setattr__(self, "spellings", table)


@dataclass(frozen=True, slots=True)
class TextShape:
    """Free text. CRLF is LF and trailing white space does not count.

    ``longest``: characters that Graph keeps; it answers 200 for more, and cuts. None: no page names
    a limit, and none is known.
    """

    multiline: bool = False
    longest: int | None = None


@dataclass(frozen=True, slots=True)
class PrincipalShape:
    """A person or group as free text; compared trimmed and without case."""


@dataclass(frozen=True, slots=True)
class TagsShape:
    """A list that Graph replaces whole; compared as a set of case-sensitive tags: see tag_name."""


@dataclass(frozen=True, slots=True)
class PhrasesShape:
    """A list to which these phrases may be added; what else people wrote in it stays, and is sent along."""

    allowed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TimeShape:
    """A UTC time ending in Z, compared as an instant to 100 ns."""


@dataclass(frozen=True, slots=True)
class DetailsShape:
    """String keys with string values, declared key by key, sent whole (live plus declared)."""


Shape: TypeAlias = (
    EnumShape | TextShape | PrincipalShape | TagsShape | PhrasesShape | TimeShape | DetailsShape
)


def fits(shape: Shape, value: Json) -> bool:
    """Whether a live value is of the type that Graph gives this shape; null is of each."""
    match shape:
        case TagsShape() | PhrasesShape():
            if not isinstance(value, list | tuple):
                return value is None
            return all(isinstance(item, str) for item in value)
        case DetailsShape():
            return value is None or isinstance(value, Mapping)
        case _:
            return value is None or isinstance(value, str)


def takes_lines(shape: Shape) -> bool:
    """Whether line ends and tabs may stand in its values."""
    return isinstance(shape, TextShape) and shape.multiline


def characters(text: str) -> int:
    """How long a text is for Graph: in UTF-16 units, as .NET counts, without white space at its end.

    No page says whether Graph counts units or code points; the larger of both is the safe one.
    """
    return len(text.rstrip().encode("utf-16-le", "surrogatepass")) // 2


def is_too_long(shape: Shape, text: str) -> bool:
    """Whether Graph would cut it."""
    longest = shape.longest if isinstance(shape, TextShape) else None
    return longest is not None and len(text) > longest // 2 and characters(text) > longest


def tag_name(tag: str) -> str:
    """What two spellings of one tag have in common: trimmed, and composed as Unicode says (NFC).

    Keyboards and portals write one letter as one sign or as two; people see no difference.
    """
    return normalize("NFC", tag.strip())


def canonical(shape: EnumShape, value: str) -> str:
    """The wire spelling of a member, known old name or other casing; anything else as it is."""
    return shape.spellings.get(value.casefold(), value)


def same(shape: Shape, left: Json, right: Json) -> bool:
    """Whether two values of this shape mean the same. Null, ``""`` and the unset member do."""
    return left == right or key(shape, left) == key(shape, right)


def is_unset(shape: Shape, value: Json) -> bool:
    return key(shape, value) is None


def key(shape: Shape, value: Json) -> Hashable:
    """What two equal values have in common; None for unset. Never raises, whatever came back."""
    if value is None or value == "":
        return None
    if isinstance(value, str):
        return _text_key(shape, value)
    if isinstance(value, list | tuple):
        return _list_key(shape, list(value))
    if isinstance(value, Mapping):
        return frozenset((name, _frozen(item)) for name, item in value.items()) or None
    return ("odd", repr(value))


def ticks(text: str) -> int | None:
    """100 ns since year 1 of an ISO 8601 time with Z or an offset; None if it is no such time.

    Graph sends up to seven fractional digits, trailing zeros dropped (API notes 1.5); Python's own
    datetime keeps six, so the fraction is handled apart.
    """
    found = _TIME.fullmatch(text)
    if found is None:
        return None
    try:
        passed = datetime.fromisoformat(f"{found['whole']}Z") - _YEAR_ONE
    except ValueError:
        return None
    seconds = passed.days * 86_400 + passed.seconds - _offset_seconds(found["zone"])
    return seconds * 10_000_000 + int((found["fraction"] or "")[:7].ljust(7, "0"))


_YEAR_ONE = datetime(1, 1, 1, tzinfo=UTC)
_TIME = re.compile(
    r"(?P<whole>[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2})"
    r"(?:\.(?P<fraction>[0-9]{1,12}))?(?P<zone>Z|[+-][0-9]{2}:[0-9]{2})"
)


def _offset_seconds(zone: str) -> int:
    if zone == "Z":
        return 0
    size = timedelta(hours=int(zone[1:3]), minutes=int(zone[4:6])).total_seconds()
    return int(size) * (-1 if zone[0] == "-" else 1)


def _text_key(shape: Shape, value: str) -> Hashable:
    match shape:
        case EnumShape():
            name = canonical(shape, value)
            return None if name == shape.unset else name
        case PrincipalShape():
            return value.strip().casefold() or None
        case TimeShape():
            instant = ticks(value)
            return value if instant is None else instant
        case _:
            return value.replace("\r\n", "\n").rstrip() or None


def _list_key(shape: Shape, value: list[Json]) -> Hashable:
    match shape:
        case TagsShape() | PhrasesShape():
            tags = (tag_name(item) if isinstance(item, str) else _frozen(item) for item in value)
            return frozenset(tags) or None
        case _:
            return ("odd", repr(value))


def _frozen(value: Json) -> Hashable:
    return value if isinstance(value, str) else ("odd", repr(value))
