"""Text in the usual form → its documents, without a YAML library and in a sixth of its time.

The usual form is what people and ``import`` write: block mappings of plain words, every value in one
line, as plain text, in quotes without escapes, or as a list or mapping in brackets. Whatever else
stands in a file (an anchor, an escape, a folded text, a number, a key that stands twice, an error)
makes it unusual, and ``events`` reads it, whole: nothing is refused, repaired or warned of in here.
That both see the same documents at the same places is held by tests on generated files.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from reconciler.documents.scalars import LOOKS_LIKE_NULL, typed
from reconciler.documents.tree import Document

if TYPE_CHECKING:
    from reconciler.documents.tree import Data, Mark, Spot, Spots

    _Value = tuple[Data, Mark, Spots]
    """With where it stands, and what stands in it."""

_LONGEST_LINE: Final = 300
"""Lines are remembered: of thousands of documents most say the same few at the same place."""
_NOWHERE: Final = -1
"""An indentation that no line has."""

_WORD: Final = r"[A-Za-z][0-9A-Za-z_]{0,63}"
_QUOTED: Final = r"""(?:'[^']*'|"[^"\\]*")"""
_PLAIN: Final = r"\w(?:[^:#\ ]|:(?=[\w/])|\ +(?=[^#\ ]))*+"
"""Outside of brackets: where a colon or a number sign stands here, it is no sign of YAML's."""
_SHORT: Final = r"\w[\w.@/+-]*+(?:\ +\w[\w.@/+-]*+)*+"
"""Inside of brackets, where more characters are signs."""
_LIST: Final = rf"\[\ *(?:(?:{_SHORT}|{_QUOTED})\ *(?:,\ *(?:{_SHORT}|{_QUOTED})\ *)*)?\]"
_PAIR: Final = rf"{_WORD}:\ +(?:{_SHORT}|{_QUOTED}|{_LIST})\ *"
_MAPPING: Final = rf"\{{\ *(?:{_PAIR}(?:,\ *{_PAIR})*)?\}}"
_LINE: Final = re.compile(
    rf"""(\ *)
    (?:({_WORD}):(?:\ +(?:({_PLAIN}|{_QUOTED})|([\[{{].*[\]}}])))?
    |-\ +({_PLAIN}|{_QUOTED})
    |(---)
    |\#.*
    )?
    (?:\ +\#.*|\ *)""",
    re.VERBOSE,
)
_INDENT, _KEY, _VALUE, _BRACKETS, _ITEM, _START = range(1, 7)
_TYPED_KEYS: Final = frozenset({"true", "false", "null"})


class _Forms(NamedTuple):
    """Of what stands in brackets."""

    list: re.Pattern[str]
    mapping: re.Pattern[str]
    part: re.Pattern[str]
    """Of a mapping."""
    element: re.Pattern[str]
    """Of a list."""


@cache
def _forms() -> _Forms:
    """When first needed: a single document may hold none, and these take longer than to read it."""
    part = rf"(?:({_WORD}):\ +)?({_SHORT}|{_QUOTED}|{_LIST})"
    texts = (_LIST, _MAPPING, part, rf"{_SHORT}|{_QUOTED}")
    return _Forms(*(re.compile(text, re.VERBOSE) for text in texts))


class _Unusual(Exception):
    """Says nothing about whether the file is good."""


class _Pair(NamedTuple):
    indent: int
    key: str
    data: Data
    """Shared by all lines that are equal: a list or a mapping has to be copied."""
    spot: Spot | None
    """None: the value stands in the lines below."""


class _Item(NamedTuple):
    indent: int
    data: Data
    spot: Spot


class _Start(NamedTuple):
    """``---``"""


def usual(path: str, text: str) -> list[Document] | None:
    """None for text in any other form. ``text``: without hidden characters, see ``characters``."""
    lines = text.split("\n")
    if max(map(len, lines)) > _LONGEST_LINE:
        return None
    reader = _Reader(path)
    pair = reader.pair
    try:
        for number, line in enumerate(lines):
            said = _said(number, line)
            if type(said) is _Pair:
                pair(number, said)
            elif type(said) is _Item:
                reader.item(number, said)
            elif type(said) is _Start:
                reader.end()
        reader.end()
    except _Unusual:
        return None
    return reader.documents


