"""What a schema cannot say about one document: asked of all values that have no error yet."""

from __future__ import annotations

from datetime import date
from functools import cache, partial
from typing import TYPE_CHECKING, assert_never

from reconciler.documents.characters import visible
from reconciler.documents.tree import shown
from reconciler.kinds import KINDS
from reconciler.kinds.shapes import (
    DetailsShape,
    EnumShape,
    PhrasesShape,
    PrincipalShape,
    TagsShape,
    TextShape,
    TimeShape,
    characters,
    tag_name,
    takes_lines,
    ticks,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from reconciler.documents.tree import Data, Document, Path
    from reconciler.kinds.kind import Kind
    from reconciler.kinds.shapes import Shape
    from reconciler.model.words import Finding

    Mapped = dict[str, Data]
    _Ask = Callable[[Document, str, Data], Iterator[Finding]]


def judge(document: Document, kind: Kind, metadata: Mapped, spec: Mapped) -> Iterator[Finding]:
    """Dates and values, whoever's document it is; what a tenant's rules say is not asked here."""
    expires = metadata.get("expires")
    if isinstance(expires, str) and not _is_date(expires):
        yield document.error(
            ("metadata", "expires"),
            f"is {visible(expires)}, which is no day of the calendar; expected YYYY-MM-DD",
        )
    for name, ask in _asked(kind.name):
        if name in spec:
            yield from ask(document, name, spec[name])


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


def unquoted_ids(document: Document) -> list[Finding]:
    """An id of digits needs quotes: other readers of YAML take 0123 for the number 83."""
    findings = []
    for path, text in document.written.items():
        is_id = path == ("metadata", "id") or path[:-1] == ("members",)
        if is_id and text.startswith("0") and text.isdigit() and not document.is_poisoned(path):
            document.poisoned.add(path)
            message = f'is {text} without quotes; write it in quotes: "{text}"'
            findings.append(document.error(path, message))
    return findings


def _takes_lines(kind: Kind, path: Path) -> bool:
    if path == ("metadata", "reason"):
        return True
    match path:
        case ("spec", str(name)):
            item = kind.by_name.get(name)
            return item is not None and takes_lines(item.shape)
        case _:
            return False


def _is_date(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


@cache
def _asked(kind_name: str) -> tuple[tuple[str, _Ask], ...]:
    """The fields that have to be asked something, and what."""
    asks = ((name, _ask(shape)) for name, shape in KINDS[kind_name].shapes)
    return tuple((name, ask) for name, ask in asks if ask is not None)


def _ask(shape: Shape) -> _Ask | None:
    match shape:
        case TextShape(longest=int(longest)):
            return partial(_length, longest)
        case EnumShape() | TextShape() | PrincipalShape() | DetailsShape():
            return None
        case TagsShape() | PhrasesShape():
            return _tags
        case TimeShape():
            return _time
        case other:
            assert_never(other)


def _length(longest: int, document: Document, name: str, value: Data) -> Iterator[Finding]:
    if isinstance(value, str) and characters(value) > longest:
        found = f"has {characters(value):,} characters"
        counted = f"{found}, counted as UTF-16 does" if characters(value) > len(value) else found
        message = f"{counted}; Graph keeps {longest:,} and cuts the rest: shorten it"
        yield document.error(("spec", name), message)


def _time(document: Document, name: str, value: Data) -> Iterator[Finding]:
    if isinstance(value, str) and ticks(value) is None:
        yield document.error(
            ("spec", name), f"is {visible(value)}, which is no time; expected 2026-01-31T12:00:00Z"
        )


def _tags(document: Document, name: str, value: Data) -> Iterator[Finding]:
    """One list, or those of ``present`` and ``absent``; ``null`` holds none."""
    path: Path = ("spec", name)
    lists = {(*path, k): v for k, v in value.items()} if isinstance(value, dict) else {path: value}
    every = [_named(tag) for one in lists.values() if isinstance(one, list) for tag in one]
    if len(set(every)) == len(every):
        return
    seen: dict[str, Path] = {}
    for where, tags in lists.items():
        items = tags if isinstance(tags, list) else []
        yield from _repeats(document, where, items)
        yield from _overlap(document, where, items, seen)


def _repeats(document: Document, path: Path, tags: Iterable[Data]) -> Iterator[Finding]:
    seen: set[str] = set()
    for index, tag in enumerate(map(_named, tags)):
        if tag in seen:
            yield document.error((*path, index), f"repeats {visible(tag)}; delete one")
        seen.add(tag)


def _overlap(
    document: Document, path: Path, tags: Iterable[Data], seen: dict[str, Path]
) -> Iterator[Finding]:
    """``seen`` holds the tags of the other list."""
    mine = {_named(tag): (*path, index) for index, tag in enumerate(tags)}
    for tag, here in mine.items():
        if tag in seen:
            yield document.error(
                here, f"is {visible(tag)}, as is {shown(seen[tag])}; a tag is present or absent"
            )
    seen.update(mine)


def _named(tag: Data) -> str:
    return tag_name(str(tag))
