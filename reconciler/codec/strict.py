"""Strict readers: a JSON value is exactly of the type that the format says, or it is Odd.

``true`` is no number, ``1`` no text, a missing key is never null, a repeated one never a choice.
"""

from __future__ import annotations

import json
from math import isfinite
from typing import TYPE_CHECKING, Final, TypeVar

from reconciler.model.words import Foreign

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from typing import NoReturn

    from reconciler.model.words import Json, JsonObject

Word = TypeVar("Word", bound=str)

_ABSENT: Final[JsonObject] = {}
"""Compared by identity: no value of a document is this one."""
_LONGEST_QUOTE: Final = 60


class Odd(ValueError):
    """What was found and what the format says; the codec that reads turns it into a refusal."""


def parse(text: str) -> JsonObject:
    """One JSON object, without the liberties of Python's parser."""
    document = _value(text)
    if not isinstance(document, dict):
        raise Odd(f"the file holds {_quoted(document)}; expected an object")
    return document


def parse_rows(texts: Iterable[str]) -> Sequence[Json]:
    """Read at once: that takes a third less. A repeated key is not noticed, nor two values in a text."""
    found: list[Json] = json.loads(
        f"[{','.join(texts)}]", parse_constant=_constant, parse_float=_finite
    )
    return found


def parse_row(text: str, key: str) -> JsonObject:
    """One object of the list that stands under this key."""
    row = _value(text)
    if not isinstance(row, dict):
        raise Odd(f"'{key}' holds {_quoted(row)}; expected a list of objects")
    return row


def _value(text: str) -> Json:
    """No NaN, no overflow, no repeated keys."""
    found: Json = _decode(text)
    return found


def mapping(at: JsonObject, key: str) -> JsonObject:
    value = at.get(key, _ABSENT)
    if not isinstance(value, dict) or value is _ABSENT:
        raise _odd(at, key, "an object")
    return value


def optional_mapping(at: JsonObject, key: str) -> JsonObject | None:
    return None if at.get(key, _ABSENT) is None else mapping(at, key)


def sequence(at: JsonObject, key: str) -> Sequence[Json]:
    value = at.get(key, _ABSENT)
    if not isinstance(value, list):
        raise _odd(at, key, "a list")
    return value


def objects(at: JsonObject, key: str) -> list[JsonObject]:
    found: list[JsonObject] = []
    for item in sequence(at, key):
        if not isinstance(item, dict):
            raise _odd(at, key, "a list of objects")
        found.append(item)
    return found


def texts(at: JsonObject, key: str) -> tuple[str, ...]:
    found: list[str] = []
    for item in sequence(at, key):
        if not isinstance(item, str):
            raise _odd(at, key, "a list of texts")
        found.append(item)
    return tuple(found)


def text(at: JsonObject, key: str) -> str:
    value = at.get(key, _ABSENT)
    if not isinstance(value, str):
        raise _odd(at, key, "a text")
    return value


def optional_text(at: JsonObject, key: str) -> str | None:
    value = at.get(key, _ABSENT)
    if value is None or isinstance(value, str):
        return value
    raise _odd(at, key, "a text or null")


def optional_foreign(at: JsonObject, key: str) -> Foreign | None:
    value = optional_text(at, key)
    return None if value is None else Foreign(value)


def anything(at: JsonObject, key: str) -> Json:
    value = at.get(key, _ABSENT)
    if value is _ABSENT:
        raise _odd(at, key, "a value")
    return value


def truth(at: JsonObject, key: str) -> bool:
    value = at.get(key, _ABSENT)
    if not isinstance(value, bool):
        raise _odd(at, key, "true or false")
    return value


def count(at: JsonObject, key: str) -> int:
    value = at.get(key, _ABSENT)
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise _odd(at, key, "a whole number from 0")
    return value


def amount(at: JsonObject, key: str) -> float:
    value = at.get(key, _ABSENT)
    if not isinstance(value, int | float) or isinstance(value, bool) or value < 0:
        raise _odd(at, key, "a number from 0")
    try:
        return float(value)
    except OverflowError as problem:
        raise _odd(at, key, "a number that is not too large") from problem


def word(at: JsonObject, key: str, allowed: Mapping[str, Word]) -> Word:
    """One of a closed set, as the type that names the set."""
    value = at.get(key, _ABSENT)
    if not isinstance(value, str) or value not in allowed:
        raise _odd(at, key, f"one of {', '.join(map(repr, allowed))}")
    return allowed[value]


def _odd(at: JsonObject, key: str, expected: str) -> Odd:
    value = at.get(key, _ABSENT)
    found = "missing" if value is _ABSENT else _quoted(value)
    return Odd(f"'{key}' is {found}; expected {expected}")


def _quoted(value: Json) -> str:
    """ASCII only and short: what a file holds may be hostile, and may be long."""
    shown = ascii(value)
    return shown if len(shown) <= _LONGEST_QUOTE else f"{shown[:_LONGEST_QUOTE]}..."


def _once(pairs: list[tuple[str, Json]]) -> JsonObject:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise Odd("a key stands twice in one object")
    return found


def _constant(name: str) -> NoReturn:
    raise Odd(f"{name} is no JSON value")


def _finite(digits: str) -> float:
    value = float(digits)
    if not isfinite(value):
        raise Odd("a number is too large")
    return value


_decode: Final = json.JSONDecoder(
    object_pairs_hook=_once, parse_constant=_constant, parse_float=_finite
).decode
"""Made once: a plan is read row by row."""
