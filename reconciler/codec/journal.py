"""The journal (contract 6.4): JSON Lines, append-only, versioned, readable by people.

One line each: ``run`` (first), ``intent``, ``outcome``, ``end`` (last, if the run got that far).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from reconciler.model import Intent, Outcome, PlanTenant

if TYPE_CHECKING:
    from reconciler.model import ApplyReport, Ref


@dataclass(frozen=True, slots=True)
class Header:
    """Which run this is the journal of."""

    run_id: str
    tool_version: str
    tenant: PlanTenant
    digest: str
    started_at: str


@dataclass(frozen=True, slots=True)
class Run:
    """A journal as it was read. ``is_cut``: it has no end, or its last line is not whole."""

    header: Header
    intents: tuple[Intent, ...]
    outcomes: tuple[Outcome, ...]
    is_cut: bool

    @property
    def open(self) -> tuple[Intent, ...]:
        """The last intents of objects whose outcome is not on file, or is unsettled."""
        raise NotImplementedError


def header_line(header: Header) -> str:
    raise NotImplementedError


def intent_line(intent: Intent, *, at: str) -> str:
    raise NotImplementedError


def outcome_line(outcome: Outcome, *, at: str) -> str:
    raise NotImplementedError


def end_line(report: ApplyReport) -> str:
    raise NotImplementedError


def load(data: bytes) -> Run:
    """Raises Failure for what is no journal, or a newer one. A cut last line is dropped."""
    raise NotImplementedError


def not_kept(run: Run) -> dict[Ref, tuple[str, ...]]:
    """Fields whose written value did not stick, by object."""
    raise NotImplementedError
