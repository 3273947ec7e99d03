"""Which tool this is, down to its own text: what another one remembered is not taken for ours."""

from __future__ import annotations

import sys
from hashlib import sha256
from pathlib import Path
from typing import Final

from reconciler import __version__

_PACKAGE: Final = Path(__file__).parent.parent
_DECIDING: Final = ("contract", "documents", "kinds", "model")
"""What a document is understood by: the schemas follow from these."""


def edition(parser: str) -> bytes:
    """``parser``: names the YAML library. Raises OSError where this tool has no text to read.

    A version alone does not tell: a pipeline may pin a commit between two releases.
    """
    hasher = sha256(f"{__version__} {sys.version} {parser}".encode())
    for part in _DECIDING:
        for path in sorted((_PACKAGE / part).glob("*.py")):
            hasher.update(f"\0{part}/{path.name}\0".encode() + path.read_bytes())
    return hasher.hexdigest().encode()
