"""One function per sink: the only way from text that somebody outside chose to a ``str``.

All are total on any text, lone surrogates included, and leave nothing that a terminal, a Markdown
renderer or a runner would act on. What cannot be seen is made visible first, the same everywhere.
"""

from __future__ import annotations

import re
import string
import unicodedata
from itertools import accumulate
from typing import Final

from reconciler.codec.runners import COLON, inert, not_at_start
from reconciler.model.words import Foreign

_UNSEEN: Final = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180d\u180f\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)
"""Letters and marks that show nothing (Unicode's default ignorables beyond category Cf): two tags
that look alike may differ in one, and a runner's search for ``##[`` looks through them."""

_ACTIVE: Final = {
    **{ord(sign): f"&#{ord(sign)};" for sign in string.punctuation if sign not in "-,;+%?"},
    # GitHub's renderer links an e-mail address even if its @ is an entity inside <code> (seen with
    # cmark-gfm 0.29.0.gfm.13); a comment ends the run of text that it looks at.
    ord("@"): "<!-- -->&#64;",
}


_MARKUP: Final = str.maketrans(
    {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#x27;"}
)
_NOT_ASCII: Final = re.compile(r"[^\x00-\x7f]")

_COMMAND: Final = re.compile(
    r"'(?:reconciler|git|az) [a-z][^']*'[.,;:)]*"
    r"|(?:(?<=: )|(?<=→ )|(?<=\()|(?<=u0009)|^)(?:reconciler|git|az)"
    r" [a-z](?:[^\s,;()]|[,;(](?=\S)| (?!\())*[.,;)]*"
)
"""What a person types: in quotes, or after what leads to it and up to the next mark or bracket."""


def visible(text: Foreign | str) -> str:
    r"""Controls, formats (bidi among them), odd separators and surrogates as ``\uXXXX``."""
    raw = text.raw if isinstance(text, Foreign) else text
    if not raw.isprintable():
        raw = "".join(map(_seen, raw))
    return raw if raw.isascii() else _UNSEEN.sub(_code, raw)


def terminal(text: Foreign | str) -> str:
    """For a terminal or a log, which may be a pipeline's: neither escapes nor workflow commands.

    A runner takes ``::`` for a command at the start of a line only, so an IPv6 address stays readable.
    """
    return not_at_start(inert(visible(text)))


def workflow(text: Foreign | str) -> str:
    """For a line that a GitHub runner reads: no command of either form, anywhere in it."""
    return inert(visible(text)).replace("::", f":{COLON}")


def workflow_data(text: Foreign | str) -> str:
    """For the message of a workflow command."""
    return workflow(text).replace("%", "%25")


def workflow_property(text: Foreign | str) -> str:
    """For a property of a workflow command, such as ``file=``."""
    shown = inert(visible(text))
    return shown.replace("%", "%25").replace(":", "%3A").replace(",", "%2C")


def output_value(text: Foreign | str) -> str:
    """For a value in a runner's output file: one line, so that no line of it can end the value.

    A later step prints it, so no line of it is a command.
    """
    return terminal(text)


def sarif(text: Foreign | str) -> str:
    """For the text of a SARIF message: neither a link ``[text](target)`` nor a placeholder ``{0}``.

    Braces are doubled as the specification says (SARIF 2.1.0, 3.11.5). Its backslash before a bracket
    (3.11.6) does not stop viewers that look for links by a pattern, so no ``](`` is left to find.
    """
    shown = inert(visible(text)).replace("](", "]\\u0028")
    return shown.replace("{", "{{").replace("}", "}}")


def markdown(text: Foreign | str) -> str:
    """For a Markdown table cell: code that is text only, whatever the renderer's extensions."""
    shown = visible(text).translate(_ACTIVE)
    return f"<code>{shown}</code>" if shown else ""


def html(text: Foreign | str) -> str:
    """For text and for quoted attributes of HTML: no markup and no reference, whatever it says."""
    shown = inert(visible(text).translate(_MARKUP), sharp="&#35;", colon="&#58;")
    return shown.replace("::", ":&#58;")


def columns(text: str) -> int:
    """How many cells of a terminal the text takes; it has been made visible."""
    if text.isascii():
        return len(text)
    return len(text) + sum(_cells(sign) - 1 for sign in _NOT_ASCII.findall(text))


def fit(text: str, width: int) -> str:
    """One line of at most ``width`` cells; ``…`` stands where it was cut."""
    if columns(text) <= width:
        return text
    return f"{_head(text, width - 1).rstrip()}…"


def wrap(text: str, width: int) -> list[str]:
    """Lines of at most ``width`` cells (at least 2), broken at blanks where there are some.

    A command to type is never broken: if need be it has a line of its own, which may be longer.
    """
    lines, text = [], not_at_start(text)
    if columns(text) <= width:
        return [text]
    # counted from the end, which stays where it is
    whole = [tuple(len(text) - at for at in found.span()) for found in _COMMAND.finditer(text)]
    while columns(text) > width:
        head = _at_blank(text, width)
        for start, end in whole:
            if start > len(text) - len(head) > end:
                head = text[: len(text) - start] or text[: len(text) - end]
        lines.append(head.rstrip(" "))
        text = not_at_start(text[len(head) :].lstrip(" "))
    return [*lines, text] if text else lines


def _at_blank(text: str, width: int) -> str:
    head = _head(text, width)
    blank = head.rfind(" ")
    return head[:blank] if blank > 0 and text[len(head)] != " " else head


def _seen(sign: str) -> str:
    return sign if sign.isprintable() or unicodedata.category(sign) == "Zs" else _escaped(sign)


def _code(found: re.Match[str]) -> str:
    return _escaped(found[0])


def _escaped(sign: str) -> str:
    if sign == "\n":
        return "\\n"
    code = f"{ord(sign):04x}"
    return f"\\u{code}" if len(code) == len("ffff") else f"\\U{code:0>8}"


def _cells(sign: str) -> int:
    if unicodedata.category(sign) in {"Mn", "Me"}:
        return 0
    return 2 if unicodedata.east_asian_width(sign) in "WF" else 1


def _head(text: str, width: int) -> str:
    """The longest beginning of at most ``width`` cells."""
    if text.isascii():
        return text[:width]
    return text[: sum(1 for used in accumulate(map(_cells, text)) if used <= width)]
