"""The part of doctor that asks: tokens, one harmless read a kind and identity, clock and quota.

What may be read is judged by what Graph answers; a token is looked into for display only.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, timedelta
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Final, Protocol

from reconciler.errors import NetworkFailure, ReconcilerError
from reconciler.kinds import KINDS
from reconciler.model.diagnosis import Check
from reconciler.model.words import Foreign
from reconciler.review.token_claims import described

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from reconciler.kinds.kind import Kind
    from reconciler.model.diagnosis import Raw, State
    from reconciler.ports import Clock
    from reconciler.settings import Config, Identity, Tenant

QUOTA: Final = 150
"""A minute, per application and tenant: concept/throttling-limits, "Security detections and
incidents"; the only figure that is published for this family."""
SKEW_NOTED: Final = timedelta(seconds=60)
SKEW_REFUSED: Final = timedelta(minutes=5)
"""Plans from further in the future are refused, and so are tokens by Entra ID."""
SECOND: Final = timedelta(seconds=1)
"""A Date header is cut to whole seconds."""
DELEGATED: Final = frozenset({"browser", "device-code"})
"""Credentials of a person: they need delegated permissions, and an Entra role as well."""

_FORBIDDEN: Final = 403
_THROTTLED: Final = 429
_NOT_FOUND: Final = 404
_GONE: Final = 410
_PERMISSION: Final = re.compile(r"[A-Za-z]+(\.[A-Za-z]+)+")


class Caller(Protocol):
    """One identity's way to the tenant's Graph."""

    def token(self) -> str:
        """Raises IdentityFailure."""
        ...

    def first(self, kind_name: str) -> Raw:
        """The list of a kind, one object of it; asked once. Raises NetworkFailure, Refused."""
        ...


@dataclass(frozen=True, slots=True)
class Side:
    """``caller``: or why there is no way to Graph at all."""

    name: str
    identity: Identity
    caller: Caller | ReconcilerError
    is_writer: bool


@dataclass(slots=True)
class _Heard:
    """What all answers together tell."""

    answers: int = 0
    throttled: int = 0
    skew: timedelta | None = None
    """How far this machine's clock is behind the server's; None: no answer told the time."""
    is_cut_off: bool = False


def enabled(tenant: Tenant) -> Sequence[Kind]:
    return [kind for name, kind in KINDS.items() if name in tenant.kinds]


def asked(config: Config, tenant: Tenant, sides: Sequence[Side], clock: Clock) -> Iterator[Check]:
    tokens = {side.name: _token(side, clock.now()) for side in sides}
    yield from tokens.values()
    heard = _Heard()
    kinds = enabled(tenant)
    for side in sides:
        has_token = tokens[side.name].state == "ok"
        for kind in kinds:
            yield _read(kind, side, heard, clock, has_token=has_token)
    if kinds:
        yield _write(kinds)
    yield _clock(heard)
    yield _quota(config, heard)


def _token(side: Side, now: datetime) -> Check:
    name = f"token ({side.name})"
    if isinstance(side.caller, ReconcilerError):
        return problem_of(name, side.caller)
    try:
        return Check(name, "ok", described(side.caller.token(), now))
    except ReconcilerError as problem:
        return problem_of(name, problem)


def problem_of(name: str, problem: ReconcilerError) -> Check:
    """What stopped a check, as its line."""
    said = ("; answered: ", problem.detail) if problem.detail and problem.detail.raw else ()
    return Check(name, "problem", (Foreign(problem.message), *said), problem.remedy)


def _read(kind: Kind, side: Side, heard: _Heard, clock: Clock, *, has_token: bool) -> Check:
    name = f"read {kind.name} ({side.name})"
    if isinstance(side.caller, ReconcilerError) or not has_token:
        return Check(name, "skipped", ("there is no token",))
    if heard.is_cut_off:
        return Check(name, "skipped", ("not asked: the last request got no answer",))
    began = clock.now()
    try:
        raw = side.caller.first(kind.name)
    except ReconcilerError as problem:
        heard.is_cut_off = isinstance(problem, NetworkFailure)
        return problem_of(name, problem)
    heard.answers += 1
    heard.throttled += raw.status == _THROTTLED
    if heard.skew is None:
        heard.skew = _skew(raw.date, began, clock.now())
    return _judged(name, kind, side, raw, clock.now().date().isoformat())


