"""What a schema cannot say about one document: asked of all values that have no error yet."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Literal, TypeAlias, assert_never

from reconciler.contract.document import NOTES
from reconciler.documents.characters import visible
from reconciler.documents.tree import shown
from reconciler.kinds.shapes import (
    DetailsShape,
    EnumShape,
    PhrasesShape,
    PrincipalShape,
    TagsShape,
    TextShape,
    TimeShape,
    is_unset,
    ticks,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reconciler.documents.rules import Rules
    from reconciler.documents.tree import Data, Document, Path
    from reconciler.kinds.kind import Field, Kind, Pairs
    from reconciler.model.words import Finding

    Mapped = dict[str, Data]
    Level: TypeAlias = Literal["error", "warning"]


def judge(
    document: Document, kind: Kind, metadata: Mapped, spec: Mapped, rules: Rules
) -> Iterator[Finding]:
    """Dates, values, verdict, required keys, and whether the kind is to be had."""
    expires = metadata.get("expires")
    if isinstance(expires, str) and not _is_date(expires):
        yield document.error(
            ("metadata", "expires"),
            f"is {visible(expires)}, which is no day of the calendar; expected YYYY-MM-DD",
        )
    for name, value in spec.items():
        yield from _value(document, kind.by_name[name], value)
    if kind.pairs:
        yield from _verdict(document, kind, kind.pairs, spec, rules)
    yield from _required(document, kind, metadata, spec, rules)
    yield from _offered(document, kind, rules)


def _offered(document: Document, kind: Kind, rules: Rules) -> Iterator[Finding]:
    """By Microsoft in the tenant's cloud, and by the configuration."""
    if rules.cloud not in kind.clouds:
        yield document.error(
            ("kind",),
            f"is {kind.name}, which Microsoft does not have in this tenant's cloud, "
            f"{rules.cloud!r}; delete the document, or correct 'cloud' in the configuration",
        )
    elif kind.name not in rules.kinds:
        yield document.warning(
            ("kind",),
            f"is {kind.name}, which is off for this tenant: plan skips it as disabled; "
            f"switch it on in the configuration, kinds: {{{kind.name}: true}}",
        )


def lines(document: Document, kind: Kind) -> list[Finding]:
    """Line ends and tabs are for fields that are shown in more than one line."""
    findings = []
    for path in document.broken:
        if not _takes_lines(kind, path) and not document.is_poisoned(path):
            document.poisoned.add(path)
            findings.append(
                document.error(
                    path,
                    "holds a line end or a tab; write it in one line ('>-' folds long text), "
                    "without tabs",
                )
            )
    return findings


def _takes_lines(kind: Kind, path: Path) -> bool:
    if path == ("metadata", "reason"):
        return True
    match path:
        case ("spec", str(name)):
            item = kind.by_name.get(name)
            return item is not None and item.shape == TextShape(multiline=True)
        case _:
            return False


def _is_date(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _value(document: Document, item: Field, value: Data) -> Iterator[Finding]:
    path = ("spec", item.name)
    match item.shape:
        case TagsShape() | PhrasesShape():
            yield from _tags(document, path, value)
        case TimeShape():
            if isinstance(value, str) and ticks(value) is None:
                yield document.error(
                    path, f"is {visible(value)}, which is no time; expected 2026-01-31T12:00:00Z"
                )
        case EnumShape() | TextShape() | PrincipalShape() | DetailsShape():
            pass
        case other:
            assert_never(other)


def _tags(document: Document, path: Path, value: Data) -> Iterator[Finding]:
    """One list, or those of ``present`` and ``absent``; ``null`` holds none."""
    lists = {(*path, k): v for k, v in value.items()} if isinstance(value, dict) else {path: value}
    seen: dict[str, Path] = {}
    for where, tags in lists.items():
        items = tags if isinstance(tags, list) else []
        yield from _repeats(document, where, items)
        yield from _overlap(document, where, items, seen)


def _repeats(document: Document, path: Path, tags: list[Data]) -> Iterator[Finding]:
    seen: set[str] = set()
    for index, tag in enumerate(map(_trimmed, tags)):
        if tag in seen:
            yield document.error((*path, index), f"repeats {visible(tag)}; delete one")
        seen.add(tag)


def _overlap(
    document: Document, path: Path, tags: list[Data], seen: dict[str, Path]
) -> Iterator[Finding]:
    """``seen`` holds the tags of the other list."""
    mine = {_trimmed(tag): (*path, index) for index, tag in enumerate(tags)}
    for tag, here in mine.items():
        if tag in seen:
            yield document.error(
                here, f"is {visible(tag)}, as is {shown(seen[tag])}; a tag is present or absent"
            )
    seen.update(mine)


def _trimmed(tag: Data) -> str:
    return str(tag).strip()


def _verdict(
    document: Document, kind: Kind, pairs: Pairs, spec: Mapped, rules: Rules
) -> Iterator[Finding]:
    if pairs.determination not in spec:
        return
    path = ("spec", pairs.determination)
    if document.is_poisoned(("spec", pairs.classification)):
        return
    if pairs.classification not in spec:
        yield document.error(
            path, f"needs spec.{pairs.classification} beside it; add it, or delete this line"
        )
        return
    first, second = spec[pairs.classification], spec[pairs.determination]
    fitting = _fitting(kind, pairs, first)
    if second not in fitting:
        level: Level = "warning" if rules.pairs == "warn" else "error"
        names = ", ".join("null" if name is None else repr(name) for name in fitting)
        found = f"is {_said(second)}, which does not fit {pairs.classification} {_said(first)}"
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
    if spec.get("status") not in kind.closing:
        return
    for name in rules.require.closures:
        item = kind.by_name.get(name)
        if item is not None:
            lacks = is_unset(item.shape, spec.get(name))
        else:
            lacks = name in NOTES and name not in metadata
        if lacks and not document.is_poisoned(("spec" if item else "metadata", name)):
            where = f"spec.{name}" if item else f"metadata.{name}"
            yield document.error(
                ("spec", "status"),
                f"is {_said(spec['status'])}, and the configuration requires "
                f"{name} of what closes an object; add {where}",
            )
