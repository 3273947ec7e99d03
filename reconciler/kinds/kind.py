"""What one kind of object is: a flat value that the whole house loops over."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal
from urllib.parse import quote

from reconciler.kinds.shapes import EnumShape

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from reconciler.kinds.shapes import Shape
    from reconciler.model.words import Json


@dataclass(frozen=True, slots=True)
class Field:
    """One writable property, under Graph's name. ``nullable``: a document may say null."""

    name: str
    shape: Shape
    nullable: bool
    description: str


@dataclass(frozen=True, slots=True)
class Pairs:
    """Two fields that are one verdict: which ``determination`` goes with which ``classification``.

    ``allowed`` maps each value of the first to the values of the second.
    """

    classification: str
    determination: str
    allowed: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class SpillRule:
    """Writing ``field`` also writes ``to_field`` of the objects of ``to_kind`` that belong to it.

    ``only``: it happens for this value alone; None: for every value but null. Of null no page says
    that it happens, nor that it does not: see may_apply.
    """

    field: str
    to_kind: str
    to_field: str
    only: Json = None

    def applies(self, value: Json) -> bool:
        """Whether Microsoft's pages say that it happens."""
        return value is not None if self.only is None else value == self.only

    def may_apply(self, value: Json) -> bool:
        """Whether it happens, or may for all that is known."""
        return self.only is None or value == self.only


@dataclass(frozen=True, slots=True)
class Listing:
    """How the list is paged. ``counted``: ``$count=true`` is documented for it."""

    page_size: int
    counted: bool
    has_ranges: bool = False
    """``$filter`` takes ``ge`` and ``le`` on the creation."""
    has_keyset: bool = False
    """It takes ``ge`` on the last update as well, and ``$orderby`` puts the list in its order."""
    has_select: bool = False
    """``$select`` may be tried; the answer has to prove that it was honoured."""
    has_numbered_ids: bool = False
    """Ids are numbers, given out in the order of creation or nearly so: a hint, never relied on."""


@dataclass(frozen=True, slots=True)
class Reads:
    """Where the answer holds what reports and judgements need; names of properties."""

    title: str
    created: str
    revision: str
    is_dated: bool = False
    """Each such object tells its last update: one that does not may have been updated."""
    severity: str | None = None
    moved_by: str | None = None
    tenant_id: str | None = None
    parent: tuple[str, ...] = ()
    """The path to the id of the incident it belongs to."""
    redirect: str | None = None
    """The id of the incident it was merged into, if ``status`` says ``redirect_status``."""
    redirect_status: str | None = None


@dataclass(frozen=True, slots=True)
class Kind:
    """Everything the tool knows about one kind. ``phase``: apply writes lower phases first."""

    name: str
    set_name: str | None
    version: Literal["v1.0", "beta"]
    collection: str
    id_pattern: str
    id_example: str
    description: str
    fields: tuple[Field, ...]
    reads: Reads
    phase: int
    listing: Listing
    clouds: frozenset[str]
    on_by_default: bool
    read_permission: str
    write_permission: str
    closing: tuple[str, ...]
    """Values of ``status`` that close the object."""
    pairs: Pairs | None = None
    verdict: str | None = None
    """The field that can hold ``truePositive``."""
    spills: tuple[SpillRule, ...] = ()
    attachments: tuple[str, ...] = ()
    """Live properties that every PATCH body has to carry (never from a document)."""
    patch_prefer: tuple[str, ...] = ()
    """``Prefer`` values that a PATCH needs beside the common one."""
    folder: str = ""
    """Where imported documents of it stand, below the tenant's folder; empty: right in there."""
    caveat: str | None = None
    """What everyone who declares this kind has to know; ``caveat_on`` a day says all of it."""
    ends: str | None = None
    """The last day that Microsoft announced for its API, ``YYYY-MM-DD``."""
    by_name: Mapping[str, Field] = field(init=False, repr=False, compare=False)
    """The fields by name; derived."""
    enums: tuple[tuple[str, EnumShape], ...] = field(init=False, repr=False, compare=False)
    """The fields that are enumerations; derived."""
    shapes: tuple[tuple[str, Shape], ...] = field(init=False, repr=False, compare=False)
    """The shape of each field; derived."""
    properties: tuple[str, ...] = field(init=False, repr=False, compare=False)
    """Every property that ``kinds/observe.py`` looks at, each once; derived."""
    id_regex: re.Pattern[str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        shapes = tuple((item.name, item.shape) for item in self.fields)
        enums = tuple((name, shape) for name, shape in shapes if isinstance(shape, EnumShape))
        object.__setattr__(self, "shapes", shapes)
        object.__setattr__(self, "enums", enums)
        object.__setattr__(self, "by_name", {item.name: item for item in self.fields})
        object.__setattr__(self, "properties", tuple(dict.fromkeys(self._looked_at())))
        object.__setattr__(self, "id_regex", re.compile(self.id_pattern))

    def _looked_at(self) -> Iterator[str]:
        reads = self.reads
        yield "id"
        yield from (item.name for item in self.fields)
        yield from (reads.title, reads.created, reads.revision)
        others = (reads.severity, reads.moved_by, reads.tenant_id, reads.redirect)
        yield from (name for name in others if name)
        yield from reads.parent[:1]
        yield from self.attachments

    def has_ended(self, today: str) -> bool:
        """``today``: UTC, ``YYYY-MM-DD``."""
        return self.ends is not None and today > self.ends

    def caveat_on(self, today: str) -> str | None:
        """What stands in each plan that has one of this kind."""
        if self.ends is None:
            return self.caveat
        if self.has_ended(today):
            return (
                f"{self.caveat} and past its end, which Microsoft announced for {self.ends}: Graph may"
                " answer nothing, or no longer what holds"
            )
        return f"{self.caveat}: Microsoft announced its end for {self.ends}"

    def accepts(self, object_id: str) -> bool:
        """Whether the id is allow-listed, by full match: an id is part of a path."""
        return self.id_regex.fullmatch(object_id) is not None

    def path(self, object_id: str) -> str:
        """Path of one object, relative to the API version."""
        return f"{self.collection}/{quote(object_id, safe='')}"

    def versioned_path(self, object_id: str) -> str:
        return f"/{self.version}{self.path(object_id)}"
