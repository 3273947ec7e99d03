"""Editing documents where they stand: comments, order and quoting kept, nothing else touched."""

from __future__ import annotations

from codecs import BOM_UTF8
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeAlias

from reconciler.documents.characters import decode
from reconciler.documents.editing.draft import drafted, opened, renamed
from reconciler.documents.editing.proof import first_error, loaded, objection, unfit
from reconciler.documents.editing.rows import row
from reconciler.model.words import Ref

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reconciler.documents.editing.draft import File
    from reconciler.model.desired import Declared, Spec

NOT_HERE: Final = "this file does not declare it"


@dataclass(frozen=True, slots=True)
class Revise:
    """The object's declaration becomes ``spec``: fields it lacks are taken out of the document."""

    ref: Ref
    spec: Spec


@dataclass(frozen=True, slots=True)
class Remove:
    """The object's declaration goes: its document, or the member of its set."""

    ref: Ref


Edit: TypeAlias = Revise | Remove


@dataclass(frozen=True, slots=True)
class Edited:
    """``content``: the file's new bytes; None: nothing is left of it, delete the file.

    ``left``: what could not be done, by object, and why; the file is then as if it was not asked.
    """

    content: bytes | None
    left: tuple[tuple[Ref, str], ...] = ()


def edit(content: bytes, edits: Sequence[Edit]) -> Edited:
    """Pure. The result is read again: what it declares is what was asked for, or it is ``left``.

    Of two edits of one object the last one counts.
    """
    asked = {change.ref: change for change in edits}
    opened = _opened(content)
    if isinstance(opened, str):
        return Edited(content, tuple((ref, opened) for ref in asked))
    editing = _Editing(content, opened)
    fit = [change for change in asked.values() if editing.takes(change)]
    editing.settle(fit, ())
    return Edited(editing.content, tuple(editing.left.items()))


def repoint(content: bytes, ref: Ref, new_id: str) -> Edited:
    """The object's id becomes another one, in its document or its set."""
    file = _opened(content)
    if isinstance(file, str):
        return Edited(content, ((ref, file),))
    if ref not in file.declared:
        return Edited(content, ((ref, NOT_HERE),))
    new = Ref(ref.kind, new_id)
    edited = _encoded(content, renamed(file, ref, new_id))
    others = {other: item for other, item in file.declared.items() if other != ref}
    why = objection(edited, {**others, new: file.declared[ref]})
    return Edited(content, ((ref, why),)) if why else Edited(edited)


class _Editing:
    """One file. ``content``: with what has been done; ``left``: by object why it is not done."""

    def __init__(self, content: bytes, file: File) -> None:
        self._before = content
        self._file = file
        self.content: bytes | None = content
        self.left: dict[Ref, str] = {}

    def takes(self, change: Edit) -> bool:
        why = self._why_not(change)
        if why:
            self.left[change.ref] = why
        return why is None

    def settle(self, edits: Sequence[Edit], taken: Sequence[Edit]) -> Sequence[Edit]:
        """``taken`` and those of ``edits`` that can be done: by halves, for few ever cannot."""
        if not edits:
            return taken
        together = (*taken, *edits)
        why = self._make(together)
        if why is None:
            return together
        if len(edits) == 1:
            self.left[edits[0].ref] = why
            return taken
        middle = len(edits) // 2
        return self.settle(edits[middle:], self.settle(edits[:middle], taken))

    def _make(self, edits: Sequence[Edit]) -> str | None:
        """Or why it cannot be done."""
        wanted = {
            change.ref: row(change.spec) if isinstance(change, Revise) else None for change in edits
        }
        content = _encoded(self._before, drafted(self._file, wanted))
        expected = self._expected(edits)
        why = objection(content, expected)
        if why and content and not content.endswith(b"\n"):
            # text in lines needs the last line's break where it comes to stand at the file's end
            content += self._file.page.line_break.encode()
            why = objection(content, expected) and why
        if why is None:
            self.content = content
        return why

    def _why_not(self, change: Edit) -> str | None:
        if change.ref not in self._file.declared:
            return NOT_HERE
        if isinstance(change, Revise):
            return unfit(change.spec)
        return None

    def _expected(self, edits: Sequence[Edit]) -> dict[Ref, Declared]:
        expected = dict(self._file.declared)
        for change in edits:
            if isinstance(change, Revise):
                expected[change.ref] = expected[change.ref]._replace(spec=change.spec)
            else:
                del expected[change.ref]
        return expected


def _opened(content: bytes) -> File | str:
    """Or why it cannot be edited."""
    found = loaded(content)
    error = first_error(found)
    if error:
        place = f"line {error.place.line}, column {error.place.column}"
        return f"its file has errors; mend them first ({place}: {error.message})"
    return opened(decode(content), {item.ref: item for item in found.declared})


def _encoded(content: bytes, text: str | None) -> bytes | None:
    if text is None:
        return None
    return (BOM_UTF8 if content.startswith(BOM_UTF8) else b"") + text.encode()
