"""Desired: what documents declare, checked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reconciler.model.words import Finding, Json, Place, Ref


@dataclass(frozen=True, slots=True)
class Exactly:
    """The field shall hold this value; None means nobody, nothing, unset."""

    value: Json


@dataclass(frozen=True, slots=True)
class Elements:
    """The list shall hold ``present`` and not ``absent``; its other elements are not managed."""

    present: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Entries:
    """The mapping shall hold these keys with these values; its other keys are not managed."""

    values: Mapping[str, str]


Declaration: TypeAlias = Exactly | Elements | Entries

Spec: TypeAlias = "Mapping[str, Declaration]"
"""What is wanted of one object: by Graph property name, in the order of the kind's fields."""

Mode: TypeAlias = Literal["yield", "enforce", "once"]
"""Who owns a field: people (what they set stays), the document, or people after a first value."""

EVERY_FIELD = "*"
"""The key of ``management`` that means all fields it does not name."""


NO_WORD: Final[Mapping[str, Mode]] = {}


class Declared(NamedTuple):
    """What one document (or one member of a set) wants of one object. A tuple: see words.Ref."""

    ref: Ref
    source: Place
    """The place of the document's ``kind``, or of the member in its set."""
    spec: Spec
    """Never empty."""
    name: str | None = None
    """``metadata.name`` of the set; None for a single object."""
    reason: str | None = None
    ticket: str | None = None
    owner: str | None = None
    expires: str | None = None
    """``YYYY-MM-DD``; released from 00:00 UTC of that day."""
    management: Mapping[str, Mode] = NO_WORD
    """The document's own word, by field or EVERY_FIELD; what it does not say, the configuration does."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """All documents of a tenant, checked. ``declared`` is sorted by ref, without doubles.

    If any finding is an error, nothing may be planned from ``declared``.
    """

    declared: tuple[Declared, ...]
    findings: tuple[Finding, ...]
    files: int = 0
