r"""What the runners of pipelines take for a command in a line of a log, and how it is broken.

- GitHub Actions and Azure Pipelines: ``##[name]``; Azure Pipelines: ``##vso[area.action]``; TeamCity:
  ``##teamcity[name]``. So ``##``, then a word that may be empty, then ``[``, whatever its case.
- GitLab: ``section_start:TIME:NAME`` and ``section_end:TIME:NAME``.

- GitHub: ``::name::`` at the start of a line, blanks before it or not.
"""

from __future__ import annotations

import re
from typing import Final

SHARP: Final = "\\u0023"
COLON: Final = "\\u003a"
"""In JSON and in a double-quoted text of YAML these are the sign itself; people can read them."""

_COMMAND: Final = re.compile(
    r"(?<=#)(?P<sharp>#)(?=[^\s\[]{0,16}\[)|(?:(?<=section_start)|(?<=section_end)):"
)
_START: Final = re.compile(r"(?m)^([^\S\n]*:):")


def inert(text: str, *, sharp: str = SHARP, colon: str = COLON) -> str:
    """Return ``text`` without commands that act anywhere in a line.

    One sign of each is written as ``sharp`` or ``colon``.

    JSON stays JSON, and says the same: both signs can be in a command only within a string.
    """
    if "##" not in text and "section_" not in text:
        return text
    return _COMMAND.sub(lambda found: sharp if found["sharp"] else colon, text)


def not_at_start(text: str) -> str:
    """Return ``text`` without a ``::name::`` at the start of one of its lines."""
    return _START.sub(rf"\1\{COLON}", text) if "::" in text else text
