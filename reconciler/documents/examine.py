"""One document: what is wrong with it whatever a tenant's rules are, and what it says."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Final

from reconciler.documents.desired import objects, wanted
from reconciler.documents.events import ERRORS_LIMIT
from reconciler.documents.judge import judge, lines, unquoted_ids
from reconciler.documents.management import doubts
from reconciler.documents.spelling import correct
from reconciler.documents.suggest import nearest_of
from reconciler.kinds import KINDS, SETS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from reconciler.documents.checking import Checker
    from reconciler.documents.desired import Wanted
    from reconciler.documents.tree import Data, Document
    from reconciler.kinds.kind import Kind
    from reconciler.model.words import Finding, Place, Ref

    Mapped = dict[str, Data]

FORMS: Final[Mapping[str, Kind]] = {**KINDS, **SETS}
_LATER: Final = ("select", "expand")


@dataclass(slots=True)
class Examined:
    """Of a document that is not good, ``metadata`` and ``spec`` hold what has no error of its own."""

    document: Document
    form: str
    """What it calls its kind, which may be the name of a set."""
    kind: Kind
    named: Sequence[tuple[Ref, Place]]
    metadata: Mapped
    spec: Mapped
    modes: Mapped
    """Its ``management``."""
    wanted: Wanted | None
    """None: it did not pass the schema, and nobody can tell what it declares."""


def examine(document: Document, checker: Checker) -> tuple[Examined | None, list[Finding]]:
    """None for a document of no kind; then there are findings.

    One that names its kind wrongly is judged as what it is most likely meant for.
    """
    data = document.data if isinstance(document.data, dict) else {}
    form: str | None = str(data.get("kind"))
    findings = _later(document, data)
    if form not in FORMS:
        findings += checker.explain(document)
        form = _likely(document, data)
        data["kind"] = form
        document.poisoned.add(("kind",))
    if form is None:
        return None, findings
    kind = FORMS[form]
    metadata, spec = _mapped(data, "metadata"), _mapped(data, "spec")
    named, modes = objects(document, data, kind), _mapped(data, "management")
    findings += correct(document, kind, spec)
    findings += lines(document, kind)
    findings += unquoted_ids(document)
    said = None
    if not document.is_bad and checker.accepts(document):
        findings += doubts(document, kind, spec, modes)
        said = wanted(kind, spec, modes)
    else:
        findings += checker.explain(document)
        metadata, spec = _sound(document, "metadata"), _sound(document, "spec")
    findings += islice(judge(document, kind, metadata, spec), ERRORS_LIMIT + 1)
    return Examined(document, form, kind, named, metadata, spec, modes, said), findings


def _mapped(data: Mapped, key: str) -> Mapped:
    value = data.get(key)
    return value if isinstance(value, dict) else {}


def _sound(document: Document, key: str) -> Mapped:
    """What of a bad document has no error of its own, so that it can be judged all the same."""
    data = document.data if isinstance(document.data, dict) else {}
    return {
        name: value
        for name, value in _mapped(data, key).items()
        if not document.is_poisoned((key, name)) and (key, name) not in document.refused
    }


def _likely(document: Document, data: Mapped) -> str | None:
    """By its name; else by the keys of its spec. None: nothing in it is of any kind."""
    said = data.get("kind")
    if not document.data or not isinstance(document.data, dict):
        return None
    named = nearest_of(said, FORMS) if isinstance(said, str) else None
    if named is not None:
        return named
    forms = SETS if "members" in data else KINDS
    spec, metadata = _mapped(data, "spec"), _mapped(data, "metadata")
    known = {form: len(spec.keys() & kind.by_name.keys()) for form, kind in forms.items()}
    best = max(known, key=lambda form: known[form])
    return best if known[best] or metadata.keys() & {"id", "name"} else None


def _later(document: Document, data: Mapped) -> list[Finding]:
    findings = []
    for word in _LATER:
        if word in data:
            document.refused.add((word,))
            findings.append(document.error((word,), "is not supported yet; delete it", at_key=True))
    return findings
