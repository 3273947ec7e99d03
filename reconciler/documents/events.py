"""YAML events → documents: one pass, an own stack, and every refusal of the contract.

The event interface survives nesting that kills PyYAML's C loader (50,000 ``[`` in a row); the
tree is built here, so neither aliases nor tags nor YAML 1.1's types ever come to life.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, Literal

from reconciler.documents.characters import HIDDEN, name_of, visible
from reconciler.documents.scalars import LOOKS_LIKE_NULL, is_digits, typed
from reconciler.documents.tree import Document, shown
from reconciler.model.words import Finding, Place

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from reconciler.documents.tree import Data, Mark, Path

DEPTH_LIMIT: Final = 64
ERRORS_LIMIT: Final = 1000
"""A file with more errors than this is no document of ours: it is not judged to its end."""
_is_simple: Final = str.isalpha
"""Most keys are letters only, and none of ``_ODD_KEYS``: no need to look closer."""
_ODD_KEYS: Final = frozenset({"true", "false", "null"})
_UNWANTED_IN_KEY: Final = re.compile(f"{HIDDEN.pattern}|[\n\t]")

EMPTY: Final = "is empty; write null to unassign, or delete the line"


def place_of(mark: Any) -> Mark:
    """PyYAML's mark as ours."""
    return mark.line, mark.column


class Stop(Exception):
    """The rest of the file is not worth or not safe reading; a finding says why."""


class _Frame:
    """A mapping or list that is being filled. ``key`` is None while a mapping waits for one."""

    __slots__ = ("drop", "is_key", "is_list", "key", "key_mark", "mark", "spots", "value")

    def __init__(self, mark: Mark, *, is_list: bool, is_key: bool = False) -> None:
        self.value: Any = [] if is_list else {}
        self.spots: Any = [] if is_list else {}
        self.mark = mark
        self.is_list = is_list
        self.is_key = is_key
        """It stands where a key should: it is read for its errors and dropped."""
        self.key: str | None = "" if is_list else None
        self.key_mark = mark
        self.drop = False
        """The value to come has no usable key: the same."""


