"""A list of a tenant in memory, in pages: ports, not patches."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from reconciler.model.live import Cost, Listed, Unreadable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reconciler.model.live import Live


@dataclass
class Shelf:
    """Implements ports.Catalogue. ``kinds``: by kind its pages; ``asked``: kind and filter."""

    kinds: dict[str, list[Listed | Unreadable]] = field(default_factory=dict)
    asked: list[tuple[str, str | None]] = field(default_factory=list)
    shown: int = 0
    """Pages that were taken."""

    def pages(self, kind: str, *, matching: str | None = None) -> Iterator[Listed | Unreadable]:
        self.asked.append((kind, matching))
        for page in self.kinds.get(kind, []):
            self.shown += 1
            yield page

    @property
    def cost(self) -> Cost:
        return Cost(self.shown, self.shown)


def shelf(*lives: Live) -> Shelf:
    """One page for each kind."""
    kinds: dict[str, list[Live]] = {}
    for live in lives:
        kinds.setdefault(live.ref.kind, []).append(live)
    return Shelf({kind: [Listed(tuple(found), len(found))] for kind, found in kinds.items()})
