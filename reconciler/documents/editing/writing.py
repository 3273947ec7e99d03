"""Values → YAML that our loader, and one that believes in YAML 1.1, read as the same values."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Literal

from reconciler.codec.runners import inert, not_at_start
from reconciler.documents.scalars import LOOKS_LIKE_NULL, typed

if TYPE_CHECKING:
    from collections.abc import Iterable

    from reconciler.model.words import Json

WIDTH: Final = 100
"""A list or mapping that is longer than this in one line goes into several."""

_INDICATORS: Final = "-?:,[]{}#&*!|>'\"%@`~="
_FLOW_ENDS: Final = re.compile(r"[,\[\]{}:?]")
_OCTAL: Final = re.compile(r"0o[0-7]+")
_TIME: Final = "tag:yaml.org,2002:timestamp"
_SHORT_ESCAPES: Final = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}
_LAST_OF_ONE_BYTE: Final = 0xFF
_LAST_OF_TWO_BYTES: Final = 0xFFFF


@dataclass(frozen=True, slots=True)
class Style:
    """How what is new shall look: like what stands around it.

    Quotes: ``'``, ``"`` or nothing. ``step``: columns by which what is inside is indented.
    """

    quote: str = ""
    key_quote: str = ""
    block: str = ""
    """``|`` or ``>``: so text was written, and is written if it can be."""
    takes_times: bool = False
    """One stands here without quotes."""
    is_flow: bool = False
    lines: Literal["one", "many", "fitting"] = "fitting"
    """Of a list or mapping; ``fitting``: one, unless that is too long."""
    step: int = 2


@dataclass(frozen=True, slots=True)
class Written:
    """``head`` stands after the colon, ``body`` in the lines below, from the key's column on."""

    head: str
    body: tuple[str, ...] = ()


def written(value: Json, style: Style) -> Written:
    if isinstance(value, str) and _is_block(value, style):
        lines = value.removesuffix("\n").split("\n")
        mark = style.block if style.block and len(lines) == 1 else "|"
        chomp = "" if value.endswith("\n") else "-"
        return Written(mark + chomp, indented(lines, style))
    head = flow(value, style)
    is_long = style.lines == "many" or (style.lines == "fitting" and len(head) > WIDTH)
    if style.is_flow or not is_long or not value or not isinstance(value, Mapping | list | tuple):
        return Written(head)
    if isinstance(value, Mapping):
        return Written("", indented(entries(value, style), style))
    return Written("", indented((f"- {flow(item, style)}" for item in value), style))


def entries(values: Mapping[str, Json], style: Style) -> Iterable[str]:
    """The lines of a mapping in block style."""
    for name, value in values.items():
        text = written(value, style)
        key = scalar(name, replace(style, quote=style.key_quote))
        yield f"{key}: {text.head}" if text.head else f"{key}:"
        yield from text.body


def flow(value: Json, style: Style) -> str:
    """In one line. In brackets more words need quotes than outside of them."""
    inside = replace(style, is_flow=True)
    if isinstance(value, Mapping):
        for_keys = replace(inside, quote=style.key_quote)
        pairs = (f"{scalar(name, for_keys)}: {flow(item, inside)}" for name, item in value.items())
        return f"{{{', '.join(pairs)}}}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(flow(item, inside) for item in value)}]"
    return scalar(value, style)


def scalar(value: Json, style: Style) -> str:
    """In one line: plain where the style has no quote and nobody can take it for anything else."""
    if not isinstance(value, str):
        return json.dumps(value)
    is_inert = inert(value) == value
    if is_inert and not style.quote and _is_plain(value, style):
        return value
    if is_inert and style.quote == "'" and value.isprintable():
        return "'" + value.replace("'", "''") + "'"
    return '"' + inert("".join(map(_escaped, value))) + '"'


def _is_plain(text: str, style: Style) -> bool:
    """Whether it may stand without quotes, by our rules and by YAML 1.1's."""
    if not text or text != text.strip() or not text.isprintable() or text[0] in _INDICATORS:
        return False
    if (
        ": " in text
        or " #" in text
        or text.endswith(":")
        or (style.is_flow and _FLOW_ENDS.search(text))
    ):
        return False
    is_odd = text in LOOKS_LIKE_NULL or text.startswith("...") or _OCTAL.fullmatch(text)
    types = _types_elsewhere(text) - ({_TIME} if style.takes_times else set())
    return not is_odd and isinstance(typed(text), str) and not types


def is_time(text: str) -> bool:
    """For YAML 1.1; for us it is a string."""
    return _TIME in _types_elsewhere(text)


def _types_elsewhere(text: str) -> set[str]:
    """``no``, ``0x1f``, ``12:30``: text here, something else in tools that follow YAML 1.1."""
    import yaml

    resolvers = yaml.SafeLoader.yaml_implicit_resolvers.get(text[:1], [])
    return {tag for tag, regex in resolvers if regex.match(text)}


def _escaped(character: str) -> str:
    if character in _SHORT_ESCAPES:
        return _SHORT_ESCAPES[character]
    if character.isprintable():
        return character
    code = ord(character)
    if code <= _LAST_OF_ONE_BYTE:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= _LAST_OF_TWO_BYTES else f"\\U{code:08x}"


def _is_block(text: str, style: Style) -> bool:
    """Lines that a block scalar gives back as they are, without an indentation mark.

    It knows no escape: what a runner would take for a command goes into quotes.
    """
    lines = text.removesuffix("\n").split("\n")
    is_wanted = style.block or ("\n" in text and style.quote != '"')
    if style.is_flow or not is_wanted or text[:1].isspace() or not lines[-1]:
        return False
    if not_at_start(inert(text)) != text:
        return False
    return all(line.isprintable() and not line.isspace() for line in lines)


def indented(lines: Iterable[str], style: Style) -> tuple[str, ...]:
    indent = " " * style.step
    return tuple(indent + line if line else "" for line in lines)
