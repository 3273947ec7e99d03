"""A good file as text that is remembered: without its path, and without any tenant's rules.

Rules are asked anew, and what it declares is made anew, by the code that also serves a file that was
just read: so a remembered file cannot say anything else.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple

import orjson

from reconciler.documents.desired import wanted
from reconciler.documents.examine import FORMS, Examined
from reconciler.documents.ruling import paths
from reconciler.documents.tree import shown
from reconciler.kinds import KINDS
from reconciler.model.words import Finding, Place, Ref

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from reconciler.documents.desired import Wanted
    from reconciler.documents.tree import Path
    from reconciler.kinds.kind import Kind

_KIND: Final = ("kind",)


def written(examined: Sequence[Examined], warnings: Sequence[Finding]) -> bytes:
    """``examined``: good ones only. ``warnings``: what is said of them under any rules.

    A line for what is a document's own, then one for each document with what it may have in common
    with thousands: such a line is taken apart once.
    """
    told = [(one.place.line, one.place.column, one.message) for one in warnings]
    own = orjson.dumps(([_own(one) for one in examined], told))
    return b"\n".join([own, *[_common(one) for one in examined]])


def restored(text: bytes, path: str) -> tuple[list[Examined], list[Finding]] | None:
    """Of the file at ``path``; None for what is no such text.

    Ids are allow-listed here as well: they become part of a path.
    """
    first, *others = text.split(b"\n")
    try:
        rows, told = orjson.loads(first)
        warnings = [
            Finding(Place(path, line, column), message, "warning") for line, column, message in told
        ]
        pairs = zip(rows, others, strict=True)
        return [_examined(path, row, _parted(common)) for row, common in pairs], warnings
    except (ValueError, TypeError, LookupError, RecursionError):
        return None


@dataclass(frozen=True, slots=True)
class _Marked:
    """Implements ruling.Placed: nothing in it is bad."""

    path: str
    marks: Mapping[str, Sequence[int]]
    """Line and column, by the path as it is shown."""

    def at(self, path: Path) -> tuple[int, int]:
        line, column = self.marks[shown(path)]
        return line, column

    def finding(self, path: Path, message: str, level: Literal["error", "warning"]) -> Finding:
        return Finding(Place(self.path, *self.at(path)), f"{shown(path)} {message}", level)

    def is_poisoned(self, _path: Path) -> bool:
        return False


class _Common(NamedTuple):
    """Shared by all documents that say the same; nobody changes what was examined."""

    form: str
    kind: Kind
    spec: dict[str, Any]
    modes: dict[str, Any]
    marks: Mapping[str, Sequence[int]]
    wanted: Wanted


def _own(one: Examined) -> tuple[object, ...]:
    return [(ref.id, place.line, place.column) for ref, place in one.named], one.metadata


def _common(one: Examined) -> bytes:
    return orjson.dumps((one.form, one.spec, one.modes, _marks(one)))


def _marks(one: Examined) -> Mapping[str, tuple[int, int]]:
    spec, at = one.spec, one.document.at
    return {
        name: at(path) for name, path in _marked(one.kind.name) if path == _KIND or path[-1] in spec
    }


@cache
def _marked(kind_name: str) -> tuple[tuple[str, Path], ...]:
    return tuple((shown(path), path) for path in paths(KINDS[kind_name]))


@lru_cache(maxsize=4096)
def _parted(text: bytes) -> _Common:
    form, spec, modes, marks = orjson.loads(text)
    kind = FORMS[form]
    return _Common(form, kind, spec, modes, marks, wanted(kind, spec, modes))


def _examined(path: str, row: Any, common: _Common) -> Examined:
    named, metadata = row
    form, kind, spec, modes, marks, said = common
    refs = [(_ref(kind, object_id), Place(path, line, column)) for object_id, line, column in named]
    return Examined(_Marked(path, marks), form, kind, refs, metadata, spec, modes, said)


def _ref(kind: Kind, object_id: str) -> Ref:
    if not kind.accepts(object_id):
        raise ValueError(object_id)
    return Ref(kind.name, object_id)
