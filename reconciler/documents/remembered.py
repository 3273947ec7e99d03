"""A good file as text that is remembered: without its path, and without any tenant's rules.

Rules are asked anew, and what it declares is made anew, by the code that also serves a file that was
just read: so a remembered file cannot say anything else.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, Final, Literal

from reconciler.documents.examine import FORMS, Examined
from reconciler.documents.ruling import paths
from reconciler.documents.tree import shown
from reconciler.kinds import KINDS
from reconciler.model.words import Finding, Place, Ref

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from reconciler.documents.tree import Path
    from reconciler.kinds.kind import Kind

_KIND: Final = ("kind",)
_encode: Final = json.JSONEncoder(separators=(",", ":"), allow_nan=False).encode
_decode: Final = json.JSONDecoder().decode


def written(examined: Sequence[Examined], warnings: Sequence[Finding]) -> str:
    """``examined``: good ones only. ``warnings``: what is said of them under any rules."""
    told = [(one.place.line, one.place.column, one.message) for one in warnings]
    return _encode(([_row(one) for one in examined], told))


def restored(text: str, path: str) -> tuple[list[Examined], list[Finding]] | None:
    """Of the file at ``path``; None for what is no such text.

    Ids are allow-listed here as well: they become part of a path.
    """
    try:
        rows, told = _decode(text)
        warnings = [
            Finding(Place(path, line, column), message, "warning") for line, column, message in told
        ]
        return [_examined(path, row) for row in rows], warnings
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


def _row(one: Examined) -> tuple[object, ...]:
    named = [(ref.id, place.line, place.column) for ref, place in one.named]
    return one.form, named, one.metadata, one.spec, one.modes, _marks(one)


def _marks(one: Examined) -> Mapping[str, tuple[int, int]]:
    spec, at = one.spec, one.document.at
    return {
        name: at(path) for name, path in _marked(one.kind.name) if path == _KIND or path[-1] in spec
    }


@cache
def _marked(kind_name: str) -> tuple[tuple[str, Path], ...]:
    return tuple((shown(path), path) for path in paths(KINDS[kind_name]))


def _examined(path: str, row: Any) -> Examined:
    form, named, metadata, spec, modes, marks = row
    kind = FORMS[form]
    refs = [(_ref(kind, object_id), Place(path, line, column)) for object_id, line, column in named]
    return Examined(_Marked(path, marks), form, kind, refs, metadata, spec, modes)


def _ref(kind: Kind, object_id: str) -> Ref:
    if not kind.accepts(object_id):
        raise ValueError(object_id)
    return Ref(kind.name, object_id)
