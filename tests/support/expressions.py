"""GitHub's expressions, as far as the workflows use them: what is not known here is an error.

Source: docs.github.com, actions/reference/workflows-and-actions/expressions, read 2026-11-28.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Value: TypeAlias = Any
"""Whatever JSON has."""
Contexts: TypeAlias = "Mapping[str, Value]"

_TOKEN: Final = re.compile(
    r"\s*(?:(?P<text>'(?:[^']|'')*')|(?P<number>\d+)|(?P<name>[A-Za-z_][\w-]*(?:\.[A-Za-z_][\w-]*)*)"
    r"|(?P<sign>&&|\|\||==|!=|!|\(|\)|,))"
)
_HOLE: Final = re.compile(r"\$\{\{(.*?)\}\}", re.DOTALL)
_WORDS: Final[Mapping[str, Value]] = {"true": True, "false": False, "null": None}


@dataclass(frozen=True, slots=True)
class Status:
    """Of the job so far, or of the jobs that are needed."""

    has_failed: bool = False
    is_cancelled: bool = False


def condition(text: str | None, contexts: Contexts, status: Status) -> bool:
    """An ``if``: without a function that asks for the status, success is part of it."""
    bare = _bare(str(text)) if text is not None else "success()"
    asks = re.search(r"\b(success|failure|cancelled|always)\(\)", bare)
    is_met = is_true(evaluate(bare, contexts, status))
    return is_met if asks else is_met and not (status.has_failed or status.is_cancelled)


def filled(text: Value, contexts: Contexts, status: Status | None = None) -> str:
    """With every ``${{ … }}`` replaced by its value."""
    found = status or Status()
    return _HOLE.sub(lambda hole: as_text(evaluate(hole[1], contexts, found)), as_text(text))


def value(text: Value, contexts: Contexts) -> Value:
    """Where a whole value stands: of an expression alone, the thing itself."""
    if not isinstance(text, str):
        return text
    whole = _HOLE.fullmatch(text.strip())
    return evaluate(whole[1], contexts, Status()) if whole else filled(text, contexts)


def as_text(found: Value) -> str:
    if found is None:
        return ""
    if isinstance(found, bool):
        return "true" if found else "false"
    return json.dumps(found) if isinstance(found, dict | list) else str(found)


def is_true(found: Value) -> bool:
    return found not in (None, False, 0, "")


def evaluate(text: str, contexts: Contexts, status: Status) -> Value:
    reader = _Reader(_tokens(text), contexts, status)
    found = reader.either()
    assert reader.is_done(), f"what is the rest of {text!r}?"
    return found


def _bare(text: str) -> str:
    whole = _HOLE.fullmatch(text.strip())
    return whole[1] if whole else text


def _tokens(text: str) -> Sequence[tuple[str, str]]:
    found, at = [], 0
    rest = text.rstrip()
    while at < len(rest):
        match = _TOKEN.match(rest, at)
        assert match, f"{text!r} has something unknown at {at}"
        assert match.lastgroup
        found.append((match.lastgroup, match[match.lastgroup]))
        at = match.end()
    return found


class _Reader:
    """Recursive descent: ``||``, then ``&&``, then comparison, then ``!``, then what is left."""

    def __init__(
        self, tokens: Sequence[tuple[str, str]], contexts: Contexts, status: Status
    ) -> None:
        self._tokens, self._at = tokens, 0
        self._contexts, self._status = contexts, status

    def is_done(self) -> bool:
        return self._at == len(self._tokens)

    def either(self) -> Value:
        left = self._both()
        while self._takes("||"):
            right = self._both()
            left = left if is_true(left) else right
        return left

    def _both(self) -> Value:
        left = self._compared()
        while self._takes("&&"):
            right = self._compared()
            left = right if is_true(left) else left
        return left

    def _compared(self) -> Value:
        left = self._one()
        if self._takes("=="):
            return _equal(left, self._one())
        if self._takes("!="):
            return not _equal(left, self._one())
        return left

    def _one(self) -> Value:
        if self._takes("!"):
            return not is_true(self._one())
        if self._takes("("):
            found = self.either()
            assert self._takes(")")
            return found
        kind, word = self._tokens[self._at]
        self._at += 1
        if kind == "text":
            return word[1:-1].replace("''", "'")
        if kind == "number":
            return int(word)
        assert kind == "name", f"{word!r} where a value belongs"
        return self._called(word) if self._takes("(") else self._found(word)

    def _called(self, name: str) -> Value:
        arguments = []
        while not self._takes(")"):
            arguments.append(self.either())
            self._takes(",")
        match name, arguments:
            case "success", []:
                return not (self._status.has_failed or self._status.is_cancelled)
            case "failure", []:
                return self._status.has_failed
            case "cancelled", []:
                return self._status.is_cancelled
            case "always", []:
                return True
            case "fromJSON", [str(text)]:
                return json.loads(text)
            case "format", [str(text), *rest]:
                return text.format(*map(as_text, rest))
        raise AssertionError(f"the function {name!r} is not known here")

    def _found(self, path: str) -> Value:
        """What a context does not have is null; a context that is not there is a mistake."""
        if path in _WORDS:
            return _WORDS[path]
        first, *rest = path.split(".")
        assert first in self._contexts, f"the context {first!r} is not there"
        found = self._contexts[first]
        for part in rest:
            found = found.get(part) if isinstance(found, dict) else None
        return found

    def _takes(self, sign: str) -> bool:
        is_next = self._at < len(self._tokens) and self._tokens[self._at] == ("sign", sign)
        self._at += is_next
        return is_next


def _equal(left: Value, right: Value) -> bool:
    """Strings without case; null and the empty text are equal, as both are zero to GitHub."""
    if isinstance(left, str) and isinstance(right, str):
        return left.lower() == right.lower()
    if left is None or right is None:
        return not is_true(left) and not is_true(right)
    return bool(left == right)
