"""Findings as SARIF 2.1.0, for code scanning (OASIS standard, 2020; GitHub: SARIF support, 2026)."""

from __future__ import annotations

import json
from collections import Counter
from hashlib import sha256
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from reconciler import __version__
from reconciler.codec.runners import inert
from reconciler.review.escape import sarif, visible
from reconciler.review.words import number

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from reconciler.model.words import Finding, JsonObject

SCHEMA: Final = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
SHOWN: Final = 5_000
"""Results of a run that GitHub takes."""
ROOT: Final = "%SRCROOT%"
_RULES: Final = {
    "error": ("invalid-document", "A document or the configuration is invalid"),
    "warning": ("questionable-document", "A document or the configuration is doubtful"),
}
_ORDER: Final = tuple(_RULES)


def findings(items: Sequence[Finding], folder: str = "") -> str:
    """One run, errors first, as far as GitHub takes them; and a newline.

    ``folder``: where the configuration lies in the repository, with a slash at its end.
    """
    ordered = sorted(items, key=lambda one: (_ORDER.index(one.level), one))
    run = {
        "tool": {"driver": _driver()},
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {ROOT: {"description": {"text": "The root of the repository"}}},
        "invocations": [_invocation(len(ordered) - SHOWN)],
        "results": [*_results(ordered[:SHOWN], folder)],
    }
    return inert(f"{json.dumps({'$schema': SCHEMA, 'version': '2.1.0', 'runs': [run]})}\n")


def _driver() -> JsonObject:
    return {
        "name": "reconciler",
        "version": __version__,
        "rules": [*map(_rule, _ORDER)],
    }


def _rule(level: str) -> JsonObject:
    name, text = _RULES[level]
    return {
        "id": name,
        "shortDescription": {"text": text},
        "defaultConfiguration": {"level": level},
    }


def _invocation(left: int) -> JsonObject:
    """The tool did its work, whatever it found; how many results it left out."""
    said = f"{number(left, 'finding')} left out: no more than {SHOWN:,} are taken"
    note: JsonObject = {"level": "warning", "message": {"text": said}}
    return {"executionSuccessful": True, "toolExecutionNotifications": [note] if left > 0 else []}


def _results(items: Iterable[Finding], folder: str) -> Iterator[JsonObject]:
    """The fingerprint knows no line: what moved in its file is the same finding."""
    seen: Counter[str] = Counter()
    for one in items:
        path = one.place.path
        uri = _uri(path if path.startswith("/") else f"{folder}{path}")
        text = sarif(one.message) or "(no text)"
        key = sha256(f"{uri}\n{one.level}\n{text}".encode()).hexdigest()
        seen[key] += 1
        yield {
            "ruleId": _RULES[one.level][0],
            "ruleIndex": _ORDER.index(one.level),
            "level": one.level,
            "message": {"text": text},
            "locations": [{"physicalLocation": _location(uri, one)}],
            "partialFingerprints": {"finding/v1": f"{key}:{seen[key]}"},
        }


def _location(uri: str, one: Finding) -> JsonObject:
    return {
        "artifactLocation": {"uri": uri, "uriBaseId": ROOT},
        "region": {"startLine": one.place.line, "startColumn": one.place.column},
    }


def _uri(path: str) -> str:
    """A relative reference, byte for byte as the file system has it; no path of ours is another host."""
    try:
        raw = path.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        raw = visible(path).encode()
    return quote(raw.lstrip(b"/"), safe="/")
