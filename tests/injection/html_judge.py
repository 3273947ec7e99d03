"""What acts in an HTML report, told by a browser's own parser: one problem a line."""

from __future__ import annotations

import re
import unicodedata
from base64 import b64encode
from hashlib import sha256
from importlib import resources
from typing import TYPE_CHECKING, Any, Final

import html5lib

from tests.injection.judges import UNSEEN, log

if TYPE_CHECKING:
    from collections.abc import Iterator

_PORTAL: Final = "https://security.microsoft.com/"
_ELEMENTS: Final = frozenset(
    {
        *("html", "head", "meta", "title", "style", "body", "header", "main", "section", "nav"),
        *("footer", "script", "h1", "h2", "h3", "p", "ul", "li", "dl", "dt", "dd", "div", "span"),
        *("a", "b", "strong", "code", "br", "table", "thead", "tbody", "tr", "th", "td", "label"),
        *("input", "select", "option", "button", "output", "details", "summary", "figure"),
        *("figcaption", "svg", "defs", "pattern", "desc", "rect", "path", "circle", "text"),
    }
)
_ATTRIBUTES: Final = frozenset(
    {
        *(
            "lang",
            "charset",
            "http-equiv",
            "content",
            "name",
            "class",
            "id",
            "rel",
            "href",
            "scope",
        ),
        *(
            "aria-label",
            "aria-labelledby",
            "aria-hidden",
            "aria-live",
            "role",
            "tabindex",
            "hidden",
        ),
        *("type", "value", "autocomplete", "spellcheck", "placeholder", "focusable", "viewBox"),
        *("width", "height", "x", "y", "d", "cx", "cy", "r", "text-anchor", "patternUnits"),
        *(
            "patternTransform",
            "data-kind",
            "data-severity",
            "data-risk",
            "data-rank",
            "data-first",
            "for",
        ),
    }
)
_REAL: Final = frozenset({"header", "main", "footer", "script", "style"})


def html(text: str) -> Iterator[str]:
    """Elements, attributes and links of ours alone; script and style of the package alone."""
    yield from log(text)
    if not text.isascii():
        yield "it is not ASCII"
    parser = html5lib.HTMLParser(namespaceHTMLElements=False)
    root = parser.parse(text)
    yield from (f"a parse error: {error}" for error in parser.errors[:3])
    yield from _assets(root)
    for element in root.iter():
        yield from _element(element)


def _assets(root: Any) -> Iterator[str]:
    """``Any``: html5lib brings no types. One of each, word for word, and what the policy names."""
    package = resources.files("reconciler.reports.html")
    policy = root.find(".//meta[@http-equiv]").get("content")
    for tag, name in (("style", "style.css"), ("script", "script.js")):
        own = package.joinpath(name).read_text("utf-8")
        found = [element.text for element in root.iter(tag)]
        digest = b64encode(sha256(own.encode()).digest()).decode()
        if found != [own]:
            yield f"{len(found)} elements {tag}, or another text"
        if f"{tag}-src 'sha256-{digest}';" not in policy:
            yield f"the policy does not name {tag}"


def _element(element: Any) -> Iterator[str]:
    if callable(element.tag):
        yield "a comment"
        return
    tag = re.sub(r"\{[^}]*\}", "", element.tag)
    if tag not in _ELEMENTS:
        yield f"an element: {tag!a}"
    for name, value in element.attrib.items():
        if name not in _ATTRIBUTES:
            yield f"an attribute: {name!a} of {tag}"
        if name == "href" and not value.startswith((_PORTAL, "#")):
            yield f"a link: {value!a}"
    for text in (element.text, element.tail):
        signs = (text or "").replace("\n", "") if tag not in _REAL else ""
        if not signs.isprintable() and UNSEEN.intersection(map(unicodedata.category, signs)):
            yield f"something unseen in {signs[:80]!a}"
