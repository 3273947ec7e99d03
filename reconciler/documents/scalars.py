"""What a plain word in YAML means here: JSON's literals and numbers, else the text as written.

YAML 1.1 would make 83 of ``0123``, false of ``NO`` and 45045 of ``12:30:45``.
"""

from __future__ import annotations

import re
from typing import Final, TypeAlias

Scalar: TypeAlias = "bool | int | float | str | None"

_LITERALS: Final[dict[str, bool | None]] = {"true": True, "false": False, "null": None}
_NUMBER: Final = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
_INTEGER: Final = re.compile(r"-?(?:0|[1-9][0-9]*)")
_DIGITS: Final = 18
"""More than these are kept as a float: no field takes such a number, the message quotes the text."""
_LONGEST: Final = 300

LOOKS_LIKE_NULL: Final = frozenset({"Null", "NULL"})


def is_digits(text: str) -> bool:
    """``0123``: text here, a number for other readers of YAML."""
    return text[0] == "0" and text.isdigit() and text.isascii()


def typed(text: str) -> Scalar:
    """The value of a plain scalar. Never infinite: JSON knows no such number."""
    if text in _LITERALS:
        return _LITERALS[text]
    if text[0] not in "-0123456789" or not _NUMBER.fullmatch(text):
        return text
    if len(text) <= _DIGITS and _INTEGER.fullmatch(text):
        return int(text)
    value = float(text) if len(text) <= _LONGEST else 0.0
    return value if abs(value) < float("inf") else 0.0
