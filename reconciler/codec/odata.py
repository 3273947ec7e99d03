"""``$filter`` as text → tree: comparisons joined by and, or, not and parentheses.

Recursive descent with bounded depth and length, since the text comes from outside. Whatever is not
in this part of OData 4.01 (functions, lambdas, arithmetic, ``in``) is refused, never guessed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from reconciler.codec.strict import Odd

if TYPE_CHECKING:
    from collections.abc import Callable

Operator: TypeAlias = Literal["eq", "ne", "gt", "ge", "lt", "le"]
LiteralType: TypeAlias = Literal["text", "time", "number", "bool", "null"]

DEEPEST: Final = 32
MOST_COMPARISONS: Final = 100
LONGEST: Final = 16_384


@dataclass(frozen=True, slots=True)
class Comparison:
    path: str
    operator: Operator
    type: LiteralType
    value: str
    """The literal's text: of a string what stands between the quotes, undoubled."""


@dataclass(frozen=True, slots=True)
class Junction:
    word: Literal["and", "or"]
    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Negation:
    part: Node


Node: TypeAlias = Comparison | Junction | Negation


def parse(text: str) -> Node:
    """Raises Odd for anything it does not understand."""
    if len(text) > LONGEST:
        raise Odd(f"Invalid filter clause: longer than {LONGEST} characters.")
    return _Parser(_tokens(text)).whole()


@dataclass(frozen=True, slots=True)
class _Token:
    type: str
    text: str
    at: int


_TOKEN: Final = re.compile(
    r"(?P<text>'(?:[^']|'')*')"
    r"|(?P<time>[0-9]{4}-[0-9]{2}-[0-9]{2}(?:T[0-9:.]{5,20}(?:Z|[+-][0-9]{2}:[0-9]{2}))?)"
    r"|(?P<number>-?[0-9]{1,19}(?:\.[0-9]{1,19})?)"
    r"|(?P<word>[A-Za-z_@][A-Za-z0-9_.@]*(?:/[A-Za-z_@][A-Za-z0-9_.@]*)*)"
    r"|(?P<open>\()|(?P<close>\))"
)
_BLANKS: Final = re.compile(r"[ \t]*")
_OPERATORS: Final[dict[str, Operator]] = {
    "eq": "eq",
    "ne": "ne",
    "gt": "gt",
    "ge": "ge",
    "lt": "lt",
    "le": "le",
}
_KEYWORDS: Final = frozenset({"and", "or", "not", "null", "true", "false", *_OPERATORS})
_WORDS: Final[dict[str, LiteralType]] = {"null": "null", "true": "bool", "false": "bool"}
_LITERALS: Final[dict[str, LiteralType]] = {"text": "text", "time": "time", "number": "number"}


def _tokens(text: str) -> list[_Token]:
    found: list[_Token] = []
    at = _skip_blanks(text, 0)
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None or match.lastgroup is None:
            raise _syntax(at, f"unexpected {_quoted(text[at])}")
        found.append(_Token(match.lastgroup, match.group(), at))
        at = _skip_blanks(text, match.end())
        _needs_gap(found[-1], text, match.end())
    return [*found, _Token("end", "the end", len(text))]


def _skip_blanks(text: str, at: int) -> int:
    match = _BLANKS.match(text, at)
    return match.end() if match else at


def _needs_gap(token: _Token, text: str, end: int) -> None:
    """``5abc`` and ``'a''b'c`` are not two tokens."""
    glued = end < len(text) and text[end] not in " \t()"
    if glued and token.type not in ("open", "close"):
        raise _syntax(end, f"unexpected {_quoted(text[end])}")


def _syntax(at: int, problem: str) -> Odd:
    return Odd(f"Invalid filter clause: syntax error at position {at}: {problem}.")


class _Parser:
    def __init__(self, tokens: list[_Token]) -> None:
        self._tokens = tokens
        self._next = 0
        self._comparisons = 0

    def whole(self) -> Node:
        node = self._junction("or", 0)
        if self._peek().type != "end":
            raise self._unexpected("'and', 'or' or the end")
        return node

    def _junction(self, word: Literal["and", "or"], depth: int) -> Node:
        """All parts of one level in one node, so that a long chain is not a deep tree."""
        operand: Callable[[int], Node] = self._and if word == "or" else self._unary
        parts = [operand(depth)]
        while self._accept(word):
            parts.append(operand(depth))
        return parts[0] if len(parts) == 1 else Junction(word, tuple(parts))

    def _and(self, depth: int) -> Node:
        return self._junction("and", depth)

    def _unary(self, depth: int) -> Node:
        if depth > DEEPEST:
            raise Odd(f"Invalid filter clause: nested more than {DEEPEST} levels deep.")
        if self._accept("not"):
            return Negation(self._unary(depth + 1))
        if self._peek().type == "open":
            return self._group(depth)
        return self._comparison()

    def _group(self, depth: int) -> Node:
        self._take()
        node = self._junction("or", depth + 1)
        if self._peek().type != "close":
            raise self._unexpected("')'")
        self._take()
        return node

    def _comparison(self) -> Node:
        self._comparisons += 1
        if self._comparisons > MOST_COMPARISONS:
            raise Odd(f"Invalid filter clause: more than {MOST_COMPARISONS} comparisons in it.")
        path = self._path()
        operator = _OPERATORS.get(self._peek().text) if self._peek().type == "word" else None
        if operator is None:
            raise self._unexpected("eq, ne, gt, ge, lt or le")
        self._take()
        return Comparison(path, operator, *self._literal())

    def _path(self) -> str:
        token = self._peek()
        if token.type != "word" or token.text in _KEYWORDS:
            raise self._unexpected("a property")
        return self._take().text

    def _literal(self) -> tuple[LiteralType, str]:
        token = self._peek()
        found = _LITERALS.get(token.type) or _WORDS.get(token.text)
        if found is None:
            raise self._unexpected("a literal (strings and enumeration members stand in quotes)")
        text = self._take().text
        return found, text[1:-1].replace("''", "'") if found == "text" else text

    def _peek(self) -> _Token:
        return self._tokens[self._next]

    def _take(self) -> _Token:
        token = self._tokens[self._next]
        self._next += 1
        return token

    def _accept(self, word: str) -> bool:
        token = self._peek()
        found = token.type == "word" and token.text == word
        self._next += found
        return found

    def _unexpected(self, wanted: str) -> Odd:
        token = self._peek()
        return _syntax(token.at, f"found {_quoted(token.text)}, expected {wanted}")


def _quoted(text: str) -> str:
    """What a message repeats of a filter: cut and printable, since people read messages."""
    return ascii(text if len(text) <= _LONGEST_QUOTE else f"{text[:_LONGEST_QUOTE]}…")


_LONGEST_QUOTE: Final = 100