class Builder:
    """Takes the events of one file, in order; ``documents`` and ``findings`` are what came out."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.documents: list[Document] = []
        self.findings: list[Finding] = []
        self._errors = 0
        self._stack: list[_Frame] = []
        self._top: _Frame
        self._document: Document
        self._is_empty = False

    def error(self, mark: Mark, message: str) -> None:
        """Raises Stop after the last one that is told."""
        self._note(mark, message, "error")
        self._errors += 1
        if self._errors > ERRORS_LIMIT:
            raise Stop

    def _note(self, mark: Mark, message: str, level: Literal["error", "warning"]) -> None:
        line, column = mark
        place = Place(self.path, line + 1, column + 1)
        self.findings.append(Finding(place, message, level))

    # A document starts as a list of one: so its root needs no rule of its own.

    def start_document(self, event: Any) -> None:
        mark = place_of(event.start_mark)
        self._stack = []
        self._top = _Frame(mark, is_list=True)
        self._document = Document(self.path, None, (mark, mark, None))
        self._is_empty = False
        if event.tags:
            self.error(mark, "a %TAG directive stands here; tags are not supported: delete it")

    def end_document(self, _event: Any) -> None:
        if not self._is_empty:
            self._document.data = self._top.value[0]
            self._document.spot = self._top.spots[0]
            self.documents.append(self._document)

    def mapping(self, event: Any) -> None:
        self._open(event, is_list=False)

    def sequence(self, event: Any) -> None:
        self._open(event, is_list=True)

    def _open(self, event: Any, *, is_list: bool) -> None:
        mark = place_of(event.start_mark)
        if event.anchor is not None or event.tag is not None:
            self._refuse_properties(event)
        is_key = self._top.key is None
        if is_key:
            self.error(mark, "a list or a mapping stands where a key should; expected a plain word")
        self._stack.append(self._top)
        if len(self._stack) > DEPTH_LIMIT:
            self.error(mark, f"nested deeper than {DEPTH_LIMIT}; the rest of the file is not read")
            raise Stop
        self._top = _Frame(mark, is_list=is_list, is_key=is_key)

    def end(self, _event: Any) -> None:
        done = self._top
        self._top = self._stack.pop()
        if done.is_key:
            self._drop_key("", done.mark)
        else:
            self._add(done.value, done.mark, done.spots)

    def _add(self, value: Data, mark: Mark, inner: Any = None) -> None:
        frame = self._top
        if frame.is_list:
            frame.value.append(value)
            frame.spots.append((mark, mark, inner))
            return
        if not frame.drop:
            frame.value[frame.key] = value
            frame.spots[frame.key] = (frame.key_mark, mark, inner)
        frame.key = None

    def _drop_key(self, key: str, mark: Mark) -> None:
        """The key has its error; the value to come is read for its own, and dropped."""
        frame = self._top
        if key not in frame.value:
            self._document.incomplete.add(self._here()[:-1])
        frame.key = key
        frame.key_mark = mark
        frame.drop = True

    def scalar(self, event: Any) -> None:
        """Eight of ten events: what most of them are is decided first."""
        text: str = event.value
        mark = place_of(event.start_mark)
        if event.anchor is not None or event.tag is not None:
            self._refuse_properties(event)
        frame = self._top
        if frame.key is None:
            if text in frame.value or text in _ODD_KEYS or not _is_simple(text):
                self._take_odd_key(text, mark, is_plain=not event.style)
            else:
                frame.key = text
                frame.key_mark = mark
                frame.drop = False
            return
        if not text.isprintable():
            self._look_closer(text, mark)
        if not text or text.isspace():
            self._empty(event)
            self._add(None, mark)
        elif event.style:
            self._add(text, mark)
        else:
            self._add(self._plain(text, mark), mark)

    def _take_odd_key(self, text: str, mark: Mark, *, is_plain: bool) -> None:
        problem = self._key_problem(text, is_plain=is_plain)
        if problem:
            self.error(mark, problem)
            self._drop_key(text, mark)
            return
        frame = self._top
        frame.key = text
        frame.key_mark = mark
        frame.drop = False

    def _key_problem(self, text: str, *, is_plain: bool) -> str | None:
        if text in self._top.value:
            first = self._top.spots[text][0]
            where = f"line {first[0] + 1}, column {first[1] + 1}"
            return f"the key {visible(text)} stands twice, first at {where}; delete one"
        if not text or text.isspace() or (is_plain and text == "~"):
            return "a key is empty; expected a word before the colon"
        if is_plain and text == "<<":
            return "a merge key (<<) stands here; merge keys are not supported: write the keys out"
        if is_plain and not isinstance(typed(text), str):
            return f"the key {text[:80]} is not text; write it in quotes"
        if not text.isprintable() and _UNWANTED_IN_KEY.search(text):
            return f"the key {visible(text)} holds a control or bidi character; delete it"
        return None

    def _plain(self, text: str, mark: Mark) -> Data:
        value = typed(text)
        if value is not text:
            if value is not None and not isinstance(value, str) and not self._is_dropped():
                self._document.written[self._here()] = text
            return value
        if is_digits(text) and not self._is_dropped():
            self._document.written[self._here()] = text
        if text == "~":
            self._poison(mark, EMPTY.replace("empty", "~"))
            return None
        if text in LOOKS_LIKE_NULL:
            advice = (
                f"{shown(self._here())} is the text {visible(text)}; write null if you mean null"
            )
            self._note(mark, f"{advice}, or quote it", "warning")
        return text

    def _empty(self, event: Any) -> None:
        """Nothing at all is an empty document; anywhere else nobody can tell what was meant."""
        is_nothing = not event.style and event.tag is None and event.anchor is None
        if not self._stack and is_nothing:
            self._is_empty = True
            return
        found = EMPTY if not event.value else EMPTY.replace("empty", "blank")
        self._poison(place_of(event.start_mark), found)

    def _look_closer(self, text: str, mark: Mark) -> None:
        """Escapes can bring in what the raw text may not hold."""
        hidden = HIDDEN.search(text)
        if hidden:
            found = name_of(hidden[0])
            self._poison(mark, f"holds the control or bidi character {found}; delete it")
        elif ("\n" in text or "\t" in text) and not self._is_dropped():
            self._document.broken.append(self._here())

    def alias(self, event: Any) -> None:
        mark = place_of(event.start_mark)
        message = f"is the alias *{event.anchor}; aliases are not supported: write the value out"
        if self._top.key is None:
            self.error(mark, f"a key {message}")
            self._drop_key("", mark)
        else:
            self._poison(mark, message)
            self._add(None, mark)

    def _refuse_properties(self, event: Any) -> None:
        """The value is read on, as if nothing stood before it; only the document is bad."""
        mark = place_of(event.start_mark)
        if event.anchor is not None:
            found = f"the anchor &{visible(event.anchor)[1:-1]}"
            self.error(mark, f"{found} stands here; anchors are not supported: delete it")
        if event.tag is not None:
            found = f"the tag {visible(event.tag)}"
            self.error(mark, f"{found} stands here; tags are not supported: delete it")
        if self._top.key is not None and not self._is_dropped():
            self._document.poisoned.add(self._here())

    def _poison(self, mark: Mark, message: str) -> None:
        """An error; whatever stands in the value's place is not judged again."""
        path = self._here()
        self.error(mark, f"{shown(path)} {message}")
        if not self._is_dropped():
            self._document.poisoned.add(path)

    def _is_dropped(self) -> bool:
        """Whether the value that comes now has no place in the document's data."""
        return any(frame.drop or frame.is_key for frame in (*self._stack, self._top))

    def _here(self) -> Path:
        """Of the value that comes now."""
        frames = (*self._stack[1:], self._top) if self._stack else ()
        return tuple(len(frame.value) if frame.is_list else frame.key or "" for frame in frames)


TAKERS: Final[Mapping[str, Callable[[Builder, Any], None]]] = {
    "ScalarEvent": Builder.scalar,
    "MappingStartEvent": Builder.mapping,
    "SequenceStartEvent": Builder.sequence,
    "MappingEndEvent": Builder.end,
    "SequenceEndEvent": Builder.end,
    "AliasEvent": Builder.alias,
    "DocumentStartEvent": Builder.start_document,
    "DocumentEndEvent": Builder.end_document,
}
"""What to call for an event, by the name of its class: yaml is not imported here."""
