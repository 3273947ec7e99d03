"""The hidden first line of what this tool writes on GitHub: by it, and by its author, it is found.

A hidden last line holds the hash of all before it: what a person changed since is not as written.

An HTML comment with JSON in it. Every value is allow-listed (hex, digits, names by their pattern),
so nothing from outside is in it and nothing can end it early. What is not exactly so is no marker.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Final

from reconciler.codec import strict
from reconciler.codec.strict import Odd

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reconciler.model.words import JsonObject

FORM: Final = 1
PLAN: Final = "plan"
DRIFT: Final = "drift"
SETTLED: Final = "drift-settled"

_LINE: Final = re.compile(r"<!-- reconciler:([a-z-]+) (\{[ -=?-~]*\}) -->(?:\r?\n|\Z)")
"""No ``>`` inside: nothing of the JSON can close the HTML comment."""
_COMMIT: Final = re.compile(r"[0-9a-f]{40}([0-9a-f]{24})?")
_HEX: Final = re.compile(r"[0-9a-f]{64}")
_DIGEST: Final = re.compile(r"sha256:[0-9a-f]{64}")
_DIGITS: Final = re.compile(r"[0-9]{1,19}|")
_TENANT: Final = re.compile(r"[0-9A-Za-z]+([._-][0-9A-Za-z]+)*")
NAME: Final = re.compile(r"[0-9A-Za-z_][0-9A-Za-z._-]{0,127}")
"""What a plan's file and an artifact may be called."""


@dataclass(frozen=True, slots=True)
class Told:
    """One tenant's plan, as a comment names it. ``sha256``: of the plan file, in hex."""

    tenant: str
    digest: str
    sha256: str
    file: str


@dataclass(frozen=True, slots=True)
class PlanMark:
    """``commit``: the head of the pull request that the plans are of. ``run`` may be empty.

    ``fingerprint``: of what a reader is shown, without what changes from run to run. ``without``: the
    tenants of which the comment says that there is no plan of this commit.
    """

    commit: str
    run: str
    artifact: str
    fingerprint: str
    plans: tuple[Told, ...]
    without: tuple[str, ...] = ()

    @property
    def tenants(self) -> frozenset[str]:
        return frozenset((*(one.tenant for one in self.plans), *self.without))


@dataclass(frozen=True, slots=True)
class DriftMark:
    tenant: str
    fingerprint: str


def plan_line(mark: PlanMark) -> str:
    """The marker with its newline."""
    return _line(
        PLAN,
        {
            "commit": _checked(_COMMIT, mark.commit),
            "run": _checked(_DIGITS, mark.run),
            "artifact": _checked(NAME, mark.artifact),
            "fingerprint": _checked(_HEX, mark.fingerprint),
            "plans": [_told(one) for one in mark.plans],
            "without": [_checked(_TENANT, one) for one in mark.without],
        },
    )


def sealed(body: str) -> str:
    """The same with its last line."""
    return f"{_settled(body)}\n{_seal(_settled(body))}\n"


def as_written(body: str) -> str | None:
    """What was given to ``sealed``; None: somebody changed more than line ends and blanks at its end."""
    text, _, last = _settled(body).rpartition("\n")
    return text if last == _seal(text) else None


SEAL_BYTES: Final = 100
"""More than the last line takes."""


def _settled(body: str) -> str:
    return body.replace("\r\n", "\n").rstrip()


def _seal(text: str) -> str:
    return f"<!-- reconciler:seal {sha256(text.encode()).hexdigest()} -->"


def read_plan_line(body: str) -> PlanMark | None:
    """None: the text does not begin with a marker of plans."""
    at = _read(PLAN, body)
    try:
        return None if at is None else _plan_mark(at)
    except ValueError:
        return None


def drift_line(word: str, mark: DriftMark) -> str:
    """The marker with its newline; ``word`` is DRIFT or SETTLED."""
    tenant, fingerprint = _checked(_TENANT, mark.tenant), _checked(_HEX, mark.fingerprint)
    return _line(word, {"tenant": tenant, "fingerprint": fingerprint})


def read_drift_line(word: str, body: str) -> DriftMark | None:
    """None: the text does not begin with such a marker."""
    at = _read(word, body)
    try:
        if at is None:
            return None
        return DriftMark(_word(_TENANT, at, "tenant"), _word(_HEX, at, "fingerprint"))
    except ValueError:
        return None


def _line(word: str, content: Mapping[str, object]) -> str:
    text = json.dumps({"form": FORM, **content}, sort_keys=True, separators=(",", ":"))
    hidden = text.replace("--", "-\\u002d")  # two hyphens end a comment for older parsers
    return f"<!-- reconciler:{word} {hidden} -->\n"


def _read(word: str, body: str) -> JsonObject | None:
    found = _LINE.match(body)
    if found is None or found[1] != word:
        return None
    try:
        at = strict.parse(found[2])
        return at if strict.count(at, "form") == FORM else None
    except (ValueError, RecursionError):
        return None


def _plan_mark(at: JsonObject) -> PlanMark:
    return PlanMark(
        commit=_word(_COMMIT, at, "commit"),
        run=_word(_DIGITS, at, "run"),
        artifact=_word(NAME, at, "artifact"),
        fingerprint=_word(_HEX, at, "fingerprint"),
        plans=tuple(
            Told(
                _word(_TENANT, one, "tenant"),
                _word(_DIGEST, one, "digest"),
                _word(_HEX, one, "sha256"),
                _word(NAME, one, "file"),
            )
            for one in strict.objects(at, "plans")
        ),
        without=tuple(
            _checked(_TENANT, one)
            for one in (strict.texts(at, "without") if "without" in at else ())
        ),
    )


def _told(one: Told) -> JsonObject:
    return {
        "tenant": _checked(_TENANT, one.tenant),
        "digest": _checked(_DIGEST, one.digest),
        "sha256": _checked(_HEX, one.sha256),
        "file": _checked(NAME, one.file),
    }


def _word(pattern: re.Pattern[str], at: JsonObject, key: str) -> str:
    return _checked(pattern, strict.text(at, key))


def _checked(pattern: re.Pattern[str], word: str) -> str:
    if pattern.fullmatch(word) is None:
        raise Odd(f"{word!a} is no word of a marker")
    return word
