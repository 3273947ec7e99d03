"""What was changed in documents, as a diff; a sink for a terminal."""

from __future__ import annotations

from difflib import unified_diff
from typing import TYPE_CHECKING, Final

from reconciler.model.words import Foreign
from reconciler.reports.page import MIN_WIDTH, Page, say
from reconciler.review.escape import terminal
from reconciler.review.words import number

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from reconciler.model.edits import Edits, FileEdit, Told
    from reconciler.reports.page import Style

_STYLES: Final[dict[str, Style]] = {"+": "good", "-": "bad", "@": "faint"}


def edits(
    item: Edits, *, colour: bool, width: int, is_written: bool, was_shown: bool = False
) -> Iterator[str]:
    """``is_written``: whether the files were changed, or only would be; ``was_shown``: their diffs."""
    page = Page(max(width, MIN_WIDTH), colour)
    gone = "removed" if is_written else "would be removed"
    for edit in () if was_shown else item.files:
        yield from _diff(page, edit, gone)
    yield from _listing(page, "Done" if is_written else "To do", item.done)
    yield from _listing(page, "Left as they are", item.left)
    yield from _listing(page, "Unknown: could not be read, so nothing is decided", item.unknown)
    if item.proposed:
        yield page.flow("Proposed, not written:", style="strong")
        for edit in item.proposed:
            yield from _diff(page, edit, gone)
    for notice in (*item.notices, *filter(None, (item.doubt,))):
        yield page.row("Note: ", (("", say((Foreign(notice),))),))
    yield page.flow(_counts(item, is_written=is_written), style="strong")


def _counts(item: Edits, *, is_written: bool) -> str:
    if not item.files:
        return "Nothing to change in the documents."
    gone = sum(1 for edit in item.files if edit.after is None)
    changed = len(item.files) - gone
    verbs = ("changed", "removed") if is_written else ("to change", "would be removed")
    counted = zip((changed, gone), verbs, strict=True)
    told = ", ".join(f"{number(count, 'file')} {verb}" for count, verb in counted if count)
    return f"{told}: {number(len(item.done), 'declaration')}."


def _listing(page: Page, title: str, items: Sequence[Told]) -> Iterator[str]:
    if items:
        yield page.flow(f"{title} ({len(items):,}):", style="strong")
    for told in items:
        place = Foreign(f"{told.place.path}:{told.place.line}")
        detail = (" (", told.detail, ")") if told.detail else ()
        phrase = (str(told.ref), " ", place, ": ", Foreign(told.what), *detail)
        yield page.row("  ", [("", say(phrase))])
    if items:
        yield "\n"


def _diff(page: Page, edit: FileEdit, gone: str) -> Iterator[str]:
    """Whole lines, however long: a diff that is cut cannot be read."""
    if edit.after is None:
        yield page.flow(f"{terminal(Foreign(edit.path))}: {gone}", style="bad")
        return
    before, after = (
        text.decode("utf-8", "replace").splitlines() for text in (edit.before, edit.after)
    )
    for line in unified_diff(before, after, edit.path, edit.path, lineterm="", n=2):
        style = "strong" if line.startswith(("---", "+++")) else _STYLES.get(line[:1], "")
        yield f"{page.paint(style, terminal(Foreign(line)))}\n"
    yield "\n"
