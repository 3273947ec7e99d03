"""What one kind looks like on the wire, beside what KINDS says of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from reconciler.kinds.shapes import EnumShape

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reconciler.kinds.kind import Kind
    from reconciler.model.words import Json


@dataclass(frozen=True, slots=True)
class Column:
    """A property that can be filtered and sorted by; ``path`` leads to it inside the object."""

    path: str
    type: Literal["text", "time", "enum"]
    members: Mapping[str, str] = field(default_factory=dict)
    """Of an enumeration: case-folded spelling → wire name."""


@dataclass(frozen=True, slots=True)
class Paging:
    """``largest``: what a page can hold; ``clamps``: more is cut down, else it is refused."""

    default: int
    largest: int
    clamps: bool
    largest_skip: int | None = None


@dataclass(frozen=True, slots=True)
class Wire:
    kind: Kind
    blank: Mapping[str, Json]
    """Every property of v1.0 with the value an object has if a seed leaves it out."""
    columns: Mapping[str, Column]
    """What ``$filter`` may name; several names may lead to one path."""
    options: frozenset[str]
    """Query options of the list."""
    paging: Paging
    beta_blank: Mapping[str, Json] = field(default_factory=dict)
    """Properties that only beta answers."""
    sortable: frozenset[str] | None = None
    """None: all columns."""
    enums: tuple[str, ...] = ()
    """Enumerations that can only be read."""
    hidden: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Members behind the sentinel: ``unknownFutureValue`` for who does not ask for them."""
    closed_at: str | None = None
    """Read-only time that follows the closing status."""
    navigation: Mapping[str, str] = field(default_factory=dict)
    """Name of related objects → their kind."""
    has_comments: bool = False
    takes_comment_lists: bool = False
    """The metadata and Microsoft's SDKs post a list of comments, the page shows a single one."""
    actions: frozenset[str] = frozenset()
    """Last path segments of ``executeResponseAction``, if the kind has it."""
    bulk: frozenset[str] = frozenset()
    """Last path segments of ``updateAlerts``, if the kind has it (beta)."""
    list_type: str | None = None
    """``@odata.type`` that the published list carries."""

    @property
    def segment(self) -> str:
        return self.kind.collection.rpartition("/")[2]

    @property
    def versions(self) -> frozenset[str]:
        """What v1.0 has, beta has too."""
        return frozenset({self.kind.version, "beta"})

    @property
    def enum_names(self) -> tuple[str, ...]:
        own = (item.name for item in self.kind.fields if isinstance(item.shape, EnumShape))
        return (*own, *self.enums)
