"""Editing documents where they stand: comments, order and quoting kept, nothing else touched."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reconciler.model.desired import Spec
    from reconciler.model.words import Ref


@dataclass(frozen=True, slots=True)
class Revise:
    """The object's declaration becomes ``spec``: fields it lacks are taken out of the document."""

    ref: Ref
    spec: Spec


@dataclass(frozen=True, slots=True)
class Remove:
    """The object's declaration goes: its document, or the member of its set."""

    ref: Ref


Edit: TypeAlias = Revise | Remove


@dataclass(frozen=True, slots=True)
class Edited:
    """``content``: the file's new bytes; None: nothing is left of it, delete the file.

    ``left``: what could not be done, by object, and why; the file is then as if it was not asked.
    """

    content: bytes | None
    left: tuple[tuple[Ref, str], ...] = ()


def edit(content: bytes, edits: Sequence[Edit]) -> Edited:
    """Pure. The result is read again: what it declares is what was asked for, or it is ``left``."""
    raise NotImplementedError
