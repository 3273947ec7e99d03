"""Diagnosis: what doctor found of a tenant's set-up, and what its probe found of Graph itself."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from reconciler.model.live import Cost

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reconciler.model.words import Foreign, JsonObject, Ref

State: TypeAlias = Literal["ok", "warning", "problem", "skipped"]
STATES: Final[tuple[State, ...]] = ("problem", "warning", "skipped", "ok")
"""Worst first."""


@dataclass(frozen=True, slots=True)
class Check:
    """One line of a diagnosis. ``fix``: a command, or the way through a portal."""

    name: str
    state: State
    found: tuple[str | Foreign, ...]
    fix: str | None = None


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """``tenant`` is None if the configuration could not be read: then it names none."""

    tenant: str | None
    checks: tuple[Check, ...]

    @property
    def exit_code(self) -> int:
        if self.tenant is None:
            return 3
        return 1 if any(check.state == "problem" for check in self.checks) else 0


@dataclass(frozen=True, slots=True)
class Raw:
    """One answer of Graph as it came. ``status`` is None if none came; ``code`` is fit to print.

    ``told``: request and answer in our words. ``date``: of the server, as it wrote it.
    """

    status: int | None
    body: JsonObject = field(default_factory=dict)
    code: str = ""
    told: str = ""
    date: str | None = None
    request_id: str | None = None
    detail: Foreign | None = None

    @property
    def is_ok(self) -> bool:
        return self.status is not None and self.status in range(200, 300)

    @property
    def is_refusal(self) -> bool:
        """A final no: nothing was done."""
        return self.status is not None and self.status in range(400, 500) and not self.is_passing

    @property
    def is_passing(self) -> bool:
        """To be asked again: throttled, overloaded, a token that has to be renewed."""
        return self.status in _PASSING


_PASSING: Final = frozenset({401, 408, 423, 424, 429, 500, 502, 503, 504, 509})

Fact: TypeAlias = "bool | int | float | str | None"


@dataclass(frozen=True, slots=True)
class Question:
    """What the documentation leaves open. ``assumes``: what this tool takes for the answer."""

    name: str
    asks: str
    assumes: str


@dataclass(frozen=True, slots=True)
class Answered:
    """``sent`` and ``found`` are in our words, without a value of the object: this is sent in.

    ``fits`` is None where the question was not asked, or its answer decides nothing; ``found``
    then says why.
    """

    question: Question
    found: str
    sent: str | None = None
    facts: Mapping[str, Fact] = field(default_factory=dict)
    fits: bool | None = None


Standing: TypeAlias = Literal["stuck", "taken over", "theirs"]
"""Of what does not hold what it held: the probe's value may still be there; somebody else has
written over it; or the probe never wrote it, and it is no business of the probe's."""


@dataclass(frozen=True, slots=True)
class Leftover:
    """What does not hold what it held, for the person at the terminal: never part of the report.

    ``body``: what it held. People win: only what is "stuck" is to be sent by hand.
    """

    ref: Ref
    path: str
    body: JsonObject
    why: str
    standing: Standing = "stuck"


@dataclass(frozen=True, slots=True)
class ProbeReport:
    """No title, name, id or secret of the tenant: it may be sent to anybody."""

    tool_version: str
    started_at: str
    finished_at: str
    cloud: str
    tenant_hash: str
    answers: tuple[Answered, ...]
    left: tuple[str, ...] = ()
    """``Kind: field`` of what could not be put back."""
    stopped: str | None = None
    """Why the probe ended before its last question, if it did."""
    interrupted: bool = False
    cost: Cost = field(default_factory=Cost)

    @property
    def exit_code(self) -> int:
        """In the contract's order: interrupted, not all put back, ended by something else."""
        if self.interrupted:
            return 130
        if self.left:
            return 6
        return 1 if self.stopped else 0
