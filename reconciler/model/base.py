"""The base: what was applied last, which tells a changed declaration from a changed live value."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reconciler.model.desired import Spec
    from reconciler.model.words import Ref


@dataclass(frozen=True, slots=True)
class Base:
    """By object, what its document said when it was applied last. Empty: the plan is two-way."""

    specs: Mapping[Ref, Spec] = field(default_factory=dict)
    commit: str | None = None
    """Of the applied tree, or the one that ``--base`` names; None: there is no base."""
    is_applied: bool = False
    """Read from the applied tree: what it holds and nothing declares any more was released."""
    elsewhere: frozenset[Ref] = frozenset()
    """Of what it holds, objects that another tenant of the same directory applied: it releases them."""
    is_waived: bool = False
    """There may be a base, and somebody chose to plan without it."""
    notice: str | None = None
    """For the plan, where there is no base: why, and what that means."""
