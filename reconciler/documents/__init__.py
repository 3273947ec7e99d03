"""Documents: text → events → data with places → checked desired state."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from reconciler.settings import Require

if TYPE_CHECKING:
    from collections.abc import Iterable

    from reconciler.model import Loaded, SourceFile


@dataclass(frozen=True, slots=True)
class Rules:
    """What the configuration says about documents of one tenant."""

    kinds: frozenset[str]
    """Kinds that are switched on; documents of others get a warning."""
    pairs: Literal["error", "warn"] = "error"
    require: Require = field(default_factory=Require)


def load(files: Iterable[SourceFile], rules: Rules) -> Loaded:
    """All documents of all files, every finding of every file; never raises for what it reads."""
    raise NotImplementedError
