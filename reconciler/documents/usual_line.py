"""One line of the usual form: what it says, and where. See ``usual``."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple

from reconciler.documents.scalars import LOOKS_LIKE_NULL, is_digits, typed

if TYPE_CHECKING:
    from reconciler.documents.tree import Data, Mark, Spot, Spots

    _Value = tuple[Data, Mark, Spots]
    """With where it stands, and what stands in it."""

LONGEST_LINE: Final = 300
"""Lines are remembered: of thousands of documents most say the same few at the same place."""

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


class Unusual(Exception):
    """Says nothing about whether the file is good."""


class Pair(NamedTuple):
    indent: int
    key: str
    data: Data
    """Shared by all lines that are equal: a list or a mapping has to be copied."""
    spot: Spot | None
    """None: the value stands in the lines below."""


class Item(NamedTuple):
    indent: int
    data: Data
    spot: Spot


class Start(NamedTuple):
    """``---``"""


@lru_cache(maxsize=1024)
def said(number: int, line: str) -> Pair | Item | Start | None:
    """What line ``number`` (from 0) says, if anything. Raises Unusual."""
    found = _LINE.fullmatch(line) if line.isprintable() else None
    if found is None:
        raise Unusual
    indent = found.end(_INDENT)
    if found[_KEY]:
        key = _key(found[_KEY])
        value = _value(number, found)
        if value is None:
            return Pair(indent, key, None, None)
        data, mark, inner = value
        return Pair(indent, key, data, ((number, indent), mark, inner))
    if found[_ITEM]:
        mark = (number, found.start(_ITEM))
        return Item(indent, _scalar(found[_ITEM]), (mark, mark, None))
    if found[_START]:
        if indent:
            raise Unusual
        return Start()
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
    raise Unusual


def _mapping(text: str, number: int, column: int) -> _Value:
    data: dict[str, Data] = {}
    spots: dict[str, Spot] = {}
    for part in _forms().part.finditer(text):
        key, start = _key(part[1]), column + part.start(2)
        if key in data:
            raise Unusual
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
            raise Unusual
        return value
    if text == "null":
        return None
    if typed(text) is not text or text in LOOKS_LIKE_NULL or is_digits(text):
        raise Unusual
    return text


def _key(text: str) -> str:
    if text in _TYPED_KEYS:
        raise Unusual
    return text
