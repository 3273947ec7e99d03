"""What a plan says about the tenant, without what is another word on every run.

Two plans that are equal so are the same to a reader: the comment or the issue that shows one of
them need not be written again.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from reconciler.model.plan import Estimate

if TYPE_CHECKING:
    from reconciler.model.plan import GitState, Plan

_COMMIT: Final = "0" * 40
_TIME: Final = "9999-12-31T00:00:00.000Z"
"""After everything that a plan can tell of, so that no age is negative."""


def steady(plan: Plan) -> Plan:
    """On no commit, at no time, at no cost, and nothing in it has an age."""
    return replace(
        plan,
        tool_version="",
        created_at=_TIME,
        git=_state(plan.git),
        summary=replace(plan.summary, requests=Estimate()),
        changes=tuple(change._replace(created=None) for change in plan.changes),
    )


def _state(git: GitState) -> GitState:
    return replace(git, commit=_COMMIT, base=_COMMIT if git.base else None)
