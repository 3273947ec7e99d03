"""--select and --exclude: ``key=glob[,key=glob…]``; comma is and, repeating is or, exclude wins."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reconciler.model import Declared, Selection


def choose(declared: Sequence[Declared], selection: Selection) -> tuple[Declared, ...]:
    """What is selected, in the same order.

    Raises UsageError for a term that cannot be read, InvalidInput (3) if nothing matches.
    """
    raise NotImplementedError
