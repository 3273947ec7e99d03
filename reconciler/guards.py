"""Guards: how much of what a plan may do before somebody has to allow it by name (contract 6.1)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from reconciler.model import Change, Objection
    from reconciler.settings import Config, Tenant


def limits(config: Config, tenant: Tenant) -> Mapping[str, int]:
    """Each guard's limit by its name without ``max``: defaults, configuration, tenant."""
    raise NotImplementedError


def parse_allowed(words: Sequence[str]) -> Mapping[str, int]:
    """``closures=40`` … → by guard. Raises UsageError for what is no guard or no number."""
    raise NotImplementedError


def objections(
    changes: Sequence[Change], limits: Mapping[str, int], overrides: Mapping[str, int]
) -> tuple[Objection, ...]:
    """In the order of the guards; an override takes the place of its limit."""
    raise NotImplementedError
