"""Text → YAML that reads back as exactly that text, in one line, with nothing hidden in it."""

from __future__ import annotations

import re
from typing import Final

from reconciler.codec.runners import inert
from reconciler.review.escape import visible

_PLAIN: Final = re.compile(r"[A-Za-z_][0-9A-Za-z_@./-]*")
_SAID_OTHERWISE: Final = frozenset({"true", "false", "null", "yes", "no", "on", "off", "y", "n"})
"""Words that YAML, in one version or other, takes for something else than text."""


def plain(text: str) -> str:
    """As it stands if every YAML reads the same text there, else quoted."""
    is_plain = _PLAIN.fullmatch(text) and text.casefold() not in _SAID_OTHERWISE
    return text if is_plain else quoted(text)


def quoted(text: str) -> str:
    """In double quotes, in one line; YAML knows the escapes that make things visible."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{inert(visible(escaped))}"'
