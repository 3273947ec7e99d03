"""What somebody may have meant."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

_COMPARED_CHARACTERS: Final = 80
_SHORTEST_PART: Final = 4


def nearest(word: str, known: Iterable[str]) -> str:
    """``; did you mean 'x'?`` if something known is near, whatever its casing, else nothing."""
    found = nearest_of(word, known)
    return f"; did you mean {found!r}?" if found is not None else ""


def nearest_of(word: str, known: Iterable[str]) -> str | None:
    """What is near by its letters, or is a part of the word, or has it as a part."""
    import difflib

    by_folded = {name.casefold(): name for name in known}
    folded = word.casefold()[:_COMPARED_CHARACTERS]
    found = difflib.get_close_matches(folded, by_folded, n=1)
    parts = [
        name
        for name in by_folded
        if min(len(name), len(folded)) >= _SHORTEST_PART and (name in folded or folded in name)
    ]
    return by_folded[(*found, *parts)[0]] if found or parts else None
