"""What GitHub is told and what it answers: comments, issues, and how a change was approved.

Speaks over net/ only. Sources: docs.github.com/en/rest, version 2022-11-28, read 2026-11-28.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

    from reconciler.net.trust import Bundle
    from reconciler.ports import Clock, Stop

ACTIONS: Final = "github-actions[bot]"
"""As whom a job's GITHUB_TOKEN writes."""


def _chance() -> float:
    from random import SystemRandom

    return SystemRandom().random()


@dataclass(frozen=True, slots=True)
class Connection:
    """All that is needed to speak about one repository under one token."""

    api_url: str
    """``https://api.github.com``; GitHub Enterprise Server has a path behind its host."""
    repository: str
    """``owner/name``."""
    token: str
    clock: Clock
    stop: Stop
    author: str | None = None
    """The login that this token writes as; None: GitHub is asked."""
    ca_bundle: Bundle | None = None
    deadline_seconds: float = 30.0
    """For one whole request, from connect to the last byte."""
    chance: Callable[[], float] = _chance
    """From 0 to 1: spreads the waits of clients that failed together."""
