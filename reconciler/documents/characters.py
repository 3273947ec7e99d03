"""Bytes → text without what hides: only UTF-8, no control and no bidi characters."""

from __future__ import annotations

import re
from typing import Final

LIMIT_BYTES: Final = 1024 * 1024

HIDDEN: Final = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f"  # C0, DEL, C1
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"  # bidi: text that shows in another order
    "\u2028\u2029\ufeff\ufffe\uffff\ud800-\udfff]"  # line ends no editor shows, surrogates
    "|\r(?!\n)"
)
"""What may stand nowhere in a file: a reviewer has to see what the parser reads."""

REPLACEMENT: Final = "\ufffd"

QUOTED_CHARACTERS: Final = 80


class Unreadable(Exception):
    """The bytes are no text that we take; ``offset``: of the first bad byte."""

    def __init__(self, message: str, offset: int = 0) -> None:
        super().__init__(message)
        self.message = message
        self.offset = offset


def decode(content: bytes) -> str:
    """UTF-8, with or without its byte order mark. Raises Unreadable."""
    if len(content) > LIMIT_BYTES:
        message = (
            f"the file has {len(content)} bytes; expected at most {LIMIT_BYTES} (1 MiB): split it"
        )
        raise Unreadable(message)
    try:
        return content.decode().removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        utf16 = content.startswith((b"\xff\xfe", b"\xfe\xff"))
        found = "UTF-16" if utf16 else f"the byte 0x{content[error.start]:02x}"
        message = f"the file is not UTF-8 ({found} found); save it as UTF-8"
        raise Unreadable(message, error.start) from error


def hides(text: str) -> bool:
    """Whether ``HIDDEN`` finds anything; quick where it does not."""
    return not text.replace("\n", "").isprintable() and HIDDEN.search(text) is not None


def position(text: str, offset: int) -> tuple[int, int]:
    """Line and column, from 1, of the character at ``offset``."""
    return text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset)


def visible(text: str) -> str:
    """A value from a file, quoted and cut so that a message can carry it."""
    if len(text) > QUOTED_CHARACTERS:
        text = f"{text[: QUOTED_CHARACTERS - 1]}…"
    return repr(text)


def name_of(character: str) -> str:
    """``U+202E``: says which, shows nothing."""
    return f"U+{ord(character):04X}"
