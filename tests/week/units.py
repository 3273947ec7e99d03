"""What people and documents disagree about, piece by piece: a value, a verdict, one tag.

Nothing here leans on the planner: this is the week's own reading of the contract, section 5.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from reconciler.model.words import Json

TAGS: Final = "customTags"
VERDICT: Final = ("classification", "determination")
PLAIN: Final = ("status", "assignedTo", "displayName", "severity")
FIELDS: Final = frozenset({TAGS, *VERDICT, *PLAIN})
MODES: Final = ("yield", "enforce", "once")
OUTER: Final = {"severity": "enforce", "assignedTo": "once", "*": "yield"}
"""What the tenant says of severity and the configuration of assignedTo; see ``repos.CONFIG``."""

Value: TypeAlias = "bool | str | tuple[str | None, ...] | None"


class Name(NamedTuple):
    """Of an object: kind and id."""

    kind: str
    id: str


class Unit(NamedTuple):
    """``names``: one field, or the declared halves of a verdict. ``tag``: of customTags."""

    names: tuple[str, ...]
    tag: str | None = None


@dataclass(frozen=True)
class Said:
    """What a document, or the base, says of one object."""

    plain: Mapping[str, str | None] = field(default_factory=dict)
    """By field, tags apart; as compared."""
    tags: Mapping[str, bool] = field(default_factory=dict)
    """Whether each shall be there."""
    is_exact: bool = False
    """Tags that are not named shall not be there."""
    has_tags: bool = False

    @property
    def is_empty(self) -> bool:
        return not self.plain and not self.has_tags

    def wants(self, tag: str) -> bool | None:
        return self.tags.get(tag, False if self.is_exact else None)

    def of(self, unit: Unit) -> Value:
        """Only of what is said; a verdict's halves that are not said are left out."""
        if unit.tag is not None:
            return self.wants(unit.tag)
        return tuple(self.plain[name] for name in unit.names if name in self.plain)

    def says(self, unit: Unit) -> bool:
        if unit.tag is not None:
            return self.wants(unit.tag) is not None
        return any(name in self.plain for name in unit.names)


def said(spec: Mapping[str, Json]) -> Said:
    """As a document writes it, and as the applied tree does."""
    plain = {name: compared(name, value) for name, value in spec.items() if name != TAGS}
    if TAGS not in spec:
        return Said(plain)
    match spec[TAGS]:
        case dict() as sides:
            present, absent = (_texts(sides.get(side)) for side in ("present", "absent"))
            wanted = {**dict.fromkeys(present, True), **dict.fromkeys(absent, False)}
            return Said(plain, wanted, has_tags=True)
        case listed:
            wanted = dict.fromkeys(_texts(listed), True)
            return Said(plain, wanted, is_exact=True, has_tags=True)


def units(document: Said, live: Mapping[str, Json]) -> Iterator[Unit]:
    """All that the document speaks of, tags that live alone has included where it lists them all."""
    verdict = tuple(name for name in VERDICT if name in document.plain)
    if verdict:
        yield Unit(verdict)
    for name in document.plain:
        if name not in VERDICT:
            yield Unit((name,))
    named = dict.fromkeys(document.tags)
    extra = tags(live) if document.is_exact else ()
    for tag in (*named, *(tag for tag in extra if tag not in named)):
        yield Unit((TAGS,), tag)


def held(unit: Unit, live: Mapping[str, Json]) -> Value:
    """What live holds of it."""
    if unit.tag is not None:
        return unit.tag in tags(live)
    return tuple(compared(name, live[name]) for name in unit.names)


def is_unset(unit: Unit, live: Mapping[str, Json]) -> bool:
    value = held(unit, live)
    return value is False or (isinstance(value, tuple) and not any(value))


def tags(live: Mapping[str, Json]) -> tuple[str, ...]:
    return _texts(live.get(TAGS))


def compared(name: str, value: Json) -> str | None:
    """Null, unknown and nothing are one; an assignee's case does not count."""
    if value in (None, "", "unknown"):
        return None
    text = str(value).strip()
    return text.casefold() if name == "assignedTo" else text


def mode(modes: Mapping[str, str], unit: Unit) -> str:
    """The document's word on the field, on '*', then the tenant's and the configuration's.

    Of a verdict the most careful one.
    """
    said = [modes.get(name) or modes.get("*") or OUTER.get(name, OUTER["*"]) for name in unit.names]
    return next(one for one in ("yield", "once", "enforce") if one in said)


def _texts(value: Json) -> tuple[str, ...]:
    return tuple(str(item).strip() for item in value) if isinstance(value, list | tuple) else ()
