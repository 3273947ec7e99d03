"""A set whose members part: who stays in it, and the documents of those who leave."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from reconciler.contract.document import API_VERSION, NOTES
from reconciler.documents.editing.fields import Pen
from reconciler.documents.editing.forms import step
from reconciler.documents.editing.items import in_brackets, lines_gone
from reconciler.documents.editing.layout import Scalar
from reconciler.documents.editing.page import Splice
from reconciler.documents.editing.rows import meaning
from reconciler.documents.editing.values import quoted_as
from reconciler.documents.editing.writing import Style, entries, indented, scalar

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from reconciler.documents.editing.forms import Form
    from reconciler.documents.editing.layout import Collection
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
    if common is None and _can_be_copied(form):
        copies = [_copy(pen, form, items[ref], now, row) for ref, row in leaving.items()]
        return Change((_copies(page, form.root, copies),))
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


def _can_be_copied(form: Form) -> bool:
    """Its name is one word, and something stands before its members."""
    held = form.metadata.by_name
    name = held["name"].value if "name" in held else None
    is_word = isinstance(name, Scalar) and not name.is_block
    return is_word and form.root.items[0].name != "members"


def _copy(pen: Pen, form: Form, member: Scalar, now: JsonObject, row: JsonObject) -> str:
    """The set's own text for one member: its comments, order and quotes stay."""
    page, root = pen.page, form.root
    splices = [*_spec(pen, form, now, row), *_single(page, form, member)]
    gone = next(index for index, item in enumerate(root.items) if item.name == "members")
    if root.is_flow:
        splices += in_brackets(page, root, {gone}, ())
    else:
        splices.append(lines_gone(page, root.items[gone]))
    text = page.spliced(splices)
    return text[root.start : len(text) - len(page.text) + page.line_end(root.end)]


def _single(page: Page, form: Form, member: Scalar) -> Iterator[Splice]:
    """The kind of one object, and the member's id in the place of the name."""
    kind, named = form.root.by_name["kind"].value, form.metadata.by_name["name"]
    style = Style(is_flow=form.root.is_flow)
    yield Splice(kind.start, kind.end, scalar(form.kind.name, quoted_as(kind, style)))
    if named.key:
        quote = Style(named.key.style, is_flow=form.metadata.is_flow)
        yield Splice(named.key.start, named.key.end, scalar("id", quote))
    style = Style(member.style, is_flow=form.metadata.is_flow)
    yield Splice(named.value.start, named.end, scalar(member.text, style))
    if not form.root.is_flow:
        yield from _comments(page, form, member)


def _comments(page: Page, form: Form, member: Scalar) -> Iterator[Splice]:
    """Those of the members' list, above the member and beside it go above its id and beside it."""
    is_flow = form.metadata.is_flow
    place = form.root.by_name["metadata"] if is_flow else form.metadata.by_name["name"]
    beside = _comment(page, member.end)
    above = _above(page, form, member)
    if not page.is_plain_gap(place.end, page.line_end(place.end)):
        above += [beside.strip()] if beside else []
        beside = ""
    indent = page.text[page.line_start(place.start) : place.start]
    here = page.line_start(place.start)
    yield Splice(here, here, "".join(f"{indent}{line}{page.line_break}" for line in above))
    yield Splice(place.end, place.end, beside)


def _above(page: Page, form: Form, member: Scalar) -> list[str]:
    listed, members = form.root.by_name["members"], form.members
    if members is None or members.is_flow:
        return [text.strip() for text in (_comment(page, listed.end),) if text]
    colon = page.text.find(":", listed.key.end if listed.key else listed.start)
    found = [text.strip() for text in (_comment(page, colon + 1),) if text]
    at = len(found)
    start = page.line_start(member.start)
    while page.text[page.line_start(start - 1) : start].lstrip().startswith("#"):
        start = page.line_start(start - 1)
        found.insert(at, page.text[start : page.line_end(start)].strip())
    return found


def _comment(page: Page, offset: int) -> str:
    """With the blanks before it; empty if anything else stands from here to the end of the line."""
    text = page.text[offset : page.line_end(offset)]
    return text if text.lstrip().startswith("#") else ""


def _copies(page: Page, root: Collection, copies: Sequence[str]) -> Splice:
    """The first one stands where the set stood, below the comments above that."""
    between = f"{page.line_break}{MARKER}{page.line_break}"
    return Splice(root.start, page.line_end(root.end), between.join(copies))


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
