"""What somebody may have meant."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

_COMPARED_CHARACTERS: Final = 80


def nearest(word: str, known: Iterable[str]) -> str:
    """``; did you mean 'x'?`` if something known is near, whatever its casing, else nothing."""
    import difflib

    by_folded = {name.casefold(): name for name in known}
    folded = word.casefold()[:_COMPARED_CHARACTERS]
    found = difflib.get_close_matches(folded, by_folded, n=1)
    return f"; did you mean {by_folded[found[0]]!r}?" if found else ""
