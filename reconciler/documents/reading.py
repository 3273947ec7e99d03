"""Text of one file → its documents and what is wrong with them."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from reconciler.documents.characters import (
    HIDDEN,
    REPLACEMENT,
    Unreadable,
    decode,
    hides,
    name_of,
    position,
    visible,
)
from reconciler.documents.events import ERRORS_LIMIT, TAKERS, Builder, Stop, place_of
from reconciler.documents.usual import usual
from reconciler.model.words import Finding, Place

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from yaml import MarkedYAMLError

    from reconciler.documents.tree import Data, Document, Path
    from reconciler.model.words import SourceFile

_NEXT_DOCUMENT: Final = re.compile(r"\n(?=---(?:[ \t\n]|\Z))")

_NOWHERE: Final = -1
_ADVICE: Final = "check the indentation, the quotes and the brackets up to here"
_QUOTE_IT: Final = "what starts with '*' needs quotes, so does '*' itself"


def has_libyaml() -> bool:
    import yaml

    return bool(yaml.__with_libyaml__)


def read(source: SourceFile, *, libyaml: bool) -> tuple[list[Document], list[Finding]]:
    """Documents that YAML could read to their end, and the findings of the whole file."""
    if source.content is None:
        return [], [Finding(Place(source.path), source.problem or "the file cannot be read")]
    try:
        text = decode(source.content)
    except Unreadable as error:
        before = source.content[: error.offset].decode("utf-8", "replace")
        line, column = position(before, len(before))
        return [], [Finding(Place(source.path, line, column), error.message)]
    documents = None if hides(text) else usual(source.path, text)
    if documents is not None:
        return documents, []
    return by_events(source.path, text, libyaml=libyaml)


def by_events(path: str, text: str, *, libyaml: bool) -> tuple[list[Document], list[Finding]]:
    """Of text in any form: the same documents as ``usual``, where that reads it."""
    builder = Builder(path)
    hidden = hides(text)
    if hidden:
        builder.findings += _hidden(path, text)
        text = HIDDEN.sub(REPLACEMENT, text)
    _build(builder, text, libyaml=libyaml)
    if hidden:
        for document in builder.documents:
            _distrust(document, document.data)
    return builder.documents, builder.findings


def _hidden(path: str, text: str) -> list[Finding]:
    findings = []
    for found in HIDDEN.finditer(text):
        message = f"the control or bidi character {name_of(found[0])} stands here; delete it"
        findings.append(Finding(Place(path, *position(text, found.start())), message))
        if len(findings) == ERRORS_LIMIT:
            break
    return findings


def _distrust(document: Document, data: Data, path: Path = ()) -> None:
    """A value that held a hidden character has its error already; ``DEPTH_LIMIT`` bounds this."""
    if isinstance(data, str):
        if REPLACEMENT in data:
            document.poisoned.add(path)
    elif isinstance(data, list):
        for index, item in enumerate(data):
            _distrust(document, item, (*path, index))
    elif isinstance(data, dict):
        for key, item in data.items():
            if REPLACEMENT in key:
                document.refused.add((*path, key))
            _distrust(document, item, (*path, key))


def _build(builder: Builder, text: str, *, libyaml: bool) -> None:
    """After a syntax error goes on with the next document, lines counted on."""
    import yaml

    start = 0
    while start >= 0:
        try:
            _pump(builder, "\n" * text.count("\n", 0, start) + text[start:], libyaml=libyaml)
            start = _NOWHERE
        except Stop:
            start = _NOWHERE
        except yaml.MarkedYAMLError as error:
            start = _after(builder, error, text, start)


def _after(builder: Builder, error: MarkedYAMLError, text: str, start: int) -> int:
    """Offset to read on from after a syntax error: of the next document, if there is one."""
    seen = error.problem_mark or error.context_mark
    mark = place_of(seen) if seen else (0, 0)
    said = " ".join(part for part in (error.context, error.problem) if part)
    try:
        advice = _QUOTE_IT if "scanning an alias" in said else _ADVICE
        builder.error(mark, f"not valid YAML: {visible(said)[1:-1]}; {advice}")
    except Stop:
        return _NOWHERE
    following = _NEXT_DOCUMENT.search(text, max(_line_end_before(text, mark[0]), start))
    return following.end() if following else _NOWHERE


def _line_end_before(text: str, line: int) -> int:
    """Offset of the line end before that line (from 0), which may be one past the last."""
    offset = -1
    for _ in range(line):
        offset = text.find("\n", offset + 1)
        if offset < 0:
            return len(text)
    return max(offset, 0)


def _pump(builder: Builder, text: str, *, libyaml: bool) -> None:
    """All events to the builder: its own stack grows, never Python's or C's."""
    import yaml

    loader = yaml.CSafeLoader if libyaml else yaml.SafeLoader
    next_event = loader(text).get_event
    takers, scalar, take_scalar = _takers(), yaml.ScalarEvent, builder.scalar
    while True:
        event: Any = next_event()
        if type(event) is scalar:
            take_scalar(event)
            continue
        taker = takers.get(type(event))
        if taker is not None:
            taker(builder, event)
        elif type(event) is yaml.StreamEndEvent:
            return


@cache
def _takers() -> Mapping[type, Callable[[Builder, Any], None]]:
    import yaml

    return {getattr(yaml, name): taker for name, taker in TAKERS.items()}
