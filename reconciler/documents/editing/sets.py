"""A set whose members part: who stays in it, and the documents of those who leave."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from reconciler.contract.document import API_VERSION, NOTES
from reconciler.documents.editing.fields import Pen
from reconciler.documents.editing.forms import step
from reconciler.documents.editing.page import Splice
from reconciler.documents.editing.rows import meaning
from reconciler.documents.editing.values import quoted_as
from reconciler.documents.editing.writing import Style, entries, indented

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from reconciler.documents.editing.forms import Form
    from reconciler.documents.editing.layout import Collection, Scalar
    from reconciler.documents.editing.page import Page
    from reconciler.model.words import JsonObject, Ref

MARKER: Final = "---"


@dataclass(frozen=True, slots=True)
class Change:
    """What one document asks of its file. ``documents``: lines of new ones, for the file's end."""

    splices: tuple[Splice, ...] = ()
    is_gone: bool = False
    documents: tuple[Sequence[str], ...] = ()


def revised(
    page: Page, form: Form, now: JsonObject, wanted: Mapping[Ref, JsonObject | None]
) -> Change:
    """``now``: what all its objects have. ``wanted``: what some shall have; None: they go."""
    items = form.refs
    asked = {ref: wanted.get(ref, now) for ref in items}
    rows = {ref: row for ref, row in asked.items() if row is not None}
    if not rows:
        return Change(is_gone=True)
    pen = Pen(page, step(page, form.root))
    common = _common(now, rows)
    leaving = {
        ref: row for ref, row in rows.items() if common is None or meaning(row) != meaning(common)
    }
    own = [tuple(_document(form, items[ref], row, pen.step)) for ref, row in leaving.items()]
    if common is None:
        return Change((_instead(page, form.root, own),))
    staying = [ref for ref in rows if ref not in leaving]
    splices = (*_members(pen, form, staying), *_spec(pen, form, now, common))
    return Change(splices, documents=tuple(own))


def _common(now: JsonObject, rows: Mapping[Ref, JsonObject]) -> JsonObject | None:
    """What the set says from now on: as before if that is still said of a member.

    Else what most members have in common; None: no two of several do.
    """
    counts = Counter(map(meaning, rows.values()))
    if meaning(now) in counts:
        return now
    most, count = counts.most_common(1)[0]
    if count == 1 and len(rows) > 1:
        return None
    return next(row for row in rows.values() if meaning(row) == most)


def _members(pen: Pen, form: Form, staying: Iterable[Ref]) -> Iterator[Splice]:
    if form.members:
        yield from pen.elements(form.members, [ref.id for ref in staying])


def _spec(pen: Pen, form: Form, now: JsonObject, asked: JsonObject) -> Iterator[Splice]:
    """What means the same is left as it is written: other spelling, order or blanks."""
    held = form.spec.by_name
    wanted = {
        name: held[name].value.data
        if name in now and meaning(now[name]) == meaning(value)
        else value
        for name, value in asked.items()
    }
    order = [field.name for field in form.kind.fields]
    return pen.mapping(form.spec, wanted, order=order)


def _instead(page: Page, root: Collection, documents: Sequence[Sequence[str]]) -> Splice:
    """Nobody stays: the documents stand where the set stood, below its comments."""
    lines = [line for document in documents for line in (MARKER, *document)][1:]
    text = page.line_break.join(lines)
    end = page.line_end(root.end)
    if page.is_first(root.start):
        return Splice(page.line_start(root.start), end, text)
    marker_end = page.line_start(root.start) + len(MARKER)
    return Splice(marker_end, end, page.line_break + text)


def _document(form: Form, identity: Scalar, row: JsonObject, step: int) -> Iterator[str]:
    style = Style(step=step)
    held = form.metadata.by_name
    notes = {name: held[name].value for name in NOTES if name in held}
    yield f"apiVersion: {API_VERSION}"
    yield f"kind: {form.kind.name}"
    yield "metadata:"
    for name, value in {"id": identity, **notes}.items():
        yield from indented(entries({name: value.data}, quoted_as(value, style)), style)
    yield "spec:"
    yield from indented(entries(row, style), style)
    if form.management:
        yield "management:"
        yield from indented(entries(form.management.entries, style), style)
