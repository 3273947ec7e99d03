"""Edits of documents: what a command changed in them, or would."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from reconciler.model.words import Foreign, Place, Ref


@dataclass(frozen=True, slots=True)
class FileEdit:
    """One file: its shown path and its bytes before and after; ``after`` is None if it goes."""

    path: str
    before: bytes
    after: bytes | None


@dataclass(frozen=True, slots=True)
class Told:
    """One declaration, and what became of it or why it stays. ``detail``: somebody else's words."""

    ref: Ref
    place: Place
    what: str
    detail: Foreign | None = None


@dataclass(frozen=True, slots=True)
class Edits:
    """``done`` and ``left`` by ref; nothing is written until somebody does it with ``files``."""

    files: tuple[FileEdit, ...] = ()
    done: tuple[Told, ...] = ()
    left: tuple[Told, ...] = ()
    proposed: tuple[FileEdit, ...] = ()
    """Shown and not written: a person decides."""
    unknown: tuple[Told, ...] = ()
    """Objects that could not be read: nothing is decided about these."""
    notices: tuple[str, ...] = ()
    doubt: str | None = None
    """Why what was read is not to be believed: nothing is edited then."""
