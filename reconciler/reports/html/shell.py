"""The page around a report: self-contained, and shut by its own policy.

The policy allows one style sheet and one script, by their very text, and nothing else: no request,
no form, no frame. Neither holds any data.
"""

from __future__ import annotations

from base64 import b64encode
from functools import cache
from hashlib import sha256
from importlib import resources
from typing import TYPE_CHECKING

from reconciler.reports.html.cells import plain, say
from reconciler.review.escape import html

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from reconciler.review.words import Phrase


def opening(heading: Phrase) -> Iterator[str]:
    """Up to the main part, which is left open."""
    style, script = _asset("style.css"), _asset("script.js")
    policy = (
        f"default-src 'none'; style-src '{_source(style)}'; script-src '{_source(script)}'; "
        "img-src 'none'; connect-src 'none'; base-uri 'none'; form-action 'none'"
    )
    yield (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="referrer" content="no-referrer">\n'
        '<meta name="color-scheme" content="light dark">\n'
        f"<title>{html(plain(heading))}</title>\n<style>{style}</style>\n</head>\n<body>\n"
        '<a class="skip-link" href="#main">Skip to the report</a>\n'
        f"<header><h1>{say(heading)}</h1></header>\n"
        '<main id="main" tabindex="-1">\n'
    )


def closing(*foot: Phrase) -> Iterator[str]:
    told = "".join(f"<p>{say(line)}</p>\n" for line in foot if line)
    yield f"</main>\n<footer>\n{told}</footer>\n"
    yield f"<script>{_asset('script.js')}</script>\n</body>\n</html>\n"


def ascii_only(pieces: Iterable[str]) -> Iterator[str]:
    """The same page in ASCII: it is valid UTF-8 whatever encoding the stream has."""
    for piece in pieces:
        if piece.isascii():
            yield piece
        else:
            yield piece.encode("ascii", "xmlcharrefreplace").decode("ascii")


@cache
def _asset(name: str) -> str:
    return resources.files("reconciler.reports.html").joinpath(name).read_text("utf-8")


def _source(text: str) -> str:
    """As a policy names an inline block: https://www.w3.org/TR/CSP3/#grammardef-hash-source."""
    return f"sha256-{b64encode(sha256(text.encode()).digest()).decode()}"