def _judged(name: str, kind: Kind, side: Side, raw: Raw, today: str) -> Check:
    has_ended = kind.has_ended(today)
    if raw.is_ok and has_ended and not raw.body.get("value"):
        return Check(name, "warning", (f"{EMPTY}, or the API has ended",), _switch_off(kind))
    if raw.is_ok:
        return Check(name, "ok", ("may be read" if raw.body.get("value") else EMPTY,))
    told: tuple[str | Foreign, ...] = (raw.told,)
    if raw.detail is not None:
        told = (*told, "; answered: ", raw.detail)
    if raw.status == _FORBIDDEN:
        missing = f"the identity lacks {_permission(kind, is_writer=side.is_writer)}; "
        fix = way_to_grant(kind, side.identity, is_writer=side.is_writer)
        return Check(name, "problem", (missing, *told), fix)
    if raw.status == _THROTTLED:
        return Check(name, "warning", told, "wait a minute and run it again")
    if raw.status == _GONE or (raw.status == _NOT_FOUND and has_ended):
        return Check(name, "problem", ("the API has ended; ", *told), _switch_off(kind))
    return Check(name, "problem", told, "run it again; check cloud, tenantId and graphUrl")


EMPTY: Final = "may be read, and is empty: or a role's scope hides what there is"


def _permission(kind: Kind, *, is_writer: bool) -> str:
    return kind.write_permission if is_writer else kind.read_permission


def _switch_off(kind: Kind) -> str:
    return f"switch it off: kinds: {{{kind.name}: false}}"


def way_to_grant(kind: Kind, identity: Identity, *, is_writer: bool) -> str:
    """The way through the portal to what the identity lacks."""
    permission = _permission(kind, is_writer=is_writer)
    if _PERMISSION.fullmatch(permission) is None:
        return _switch_off(kind)
    app = identity.client_id or "the application"
    way = f"Entra admin center > App registrations > {app} > API permissions > Microsoft Graph"
    if identity.credential in DELEGATED:
        role = "Security Operator" if is_writer else "Security Reader"
        return f"{way} > delegated {permission}, grant admin consent; and the role {role}"
    return f"{way} > application {permission}, grant admin consent"


def _write(kinds: Sequence[Kind]) -> Check:
    permissions = [kind.write_permission for kind in kinds]
    named = [name for name in permissions if _PERMISSION.fullmatch(name)]
    found = f"{', '.join(named or permissions)}: only a write can prove that"
    return Check("write permission", "skipped", (found,), "reconciler doctor --probe INCIDENT")


def _skew(date: str | None, began: datetime, ended: datetime) -> timedelta | None:
    try:
        theirs = parsedate_to_datetime(date or "")
    except ValueError:
        return None
    theirs = theirs if theirs.tzinfo else theirs.replace(tzinfo=UTC)
    if began - SECOND <= theirs <= ended:
        return timedelta()
    return theirs - (ended if theirs > ended else began)


def _clock(heard: _Heard) -> Check:
    if heard.skew is None:
        return Check("clock", "skipped", ("no answer of Graph told the time",))
    off = abs(heard.skew)
    state: State = "problem" if off >= SKEW_REFUSED else "warning" if off > SKEW_NOTED else "ok"
    side = "behind" if heard.skew > timedelta() else "ahead of"
    found = f"{off.total_seconds():.0f} s {side} Graph's" if off >= SECOND else "as Graph's"
    fix = "set this machine's clock: timedatectl set-ntp true"
    return Check("clock", state, (found,), None if state == "ok" else fix)


def _quota(config: Config, heard: _Heard) -> Check:
    own = config.limits.requests_per_minute
    found = f"limits.requestsPerMinute is {own} of the {QUOTA} that Microsoft allows"
    if heard.throttled:
        told = f"{heard.throttled} of {heard.answers} requests were throttled (429); {found}"
        fix = "lower limits.requestsPerMinute, or give this tool an application of its own"
        return Check("quota", "warning", (told,), fix)
    if own > QUOTA:
        return Check("quota", "warning", (found,), "limits: {requestsPerMinute: 130}")
    return Check("quota", "ok", (found,))
