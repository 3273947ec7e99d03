"""The edited file is read like any other: what it declares is what was asked for, or it is not it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from reconciler.documents.characters import HIDDEN, name_of
from reconciler.documents.editing.rows import meaning, row
from reconciler.documents.loading import load
from reconciler.documents.rules import Rules
from reconciler.kinds import KINDS
from reconciler.model.words import SourceFile

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reconciler.model.desired import Declared, Loaded, Spec
    from reconciler.model.words import Finding, Json, Ref

_NAME: Final = "the edited file"
_RULES: Final = Rules(kinds=frozenset(KINDS), pairs="warn")
"""Whether a verdict may stand in a document, and what it must have, is said elsewhere."""


def loaded(content: bytes) -> Loaded:
    return load([SourceFile(_NAME, content)], _RULES)


def first_error(found: Loaded) -> Finding | None:
    return next((finding for finding in found.findings if finding.level == "error"), None)


def objection(content: bytes | None, expected: Mapping[Ref, Declared]) -> str | None:
    """Why this is not the file that was asked for; None: it is."""
    found = loaded(content or b"")
    error = first_error(found)
    if error:
        return f"the edited document would be refused: {error.message}"
    declared = {item.ref: item for item in found.declared}
    others = [ref for ref in {*declared, *expected} if not _agree(declared, expected, ref)]
    if others:
        return f"the edited file would say something else of {min(others)}; edit it by hand"
    return None


def unfit(spec: Spec) -> str | None:
    """What no document can hold, however it is quoted; the loader says the rest."""
    for name, value in row(spec).items():
        for found in filter(None, map(HIDDEN.search, _texts(value))):
            character = f"the control or bidi character {name_of(found[0])}"
            return f"spec.{name} would hold {character}, which no document may hold; change it live"
    return None


def _texts(value: Json) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for name, item in value.items():
            yield from (name, *_texts(item))
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _texts(item)


def _agree(declared: Mapping[Ref, Declared], expected: Mapping[Ref, Declared], ref: Ref) -> bool:
    """Who leaves a set leaves its name behind."""
    found, wanted = declared.get(ref), expected.get(ref)
    return (
        found is not None
        and wanted is not None
        and found.name in (None, wanted.name)
        and _essence(found) == _essence(wanted)
    )


def _essence(item: Declared) -> tuple[object, ...]:
    """All but its name and where it stands."""
    notes = (item.reason, item.ticket, item.owner, item.expires, dict(item.management))
    return (meaning(row(item.spec)), *notes)
