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
    from reconciler.ports import DocumentMemory

_SLOW: Final = "PyYAML has no libyaml here, which makes reading slow; install PyYAML's binary wheel"
_NAMED_AT_MOST: Final = 3


def load(
    files: Iterable[SourceFile],
    rules: Rules,
    *,
    libyaml: bool | None = None,
    memory: DocumentMemory | None = None,
) -> Loaded:
    """All documents of all files, every finding of every file; never raises for what it reads.

    ``libyaml``: None for whatever this Python has. ``memory``: of files that were read before; what
    it holds changes the time this takes and nothing else.
    """
    loading = _Loading(rules, memory, libyaml=has_libyaml() if libyaml is None else libyaml)
    for source in files:
        loading.take(source)
    return loading.result()


class _Loading:
    def __init__(self, rules: Rules, memory: DocumentMemory | None, *, libyaml: bool) -> None:
        self._rules = rules
        self._memory = memory
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
        findings = self._recalled(source)
        findings = self._read(source) if findings is None else findings
        if findings:
            self._findings += _shortened(findings)

    def result(self) -> Loaded:
        self._findings += _doubles(self._doubles)
        return Loaded(
            declared=tuple(self._declared[ref] for ref in sorted(self._declared)),
            findings=tuple(sorted(set(self._findings))),
            files=self._files,
        )

    def _recalled(self, source: SourceFile) -> list[Finding] | None:
        """None if the file is not remembered."""
        if self._memory is None or source.content is None:
            return None
        from reconciler.documents.remembered import restored

        text = self._memory.recall(source.content)
        found = None if text is None else restored(text, source.path)
        if found is None:
            return None
        examined, findings = found
        for one in examined:
            findings += self._declare(one)
            if _is_enough(findings):
                break
        return findings

    def _read(self, source: SourceFile) -> list[Finding]:
        documents, findings = read(source, libyaml=self._libyaml)
        ruled: list[Finding] = []
        examined: list[Examined] = []
        for document in documents:
            one, found = examine(document, self._checker)
            findings += found
            if one is not None:
                ruled += self._declare(one)
                examined.append(one)
            if _is_enough(findings, ruled):
                break
        else:
            self._remember(source, examined, findings)
        return findings + ruled

    def _remember(
        self, source: SourceFile, examined: Sequence[Examined], findings: Sequence[Finding]
    ) -> None:
        """``findings``: under any rules. A file with an error among them is read again each time."""
        if self._memory is not None and source.content is not None and not _errors(findings):
            from reconciler.documents.remembered import written

            self._memory.remember(source.content, written(examined, findings))

    def _declare(self, one: Examined) -> list[Finding]:
        """What is wrong with it by the rules."""
        if one.wanted is not None:
            self._declared.update(declared(one.named, one.metadata, one.wanted))
        for ref, place in one.named:
            first = self._first.setdefault(ref, place)
            if first is not place:
                self._doubles.setdefault(ref, [first]).append(place)
        return [*by_rules(one.document, one.kind, one.metadata, one.spec, self._rules)]


def _is_enough(findings: Sequence[Finding], more: Sequence[Finding] = ()) -> bool:
    if len(findings) + len(more) <= ERRORS_LIMIT:
        return False
    return len(_errors(findings)) + len(_errors(more)) > ERRORS_LIMIT


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
