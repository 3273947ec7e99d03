"""All documents of all files: every finding of every file, and what they declare."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from reconciler.contract.document import deciding_schema
from reconciler.documents.checking import Checker
from reconciler.documents.desired import declared
from reconciler.documents.events import ERRORS_LIMIT
from reconciler.documents.examine import examine
from reconciler.documents.reading import has_libyaml, read
from reconciler.documents.ruling import by_rules
from reconciler.model.desired import Loaded
from reconciler.model.words import Finding, Place

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from reconciler.documents.examine import Examined
    from reconciler.documents.rules import Rules
    from reconciler.model.desired import Declared
    from reconciler.model.words import Ref, SourceFile

_SLOW: Final = "PyYAML has no libyaml here, which makes reading slow; install PyYAML's binary wheel"
_NAMED_AT_MOST: Final = 3


def load(files: Iterable[SourceFile], rules: Rules, *, libyaml: bool | None = None) -> Loaded:
    """All documents of all files, every finding of every file; never raises for what it reads.

    ``libyaml``: None for whatever this Python has.
    """
    loading = _Loading(rules, libyaml=has_libyaml() if libyaml is None else libyaml)
    for source in files:
        loading.take(source)
    return loading.result()


class _Loading:
    def __init__(self, rules: Rules, *, libyaml: bool) -> None:
        self._rules = rules
        self._libyaml = libyaml
        self._checker = Checker(deciding_schema())
        self._declared: dict[Ref, Declared] = {}
        self._first: dict[Ref, Place] = {}
        self._doubles: dict[Ref, list[Place]] = {}
        """Places of what is declared more than once: no list for each of a hundred thousand."""
        self._findings: list[Finding] = []
        self._files = 0

    def take(self, source: SourceFile) -> None:
        self._files += 1
        if not self._libyaml and self._files == 1:
            self._findings.append(Finding(Place(source.path), _SLOW, "warning"))
        findings = self._read(source)
        if findings:
            self._findings += _shortened(findings)

    def result(self) -> Loaded:
        self._findings += _doubles(self._doubles)
        return Loaded(
            declared=tuple(self._declared[ref] for ref in sorted(self._declared)),
            findings=tuple(sorted(set(self._findings))),
            files=self._files,
        )

    def _read(self, source: SourceFile) -> list[Finding]:
        documents, findings = read(source, libyaml=self._libyaml)
        for document in documents:
            one, found = examine(document, self._checker)
            findings += found
            if one is not None:
                findings += self._declare(one)
            if _is_enough(findings):
                break
        return findings

    def _declare(self, one: Examined) -> list[Finding]:
        """What is wrong with it by the rules."""
        if one.wanted is not None:
            self._declared.update(declared(one.named, one.metadata, one.wanted))
        for ref, place in one.named:
            first = self._first.setdefault(ref, place)
            if first is not place:
                self._doubles.setdefault(ref, [first]).append(place)
        return [*by_rules(one.document, one.kind, one.metadata, one.spec, self._rules)]


def _is_enough(findings: Sequence[Finding]) -> bool:
    return len(findings) > ERRORS_LIMIT and len(_errors(findings)) > ERRORS_LIMIT


def _errors(findings: Sequence[Finding]) -> list[Finding]:
    return [finding for finding in findings if finding.level == "error"]


def _shortened(findings: list[Finding]) -> list[Finding]:
    """Warnings all stay: only where there is an error may something go untold."""
    errors = sorted(_errors(findings))
    if len(errors) <= ERRORS_LIMIT:
        return findings
    hidden = frozenset(errors[ERRORS_LIMIT:])
    tail = Finding(errors[ERRORS_LIMIT].place, "this file has more errors; they are not shown")
    return [*(finding for finding in findings if finding not in hidden), tail]


def _doubles(places: dict[Ref, list[Place]]) -> list[Finding]:
    return [
        Finding(place, f"{ref} is declared twice, also at {_others(place, found)}; delete one")
        for ref, found in places.items()
        for place in found[:ERRORS_LIMIT]
    ]


def _others(place: Place, found: list[Place]) -> str:
    others = [other for other in found[: _NAMED_AT_MOST + 1] if other != place][:_NAMED_AT_MOST]
    names = ", ".join(f"{other.path}:{other.line}:{other.column}" for other in others)
    left = len(found) - 1 - len(others)
    return f"{names} and {left} more places" if left else names
