"""What the stories need from the world, as types. Tests give in-memory ones; hands give real ones."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from datetime import datetime

    from reconciler.model.base import Base
    from reconciler.model.desired import Spec
    from reconciler.model.held import Held
    from reconciler.model.live import Cost, Listed, Observation, Read, Unanswered, Unreadable
    from reconciler.model.outcome import Answer, ApplyReport, Intent, Outcome, Patch
    from reconciler.model.words import Ref


class GraphReader(Protocol):
    """Reads only: a planner that holds nothing else cannot write."""

    def read(self, reads: Sequence[Read]) -> Mapping[Ref, Observation]:
        """Total: every ref asked for has a key. A failed read is an Unreadable, never an exception.

        Raises Refused if an object carries another tenant's id, Interrupted if stopped.
        """
        ...

    def check(self, refs: Sequence[Ref]) -> Mapping[Ref, Observation | Unanswered]:
        """Right before a write: one request for one batch of one version, total, nothing repeated.

        Waiting in here would age what was answered. Merged objects are not followed.
        """
        ...

    @property
    def cost(self) -> Cost:
        """All that this reader has spent so far."""
        ...


class Catalogue(Protocol):
    """What there is, by list: for finding objects. What a list does not show may still be there."""

    def pages(self, kind: str, *, matching: str | None = None) -> Iterator[Listed | Unreadable]:
        """Page after page; an Unreadable is the last one, and then the list is not whole.

        ``matching``: Graph's ``$filter``. Raises Refused if an object carries another tenant's id,
        IdentityFailure, Interrupted.
        """
        ...

    @property
    def cost(self) -> Cost: ...


class LiveMemory(Protocol):
    """What was read of one tenant before. Nothing in here raises: what is not held is read anew."""

    def recall(self, kind: str) -> Held | None: ...

    def keep(self, kind: str, held: Held, *, changed: Collection[str] | None = None) -> None:
        """``changed``: ids that differ from what was recalled, or are held no more; None: all.

        If somebody else kept something of the kind meanwhile, changes to what was before are not.
        """
        ...


class GraphWriter(Protocol):
    """Sends each patch at most once: whoever wants to send again reads first."""

    def ready(self) -> None:
        """Get what a send needs (a token) before the check. Raises IdentityFailure."""
        ...

    def write(self, patches: Sequence[Patch]) -> Mapping[Ref, Answer]:
        """Patches of one API version, of objects that do not touch one another; total like read.

        Keeps the pauses that Graph asks for. Raises IdentityFailure and Interrupted, both only
        before anything was sent.
        """
        ...

    @property
    def cost(self) -> Cost: ...


class Journal(Protocol):
    """What was meant and what became of it, on disk before the next step (contract 6.4)."""

    @property
    def path(self) -> str:
        """As shown to people."""
        ...

    def intend(self, intents: Sequence[Intent]) -> None:
        """Written and synced when this returns. Raises JournalFailure: then nothing may be sent."""
        ...

    def settle(self, outcomes: Sequence[Outcome]) -> None:
        """Written and synced when this returns. Raises JournalFailure: then the run has to stop."""
        ...

    def close(self, report: ApplyReport) -> None:
        """The last line; a journal without one belongs to a run that was cut off."""
        ...


class AppliedTree(Protocol):
    """What was applied to one tenant last: the base of its plans (contract 5)."""

    def read(self) -> Base:
        """Raises BaseFailure if it is there, or may be there, and cannot be read."""
        ...

    def replace(
        self,
        entries: Mapping[Ref, Spec],
        released: Collection[Ref],
        *,
        digest: str,
        run: str,
        at: datetime,
    ) -> str | None:
        """The commit that now holds these objects as given; None where there is no git.

        Raises BaseFailure.
        """
        ...


class Pacer(Protocol):
    """The quota of one application in one tenant: so many units in any sliding minute."""

    def reserve(self, units: int) -> None:
        """Wait until ``units`` fit, then hold them, so that what follows need not wait."""
        ...

    def release(self) -> None:
        """Give back what was reserved and not spent."""
        ...

    def spend(self, units: int) -> None:
        """Called right before sending; takes from the reservation, else waits for room."""
        ...

    def pause(self, seconds: float) -> None:
        """The server throttled: nobody sends before this has passed.

        If that is longer than a run waits, what would have to wait raises NetworkFailure instead.
        """
        ...

    def throttled(self) -> None:
        """Graph answered 429: somebody else spends of the same quota, or it is smaller."""
        ...


class Stop(Protocol):
    """One event on which all waiting is done, so that Ctrl-C ends it at once."""

    def is_set(self) -> bool: ...

    def wait(self, timeout: float) -> bool:
        """True if stopped meanwhile."""
        ...


class Clock(Protocol):
    def now(self) -> datetime:
        """Aware, UTC."""
        ...

    def monotonic(self) -> float: ...
