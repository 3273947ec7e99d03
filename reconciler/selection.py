"""--select and --exclude: ``key=glob[,key=glob…]``; comma is and, repeating is or, exclude wins."""

from __future__ import annotations

import fnmatch
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from reconciler.documents.suggest import nearest
from reconciler.errors import InvalidInput, UsageError
from reconciler.kinds import KINDS, SETS
from reconciler.model.words import Finding, Place

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from reconciler.model.desired import Declared
    from reconciler.model.plan import Selection

_VALUES: Final[Mapping[str, Callable[[Declared], str | None]]] = {
    "kind": lambda item: item.ref.kind,
    "id": lambda item: item.ref.id,
    "path": lambda item: item.source.path,
    "owner": lambda item: item.owner,
    "ticket": lambda item: item.ticket,
    "name": lambda item: item.name,
}


@dataclass(frozen=True, slots=True)
class _Term:
    """One ``key=glob,key=glob``: all of it has to match."""

    globs: tuple[tuple[Callable[[Declared], str | None], re.Pattern[str]], ...]

    def matches(self, item: Declared) -> bool:
        """What a document does not say matches nothing, ``*`` included."""
        return all(
            (value := read(item)) is not None and pattern.match(value) is not None
            for read, pattern in self.globs
        )


def choose(declared: Sequence[Declared], selection: Selection) -> tuple[Declared, ...]:
    """What is selected, in the same order.

    Raises UsageError for a term that cannot be read, InvalidInput (3) if nothing matches.
    """
    problems: list[str] = []
    wanted = [_term("--select", text, problems) for text in selection.select]
    unwanted = [_term("--exclude", text, problems) for text in selection.exclude]
    if problems:
        raise UsageError("; ".join(problems), remedy="for example --select 'kind=Incident,id=29*'")
    chosen = tuple(
        item
        for item in declared
        if (not wanted or any(term.matches(item) for term in wanted))
        and not any(term.matches(item) for term in unwanted)
    )
    if (wanted or unwanted) and not chosen:
        raise InvalidInput((_no_match(len(declared), selection),))
    return chosen


def _term(option: str, text: str, problems: list[str]) -> _Term:
    """Of the conditions that can be read; what is wrong with the others goes into ``problems``."""
    globs = []
    for part in text.split(","):
        key, equals, glob = (piece.strip() for piece in part.partition("="))
        if not equals or not glob:
            problems.append(f"{option} {text!a}: {part!a} is no condition; expected key=glob")
        elif key not in _VALUES:
            known = f"expected one of {', '.join(_VALUES)}{nearest(key, _VALUES)}"
            problems.append(f"{option} {text!a}: there is no key {key!a}; {known}")
        else:
            globs.append((_VALUES[key], re.compile(fnmatch.translate(glob))))
    return _Term(tuple(globs))


def _no_match(count: int, selection: Selection) -> Finding:
    """At the option, as if it were a file: it has no other place."""
    option = "--select" if selection.select else "--exclude"
    terms = [f"--select {text!a}" for text in selection.select]
    terms += [f"--exclude {text!a}" for text in selection.exclude]
    message = (
        f"{' '.join(terms)} leaves none of {count} declared objects; "
        f"globs are case-sensitive and match the whole value{_kind_hint(selection.select)}"
    )
    return Finding(Place(option), message)


def _kind_hint(terms: Sequence[str]) -> str:
    """For a kind that there is not; a set's members are of the kind of its objects."""
    parts = (part.partition("=") for text in terms for part in text.split(","))
    said = [glob.strip() for key, _, glob in parts if key.strip() == "kind"]
    hints = (
        f"; kind={glob} is of no object: did you mean kind={SETS[glob].name}?"
        if glob in SETS
        else nearest(glob, KINDS)
        for glob in said
        if glob not in KINDS and not set("*?[") & set(glob)
    )
    return "".join(hints)
