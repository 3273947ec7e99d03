"""The seal of a file: SHA-256 over all of its bytes but the seal itself, which stands last.

No signature: it tells a file that was cut or edited from one that was not.
"""

from __future__ import annotations

import re
from hashlib import sha256
from typing import TYPE_CHECKING, Final

from reconciler.codec.strict import Odd

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_SEAL: Final = re.compile(rb'"seal":"(sha256:[0-9a-f]{64})"}\n\Z')


def sealed(pieces: Iterable[str]) -> Iterator[str]:
    """``pieces``: ASCII, up to the quote that opens the seal's value."""
    hasher = sha256()
    for piece in pieces:
        hasher.update(piece.encode("ascii"))
        yield piece
    hasher.update(b'"}\n')
    yield f'sha256:{hasher.hexdigest()}"}}\n'


def check(data: bytes, *, what: str) -> None:
    """Raises Odd. The seal's value is cut out of the bytes, not blanked."""
    found = _SEAL.search(data, max(0, len(data) - 100))
    if found is None:
        raise Odd(f"it does not end with a seal: it was cut or written anew, or it is no {what}")
    start, end = found.span(1)
    hasher = sha256(memoryview(data)[:start])
    hasher.update(data[end:])
    if found[1] != f"sha256:{hasher.hexdigest()}".encode():
        raise Odd("its seal does not match: it was changed after it was made")
