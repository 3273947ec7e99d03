"""All documents of all files: every finding of every file, and what they declare."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Final

from reconciler.contract.document import deciding_schema
from reconciler.documents.checking import Checker
from reconciler.documents.desired import declared, objects
from reconciler.documents.events import ERRORS_LIMIT
from reconciler.documents.judge import judge, lines
from reconciler.documents.management import doubts
from reconciler.documents.reading import has_libyaml, read
from reconciler.documents.spelling import correct
from reconciler.kinds import KINDS, SETS
from reconciler.model.desired import Loaded
from reconciler.model.words import Finding, Place

if TYPE_CHECKING:
    from collections.abc import Iterable

    from reconciler.documents.rules import Rules
    from reconciler.documents.tree import Data, Document
    from reconciler.model.desired import Declared
    from reconciler.model.words import Ref, SourceFile

_LATER: Final = ("select", "expand")
_FORMS: Final = {**KINDS, **SETS}
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
        self._places: dict[Ref, list[Place]] = {}
        self._findings: list[Finding] = []
        self._files = 0

    def take(self, source: SourceFile) -> None:
        self._files += 1
        documents, findings = read(source, libyaml=self._libyaml)
        if not self._libyaml and self._files == 1:
            findings.append(Finding(Place(source.path), _SLOW, "warning"))
        for document in documents:
            findings += self._document(document)
            if len(findings) > ERRORS_LIMIT and len(_errors(findings)) > ERRORS_LIMIT:
                break
        self._findings += _shortened(findings)

    def result(self) -> Loaded:
        self._findings += _doubles(self._places)
        return Loaded(
            declared=tuple(self._declared[ref] for ref in sorted(self._declared)),
            findings=tuple(sorted(set(self._findings))),
            files=self._files,
        )

    def _document(self, document: Document) -> list[Finding]:
        data = document.data if isinstance(document.data, dict) else {}
        kind = _FORMS.get(str(data.get("kind")))
        metadata, spec = _mapped(data, "metadata"), _mapped(data, "spec")
        findings = _later(document, data)
        named = objects(document, data, kind) if kind else []
        if kind:
            findings += correct(document, kind, spec)
            findings += lines(document, kind)
        is_good = kind and not document.is_bad and self._checker.accepts(document)
        if not is_good:
            findings += self._checker.explain(document)
            metadata, spec = _sound(document, "metadata"), _sound(document, "spec")
        if kind:
            judged = judge(document, kind, metadata, spec, self._rules)
            findings += islice(judged, ERRORS_LIMIT + 1)
        if kind and is_good:
            modes = _mapped(data, "management")
            findings += doubts(document, kind, spec, modes)
            self._declared.update(declared(named, kind, metadata, spec, modes))
        for ref, place in named:
            self._places.setdefault(ref, []).append(place)
        return findings


def _mapped(data: dict[str, Data], key: str) -> dict[str, Data]:
    value = data.get(key)
    return value if isinstance(value, dict) else {}


def _sound(document: Document, key: str) -> dict[str, Data]:
    """What of a bad document has no error of its own, so that it can be judged all the same."""
    data = document.data if isinstance(document.data, dict) else {}
    return {
        name: value
        for name, value in _mapped(data, key).items()
        if not document.is_poisoned((key, name)) and (key, name) not in document.refused
    }


def _later(document: Document, data: dict[str, Data]) -> list[Finding]:
    findings = []
    for word in _LATER:
        if word in data:
            document.refused.add((word,))
            findings.append(document.error((word,), "is not supported yet; delete it", at_key=True))
    return findings


def _errors(findings: list[Finding]) -> list[Finding]:
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
        if len(found) > 1
        for place in found[:ERRORS_LIMIT]
    ]


def _others(place: Place, found: list[Place]) -> str:
    others = [other for other in found[: _NAMED_AT_MOST + 1] if other != place][:_NAMED_AT_MOST]
    names = ", ".join(f"{other.path}:{other.line}:{other.column}" for other in others)
    left = len(found) - 1 - len(others)
    return f"{names} and {left} more places" if left else names
