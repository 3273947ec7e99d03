"""Desired: what documents declare, checked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

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


@dataclass(frozen=True, slots=True)
class Declared:
    """What one document (or one member of a set) wants of one object."""

    ref: Ref
    source: Place
    """The place of the document's ``kind``, or of the member in its set."""
    spec: Mapping[str, Declaration]
    """By Graph property name, in the order of the kind's fields; never empty."""
    name: str | None = None
    """``metadata.name`` of the set; None for a single object."""
    reason: str | None = None
    ticket: str | None = None
    owner: str | None = None
    expires: str | None = None
    """``YYYY-MM-DD``; released from 00:00 UTC of that day."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """All documents of a tenant, checked. ``declared`` is sorted by ref, without doubles.

    If any finding is an error, nothing may be planned from ``declared``.
    """

    declared: tuple[Declared, ...]
    findings: tuple[Finding, ...]
    files: int = 0
