"""On what terms one object's fields are judged: what was applied of it, and who owns what."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from reconciler.planning import management

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from reconciler.model.base import Base
    from reconciler.model.desired import Declared, Mode, Spec
    from reconciler.settings import Management


@dataclass(frozen=True, slots=True)
class Terms:
    """``base``: what was applied last; empty: nothing of it; None: there is no base at all."""

    base: Spec | None = None
    modes: Mapping[str, Mode] = field(default_factory=dict)
    """By declared field; one that is not there yields."""
    is_on_record: bool = False
    """``base`` is what the applied tree holds: what is equal to it need not go there again."""

    def mode(self, name: str) -> Mode:
        return self.modes.get(name, management.OTHERWISE)


def saying(outer: Sequence[Management]) -> tuple[Management, ...]:
    """Those that say anything: mostly none does."""
    return tuple(one for one in outer if one.default or one.fields)


def terms(declared: Declared, base: Base, outer: Sequence[Management]) -> Terms:
    """``outer``: the tenant's word on who owns what, then the configuration's."""
    before = None if base.commit is None else base.specs.get(declared.ref, {})
    named = declared.spec if declared.management or outer else ()
    modes = {name: management.mode(declared, name, outer) for name in named}
    return Terms(before, modes, is_on_record=base.is_applied)
