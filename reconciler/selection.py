"""--select and --exclude: ``key=glob[,key=glob…]``; comma is and, repeating is or, exclude wins."""

from __future__ import annotations

import fnmatch
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from reconciler.errors import InvalidInput, UsageError
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
    wanted = [_term("--select", text) for text in selection.select]
    unwanted = [_term("--exclude", text) for text in selection.exclude]
    chosen = tuple(
        item
        for item in declared
        if (not wanted or any(term.matches(item) for term in wanted))
        and not any(term.matches(item) for term in unwanted)
    )
    if (wanted or unwanted) and not chosen:
        raise InvalidInput((_no_match(len(declared), selection),))
    return chosen


def _term(option: str, text: str) -> _Term:
    return _Term(tuple(_glob(option, text, part) for part in text.split(",")))


def _glob(
    option: str, text: str, part: str
) -> tuple[Callable[[Declared], str | None], re.Pattern[str]]:
    key, equals, glob = (piece.strip() for piece in part.partition("="))
    if not equals or not glob:
        raise UsageError(
            f"{option} {text!a}: {part!a} is no condition; expected key=glob",
            remedy=f"for example {option} 'kind=Incident,id=29*'",
        )
    if key not in _VALUES:
        raise UsageError(
            f"{option} {text!a}: there is no key {key!a}; expected one of {', '.join(_VALUES)}",
            remedy=_nearest(key),
        )
    return _VALUES[key], re.compile(fnmatch.translate(glob))


def _nearest(key: str) -> str | None:
    from difflib import get_close_matches

    found = get_close_matches(key.lower(), _VALUES, n=1)
    return f"did you mean {found[0]!r}?" if found else None


def _no_match(count: int, selection: Selection) -> Finding:
    """At the option, as if it were a file: it has no other place."""
    option = "--select" if selection.select else "--exclude"
    terms = [f"--select {text!a}" for text in selection.select]
    terms += [f"--exclude {text!a}" for text in selection.exclude]
    message = (
        f"{' '.join(terms)} leaves none of {count} declared objects; "
        "globs are case-sensitive and match the whole value"
    )
    return Finding(Place(option), message)
