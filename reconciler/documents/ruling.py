"""What one tenant's configuration says about a document: verdict pairs, required keys, kinds.

Apart from what any tenant would say, which is in ``judge``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

from reconciler.contract.document import NOTES
from reconciler.documents.characters import visible
from reconciler.kinds.shapes import EnumShape, is_unset

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reconciler.documents.rules import Rules
    from reconciler.documents.tree import Data, Document
    from reconciler.kinds.kind import Kind, Pairs
    from reconciler.model.words import Finding

    Mapped = dict[str, Data]

Level: TypeAlias = Literal["error", "warning"]


def by_rules(
    document: Document, kind: Kind, metadata: Mapped, spec: Mapped, rules: Rules
) -> Iterator[Finding]:
    """Findings at ``kind``, ``spec.status`` or the determination, and nowhere else."""
    if kind.pairs:
        yield from _verdict(document, kind, kind.pairs, spec, rules)
    if rules.require.closures and spec.get("status") in kind.closing:
        yield from _required(document, kind, metadata, spec, rules)
    if document.is_poisoned(("kind",)):
        return
    if rules.cloud not in kind.clouds:
        yield document.finding(
            ("kind",),
            f"is {kind.name}, which Microsoft does not have in this tenant's cloud, "
            f"{rules.cloud!r}; delete the document, or correct 'cloud' in the configuration",
            "error",
        )
    elif kind.name not in rules.kinds:
        yield document.finding(
            ("kind",),
            f"is {kind.name}, which is off for this tenant: plan skips it as disabled; "
            f"switch it on in the configuration, kinds: {{{kind.name}: true}}",
            "warning",
        )


def _verdict(
    document: Document, kind: Kind, pairs: Pairs, spec: Mapped, rules: Rules
) -> Iterator[Finding]:
    if pairs.determination not in spec:
        return
    path = ("spec", pairs.determination)
    if document.is_poisoned(("spec", pairs.classification)):
        return
    if pairs.classification not in spec:
        message = f"needs spec.{pairs.classification} beside it; add it, or delete this line"
        yield document.finding(path, message, "error")
        return
    first, second = spec[pairs.classification], spec[pairs.determination]
    if isinstance(first, str) and second in pairs.allowed.get(first, ()):
        return
    fitting = _fitting(kind, pairs, first)
    if second not in fitting:
        names = ", ".join("null" if name is None else repr(name) for name in fitting)
        found = f"is {_said(second)}, which does not fit {pairs.classification} {_said(first)}"
        level: Level = "warning" if rules.pairs == "warn" else "error"
        yield document.finding(path, f"{found}; expected one of {names}", level)


def _fitting(kind: Kind, pairs: Pairs, first: Data) -> tuple[Data, ...]:
    """Null and the unset member are one: of a verdict both halves are unset, or none is."""
    shape = kind.by_name[pairs.classification].shape
    if is_unset(shape, first):
        unset = shape.unset if isinstance(shape, EnumShape) else None
        return (*pairs.allowed.get(str(unset), ()), None)
    return pairs.allowed[str(first)]


def _said(value: Data) -> str:
    return "null" if value is None else visible(str(value))


def _required(
    document: Document, kind: Kind, metadata: Mapped, spec: Mapped, rules: Rules
) -> Iterator[Finding]:
    """Of a document that closes."""
    for name in rules.require.closures:
        item = kind.by_name.get(name)
        if item is not None:
            lacks = is_unset(item.shape, spec.get(name))
        else:
            lacks = name in NOTES and name not in metadata
        if lacks and not document.is_poisoned(("spec" if item else "metadata", name)):
            where = f"spec.{name}" if item else f"metadata.{name}"
            yield document.finding(
                ("spec", "status"),
                f"is {_said(spec['status'])}, and the configuration requires "
                f"{name} of what closes an object; add {where}",
                "error",
            )