class _Reader:
    """The block mapping that is being filled, and those around it."""

    __slots__ = (
        "_around",
        "_data",
        "_indent",
        "_items",
        "_path",
        "_root",
        "_spots",
        "_waiting",
        "documents",
    )

    def __init__(self, path: str) -> None:
        self._path = path
        self.documents: list[Document] = []
        self._start()

    def _start(self) -> None:
        self._indent = _NOWHERE
        self._data: dict[str, Any] = {}
        self._spots: dict[str, Spot] = {}
        self._around: list[tuple[int, dict[str, Any], dict[str, Spot]]] = []
        self._root: Spot | None = None
        self._waiting: tuple[str, Mark] | None = None
        """A key whose value stands in the lines below it, none of which was seen yet."""
        self._items: tuple[int, list[Any], list[Spot]] | None = None
        """The block list that the last line belonged to: its indentation, and what it holds."""

    def pair(self, number: int, said: _Pair) -> None:
        indent, key, data, spot = said
        if indent != self._indent or self._waiting is not None:
            self._move(number, indent)
        self._items = None
        if key in self._data:
            raise _Unusual
        if spot is None:
            self._waiting = key, (number, indent)
        else:
            self._data[key] = data if type(data) is str else _own(data)
            self._spots[key] = spot

    def item(self, number: int, said: _Item) -> None:
        indent, data, spot = said
        if self._items is None or self._items[0] != indent:
            self._items = self._list(number, indent)
        self._items[1].append(data)
        self._items[2].append(spot)

    def end(self) -> None:
        """Of a document, if there is one."""
        if self._waiting is not None:
            raise _Unusual
        if self._root is not None:
            data = self._around[0][1] if self._around else self._data
            self.documents.append(Document(self._path, data, self._root))
            self._start()

    def _move(self, number: int, indent: int) -> None:
        """To the mapping that a key at ``indent`` belongs to."""
        if self._root is None:
            self._open(number, indent)
        elif self._waiting is not None:
            self._deepen(number, indent)
        else:
            while self._indent > indent and self._around:
                self._indent, self._data, self._spots = self._around.pop()
            if self._indent != indent:
                raise _Unusual

    def _open(self, number: int, indent: int) -> None:
        if indent:
            raise _Unusual
        self._root = (number, 0), (number, 0), self._spots
        self._indent = 0

    def _deepen(self, number: int, indent: int) -> None:
        if indent <= self._indent:
            raise _Unusual
        data: dict[str, Any] = {}
        spots: dict[str, Spot] = {}
        self._put(data, (number, indent), spots)
        self._around.append((self._indent, self._data, self._spots))
        self._indent, self._data, self._spots = indent, data, spots

    def _list(self, number: int, indent: int) -> tuple[int, list[Any], list[Spot]]:
        """It may stand as far left as its key."""
        if indent < self._indent:
            raise _Unusual
        data: list[Any] = []
        spots: list[Spot] = []
        self._put(data, (number, indent), spots)
        return indent, data, spots

    def _put(self, data: Any, mark: Mark, spots: Any) -> None:
        """As the value of the key that waits."""
        if self._waiting is None:
            raise _Unusual
        key, key_mark = self._waiting
        self._data[key] = data
        self._spots[key] = (key_mark, mark, spots)
        self._waiting = None


def _own(data: Any) -> Any:
    """For one document alone."""
    if isinstance(data, dict):
        return {key: _own(value) for key, value in data.items()}
    return data.copy() if isinstance(data, list) else data


@lru_cache(maxsize=1024)
def _said(number: int, line: str) -> _Pair | _Item | _Start | None:
    """What line ``number`` (from 0) says, if anything. Raises _Unusual."""
    found = _LINE.fullmatch(line) if line.isprintable() else None
    if found is None:
        raise _Unusual
    indent = found.end(_INDENT)
    if found[_KEY]:
        key = _key(found[_KEY])
        value = _value(number, found)
        if value is None:
            return _Pair(indent, key, None, None)
        data, mark, inner = value
        return _Pair(indent, key, data, ((number, indent), mark, inner))
    if found[_ITEM]:
        mark = (number, found.start(_ITEM))
        return _Item(indent, _scalar(found[_ITEM]), (mark, mark, None))
    if found[_START]:
        if indent:
            raise _Unusual
        return _Start()
    return None


def _value(number: int, found: re.Match[str]) -> _Value | None:
    if found[_VALUE]:
        return _scalar(found[_VALUE]), (number, found.start(_VALUE)), None
    if not found[_BRACKETS]:
        return None
    text, column, forms = found[_BRACKETS], found.start(_BRACKETS), _forms()
    if forms.list.fullmatch(text):
        return _list(text, number, column)
    if forms.mapping.fullmatch(text):
        return _mapping(text, number, column)
    raise _Unusual


def _mapping(text: str, number: int, column: int) -> _Value:
    data: dict[str, Data] = {}
    spots: dict[str, Spot] = {}
    for part in _forms().part.finditer(text):
        key, start = _key(part[1]), column + part.start(2)
        if key in data:
            raise _Unusual
        if part[2].startswith("["):
            data[key], mark, inner = _list(part[2], number, start)
        else:
            data[key], mark, inner = _scalar(part[2]), (number, start), None
        spots[key] = ((number, column + part.start(1)), mark, inner)
    return data, (number, column), spots


def _list(text: str, number: int, column: int) -> _Value:
    data: list[Data] = []
    spots: list[Spot] = []
    for one in _forms().element.finditer(text):
        mark = (number, column + one.start())
        data.append(_scalar(one[0]))
        spots.append((mark, mark, None))
    return data, (number, column), spots


def _scalar(text: str) -> Data:
    if text[0] in "'\"":
        value = text[1:-1]
        if not value or value.isspace():
            raise _Unusual
        return value
    if text == "null":
        return None
    if typed(text) is not text or text in LOOKS_LIKE_NULL:
        raise _Unusual
    return text


def _key(text: str) -> str:
    if text in _TYPED_KEYS:
        raise _Unusual
    return text
