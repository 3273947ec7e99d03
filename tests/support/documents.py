"""Documents as text, and what loading says about them, short enough to compare."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.documents import Rules, load
from reconciler.kinds import KINDS
from reconciler.model.words import SourceFile

if TYPE_CHECKING:
    from reconciler.model.desired import Declaration, Loaded
    from reconciler.model.words import Finding

ALL_ON = Rules(kinds=frozenset(KINDS))


def source(text: str | bytes, path: str = "a.yaml") -> SourceFile:
    return SourceFile(path, text.encode() if isinstance(text, str) else text)


def loaded(text: str | bytes, rules: Rules = ALL_ON, *, libyaml: bool = True) -> Loaded:
    return load([source(text)], rules, libyaml=libyaml)


def shown(findings: tuple[Finding, ...]) -> list[str]:
    """``line:column level message``"""
    return [f"{f.place.line}:{f.place.column} {f.level} {f.message}" for f in findings]


def said(text: str | bytes, rules: Rules = ALL_ON) -> list[str]:
    return shown(loaded(text, rules).findings)


def document(
    spec: str, *, kind: str = "Incident", object_id: str | None = None, metadata: str = ""
) -> str:
    """``spec`` and ``metadata``: the text inside braces. The spec stands in line 4 from column 8."""
    identity = f'id: "{object_id or KINDS[kind].id_example}"'
    notes = f", {metadata}" if metadata else ""
    return (
        f"apiVersion: reconciler/v1\nkind: {kind}\n"
        f"metadata: {{{identity}{notes}}}\nspec: {{{spec}}}\n"
    )


def spec_of(spec: str, *, kind: str = "Incident") -> dict[str, Declaration]:
    """What a good document declares; nothing may be said about it."""
    found = loaded(document(spec, kind=kind))
    assert shown(found.findings) == []
    return dict(found.declared[0].spec)
