"""Old names and other casing of Graph's enumerations → the wire names, with a hint.

Microsoft's pages printed other names and PascalCase for years (API notes 1.2): a document that was
copied from one is good, yet should not stay so.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.documents.characters import visible
from reconciler.kinds.enums import WHY_READ_ONLY
from reconciler.kinds.shapes import canonical

if TYPE_CHECKING:
    from reconciler.documents.tree import Data, Document
    from reconciler.kinds.kind import Kind
    from reconciler.kinds.shapes import EnumShape
    from reconciler.model.words import Finding


def correct(document: Document, kind: Kind, spec: dict[str, Data]) -> list[Finding]:
    """Writes the wire names into ``spec``; a member that Graph keeps to itself is an error."""
    findings = []
    for name, shape in kind.enums:
        value = spec.get(name)
        if isinstance(value, str) and value not in shape.names:
            findings += _correct(document, spec, name, shape)
    return findings


def _correct(
    document: Document, spec: dict[str, Data], name: str, shape: EnumShape
) -> list[Finding]:
    value = str(spec[name])
    path = ("spec", name)
    wire = canonical(shape, value)
    if wire in shape.read_only:
        document.poisoned.add(path)
        allowed = ", ".join(map(repr, shape.names))
        why = WHY_READ_ONLY[wire]
        return [document.error(path, f"is {visible(value)}: {why}; expected one of {allowed}")]
    if wire not in shape.names:
        return []
    spec[name] = wire
    is_old = value.casefold() != wire.casefold()
    found = "an old name" if is_old else "another spelling"
    return [document.warning(path, f"is {visible(value)}, {found} of {wire!r}; write {wire!r}")]
