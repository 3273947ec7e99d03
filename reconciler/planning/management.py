"""Who owns a field: the document's word on the field, on '*', the tenant's, the configuration's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from reconciler.model.desired import EVERY_FIELD

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from reconciler.model.desired import Declared, Mode
    from reconciler.settings import Management

OTHERWISE: Final[Mode] = "yield"
"""People win over the tool unless somebody says otherwise."""

_MOST_CAREFUL_FIRST: Final[tuple[Mode, ...]] = ("yield", "once", "enforce")


def mode(declared: Declared, name: str, outer: Sequence[Management]) -> Mode:
    """``outer``: the tenant's word, then the configuration's."""
    return next(_said(declared, name, outer), OTHERWISE)


def shared(modes: Iterable[Mode]) -> Mode:
    """Of what is written as one (the halves of a verdict): the most careful mode counts.

    ``modes``: one at least.
    """
    return min(modes, key=_MOST_CAREFUL_FIRST.index)


def _said(declared: Declared, name: str, outer: Sequence[Management]) -> Iterator[Mode]:
    own = declared.management
    yield from (own[key] for key in (name, EVERY_FIELD) if key in own)
    for said in outer:
        if name in said.fields:
            yield said.fields[name]
        if said.default is not None:
            yield said.default
