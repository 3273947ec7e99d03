"""A document's ``management`` beyond the schema: modes that decide about nothing, or half a verdict."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.model.desired import EVERY_FIELD
from reconciler.model.words import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reconciler.documents.tree import Data, Document
    from reconciler.kinds.kind import Kind, Pairs

    Mapped = dict[str, Data]


def doubts(document: Document, kind: Kind, spec: Mapped, modes: Mapped) -> Iterator[Finding]:
    """Warnings about a document that passed. ``modes``: its ``management``."""
    for name in modes:
        if name not in spec and name != EVERY_FIELD:
            found = f"names {name!r}, which this document does not declare"
            yield _warning(document, name, f"{found}; declare it, or delete the line")
    if kind.pairs and kind.pairs.classification in spec and kind.pairs.determination in spec:
        yield from _verdict(document, kind.pairs, modes)


def _verdict(document: Document, pairs: Pairs, modes: Mapped) -> Iterator[Finding]:
    halves = (pairs.classification, pairs.determination)
    first, second = (modes.get(half, modes.get(EVERY_FIELD, "nothing")) for half in halves)
    if first != second:
        named = next(half for half in halves if half in modes)
        found = f"says {first} of {halves[0]} and {second} of {halves[1]}"
        why = "a verdict is owned as one, by the most careful mode of both (yield, once, enforce)"
        yield _warning(document, named, f"{found}; {why}: say the same of both")


def _warning(document: Document, name: str, message: str) -> Finding:
    return Finding(document.key_place(("management", name)), f"management {message}", "warning")
