"""All changes of one file put together: documents that change, that go, that come."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from reconciler.documents.editing.forms import form
from reconciler.documents.editing.layout import lay_out
from reconciler.documents.editing.page import Page, Splice
from reconciler.documents.editing.rows import row
from reconciler.documents.editing.sets import MARKER, revised
from reconciler.documents.editing.writing import Style, scalar

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from reconciler.documents.editing.forms import Form
    from reconciler.documents.editing.layout import Sheet
    from reconciler.model.desired import Declared
    from reconciler.model.words import JsonObject, Ref

_HEAD: Final = re.compile(r"(?:[ \t\r\n]*#[^\n]*\n)*")


@dataclass(frozen=True, slots=True)
class File:
    """One file that the loader passed, laid out."""

    page: Page
    sheets: tuple[Sheet, ...]
    forms: tuple[Form, ...]
    declared: Mapping[Ref, Declared]


def opened(text: str, declared: Mapping[Ref, Declared]) -> File:
    page = Page(text)
    sheets = tuple(lay_out(page))
    found = (form(sheet) for sheet in sheets)
    return File(page, sheets, tuple(one for one in found if one), declared)


def drafted(file: File, wanted: Mapping[Ref, JsonObject | None]) -> str | None:
    """``wanted``: what objects shall have; None: they go. None: nothing is left of the file."""
    splices: list[Splice] = []
    gone: set[int] = set()
    documents: list[Sequence[str]] = []
    for one in file.forms:
        if wanted.keys().isdisjoint(one.refs):
            continue
        first = next(iter(one.refs))
        change = revised(file.page, one, row(file.declared[first].spec), wanted)
        splices += change.splices
        documents += change.documents
        gone |= {one.sheet.start} if change.is_gone else set()
    if gone and len(gone) == len(file.forms):
        return None
    splices += _gone(file, gone)
    return _followed(file.page, file.page.spliced(splices), documents)


def renamed(file: File, ref: Ref, new_id: str) -> str:
    """For an object that the file declares."""
    found = next(one for one in file.forms if ref in one.refs)
    old = found.refs[ref]
    holder = found.members or found.metadata
    text = scalar(new_id, Style(old.style, is_flow=holder.is_flow))
    return file.page.spliced([Splice(old.start, old.end, text)])


def _gone(file: File, gone: set[int]) -> Iterator[Splice]:
    """``gone``: starts of documents. Each goes from its marker to the next one's.

    Comments at the head of the file stay: they may be about all of it.
    """
    for sheet in file.sheets:
        if sheet.start in gone:
            yield Splice(sheet.start, sheet.end, "" if sheet.start else _head(file.page, sheet))


def _head(page: Page, sheet: Sheet) -> str:
    """The comments above the first document and its marker, with the blank lines between them."""
    end = sheet.root.start if sheet.root else sheet.end
    found = _HEAD.match(page.text[sheet.start : end])
    return found[0] if found else ""


def _followed(page: Page, text: str, documents: Sequence[Sequence[str]]) -> str:
    """A file without a line break at its end stays one."""
    if not documents:
        return text
    line_break = page.line_break
    lines = [line for document in documents for line in (MARKER, *document)]
    start = text if text.endswith("\n") else text + line_break
    end = line_break if page.text.endswith("\n") else ""
    return start + line_break.join(lines) + end
