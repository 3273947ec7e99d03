"""What the configuration says about the documents of one tenant."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from reconciler.settings import CloudName, Require


@dataclass(frozen=True, slots=True)
class Rules:
    """What the configuration says about documents of one tenant."""

    kinds: frozenset[str]
    """Kinds that are switched on; documents of others get a warning."""
    pairs: Literal["error", "warn"] = "error"
    require: Require = field(default_factory=Require)
    cloud: CloudName = "emulator"
    """Where the tenant lives; a document of a kind that is not there is an error."""
