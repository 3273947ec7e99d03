"""What acts in each sink, told by a peer that reads it as its real reader does: one problem a line."""

from __future__ import annotations

import json
import re
import unicodedata
from typing import TYPE_CHECKING, Any, Final

import cmarkgfm
import html5lib
from cmarkgfm.cmark import Options

if TYPE_CHECKING:
    from collections.abc import Iterator

UNSEEN: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_STYLE: Final = re.compile(r"\x1b\[(?:0|1|2|31|32|33)m")
"""The only sequences that our own reports bring: plain colours."""
_PORTAL: Final = "https://security.microsoft.com/"
_MARKDOWN_TAGS: Final = frozenset(
    {
        *("html", "head", "body", "h1", "h2", "h3", "h4", "h5", "p", "strong", "em", "code", "br"),
        *("table", "thead", "tbody", "tr", "th", "td", "ul", "ol", "li", "a", "details", "summary"),
    }
)
_IN_WORDS: Final = re.compile(r"<|@\w|(?<!\w)#\d|\bGH-\d|https?:|www\.|\b[0-9a-f]{40}\b")
"""What GitHub turns into a mention, a reference or a link outside of code, or has just filtered."""


def terminal(text: str) -> Iterator[str]:
    """Nothing that a terminal acts on but colours, and no command if the terminal is a job's log."""
    plain = _STYLE.sub("", text)
    for line in plain.split("\n"):
        yield from _unseen(line)
    yield from log(plain)


def log(text: str) -> Iterator[str]:
    """No line of it is a command of any runner."""
    for line in _lines(text):
        yield from _commands(line)


def _commands(line: str) -> Iterator[str]:
    """As each runner looks at a line of a step's log.

    GitHub: actions/runner, ActionCommand.TryParseV2 and TryParse. Azure Pipelines: its agent's
    Command.TryParse, which looks for the prefix anywhere. TeamCity: service messages, anywhere.
    GitLab: section markers, whether or not an erase-line sequence is around them.
    """
    if line.lstrip().startswith("::") or "##[" in line:
        yield f"a command of GitHub: {line[:120]!a}"
    if re.search(r"##(?:vso)?\[", line, re.IGNORECASE):
        yield f"a command of Azure Pipelines: {line[:120]!a}"
    if re.search(r"##teamcity\[", line, re.IGNORECASE):
        yield f"a message of TeamCity: {line[:120]!a}"
    if re.search(r"section_(?:start|end):", line):
        yield f"a section of GitLab: {line[:120]!a}"


def job(text: str) -> Iterator[str]:
    """A log with annotations of ours: what lies between stop-commands and its token is only text."""
    token: str | None = None
    for line in _lines(text):
        yield from _unseen(line)
        begun = re.fullmatch(r"::stop-commands::([0-9a-f]{16,})", line)
        if token is None and begun:
            token = begun[1]
        elif token is not None and line == f"::{token}::":
            token = None
        elif token is None and line.startswith("::"):
            yield from _annotation(line)
        else:
            yield from _commands(line)
    if token is not None:
        yield "commands stay switched off"


def _annotation(line: str) -> Iterator[str]:
    """``::error file=…,line=…::message``: three properties at most, and nothing else decoded."""
    form = r"::(error|warning|notice)(?: (?:(?:file|line|col|title)=[^,:]*,?)+)?::(.*)"
    found = re.fullmatch(form, line)
    if found is None or "::" in found[2] or list(_commands(line.removeprefix("::"))):
        yield f"an odd annotation: {line[:160]!a}"
    elif re.search(r"%(?!25|3A|2C)", line):
        yield f"an annotation that decodes to another: {line[:160]!a}"


def environment(text: str, names: frozenset[str]) -> Iterator[str]:
    """As actions/runner reads $GITHUB_OUTPUT: ``name<<DELIMITER``, lines, ``DELIMITER``."""
    yield from log(text)
    lines = iter(text.split("\n"))
    for line in lines:
        if not line:
            continue
        name, separator, delimiter = line.partition("<<")
        if not separator or name not in names or "=" in name:
            yield f"a name that is none of ours: {line[:120]!a}"
            return
        if delimiter not in set(lines_until(lines, delimiter)):
            yield f"{name} has no end"


def lines_until(lines: Iterator[str], delimiter: str) -> Iterator[str]:
    for line in lines:
        yield line
        if line == delimiter:
            return


def sarif(text: str) -> Iterator[str]:
    """As viewers read messages and places: no link, no placeholder, no other host, no folder above."""
    yield from log(text)
    (run,) = json.loads(text)["runs"]
    for result in run["results"]:
        message = result["message"]["text"]
        yield from _unseen(message)
        if re.search(r"\[[^\]]*\]\([^)]*\)", message):
            yield f"a link: {message[:120]!a}"
        if re.search(r"[{}]", message.replace("{{", "").replace("}}", "")):
            yield f"a placeholder: {message[:120]!a}"
        uri = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
        if not re.fullmatch(r"[A-Za-z0-9_.~/%-]+", uri) or uri.startswith("/"):
            yield f"no relative reference: {uri[:120]!a}"


def data(text: str) -> Iterator[str]:
    """Lines of JSON that somebody may print in a pipeline: ASCII, and every line of it a document."""
    yield from log(text)
    if not text.isascii():
        yield "it is not ASCII"


def document(text: str) -> Iterator[str]:
    """A document that somebody may print in a pipeline, or read in an editor."""
    for line in text.split("\n"):
        yield from _unseen(line)
    yield from log(text)


def markdown(text: str) -> Iterator[str]:
    """As GitHub renders it: our own elements, links to the portal alone, text of others in code."""
    yield from log(text)
    options = Options.CMARK_OPT_UNSAFE | Options.CMARK_OPT_GITHUB_PRE_LANG
    shown = cmarkgfm.github_flavored_markdown_to_html(text, options)
    yield from _tree(html5lib.parse(shown, namespaceHTMLElements=False))


def _tree(root: Any) -> Iterator[str]:
    """``Any``: html5lib brings no types, and a comment's tag is a function."""
    stack: list[tuple[Any, bool]] = [(root, False)]
    while stack:
        element, in_code = stack.pop()
        if callable(element.tag):
            yield from _between(element.tail, in_code=in_code)
            continue
        yield from _element(element)
        is_code = in_code or element.tag == "code"
        yield from _between(element.text, in_code=is_code)
        yield from _between(element.tail, in_code=in_code)
        stack.extend((child, is_code) for child in element)


def _element(element: Any) -> Iterator[str]:
    if element.tag not in _MARKDOWN_TAGS:
        yield f"an element: {element.tag}"
    for name, value in element.attrib.items():
        is_link = element.tag == "a" and name == "href" and value.startswith(_PORTAL)
        if not (is_link or name == "align"):
            yield f"an attribute: {name}={value[:80]!a}"


def _between(text: str | None, *, in_code: bool) -> Iterator[str]:
    yield from _unseen((text or "").replace("\n", ""))
    if text and not in_code and _IN_WORDS.search(text):
        yield f"a reference: {text[:120]!a}"


def _unseen(text: str) -> Iterator[str]:
    if not text.isprintable():
        for sign in text:
            if unicodedata.category(sign) in UNSEEN:
                yield f"U+{ord(sign):04X} in {text[:80]!a}"


def _lines(text: str) -> list[str]:
    """A runner's reader ends a line at CR, LF or both; splitlines() knows more, so it is stricter."""
    return text.splitlines()
