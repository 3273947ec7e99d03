"""Where the bearer token of a run comes from. What is configured is used; nothing else is tried."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final, Protocol

from reconciler.clouds import CLOUDS, EMULATOR
from reconciler.errors import IdentityFailure

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from reconciler.model.words import Foreign
    from reconciler.ports import Clock, Stop
    from reconciler.settings import Identity, Tenant

VARIABLE: Final = "RECONCILER_TOKEN"
EMULATOR_TOKEN: Final = "emulator"  # noqa: S105 — the embedded tenant takes any token; this is no secret

_TOKEN = re.compile(r"[!-~]+")
"""Visible ASCII, as a header takes it."""


class Tokens(Protocol):
    """Both raise IdentityFailure, Interrupted if stopped, Failure for a CA bundle that is none."""

    def __call__(self, fresh: bool, /) -> str:
        """``fresh``: the last one was refused, so another one is asked for."""
        ...

    def challenged(self, claims: str, /) -> str:
        """A fresh one that meets these claims, JSON as Graph's 401 has it."""
        ...


def token_source(
    tenant: Tenant,
    identity: Identity,
    env: Mapping[str, str],
    *,
    clock: Clock,
    stop: Stop,
    tell: Callable[[Foreign], None],
) -> Tokens:
    """Nothing is asked or checked before the first token is.

    ``stop`` ends waiting for a token. ``tell`` shows a person how to sign in, where that is needed.
    """
    if identity.credential == "static-token":
        return _Given(partial(_static, env))
    if tenant.cloud == EMULATOR:
        return _Given(lambda: EMULATOR_TOKEN)
    from reconciler.identity.asking import Asker
    from reconciler.identity.choices import Setting
    from reconciler.identity.keeper import Keeper

    setting = Setting(tenant, identity, CLOUDS[tenant.cloud], env, clock, stop, tell)
    return Keeper(Asker(setting), clock=clock, stop=stop)


def check(tenant: Tenant, identity: Identity, env: Mapping[str, str]) -> None:
    """What can be told before anything is asked. Raises IdentityFailure with all that is missing."""
    if identity.credential == "static-token":
        _static(env)
    elif tenant.cloud != EMULATOR:
        from reconciler.identity.authority import authority
        from reconciler.identity.needs import check as check_needs

        authority(CLOUDS[tenant.cloud], env)
        check_needs(tenant, identity, env)


def refused(tenant: Tenant, identity: Identity) -> str:
    """Why Graph may have refused a token, and the one after it, and what to do about it."""
    if identity.credential == "static-token":
        return (
            f"the token in {VARIABLE} is not accepted: it has expired, or it is for another audience"
            f" or cloud; set {VARIABLE} to a new one for Microsoft Graph in this tenant's cloud"
        )
    if tenant.cloud == EMULATOR:
        return "also with a fresh token"
    who = f"application {identity.client_id}" if identity.client_id else "the identity"
    return (
        f"also with a fresh token of {who} (credential {identity.credential!r}): check that 'cloud'"
        f" ({tenant.cloud}) is the tenant's and that no Conditional Access policy stands against it;"
        " 'reconciler doctor' shows what the token says"
    )


@dataclass(frozen=True, slots=True)
class _Given:
    """A fresh one cannot be had: the caller sees the same token refused twice."""

    token: Callable[[], str]

    def __call__(self, _fresh: bool, /) -> str:
        return self.token()

    def challenged(self, _claims: str, /) -> str:
        return self.token()


def _static(env: Mapping[str, str]) -> str:
    token = env.get(VARIABLE, "")
    if not token.strip():
        raise IdentityFailure(
            f"credential 'static-token' needs a token in {VARIABLE}, which is not set",
            remedy=f"set {VARIABLE} to an access token for Microsoft Graph, or choose 'default'",
        )
    if _TOKEN.fullmatch(token) is None:
        raise IdentityFailure(
            f"{VARIABLE} holds white space, control or non-ASCII characters: that is no token",
            remedy="set the token alone, without 'Bearer', quotes or a line break",
        )
    return token
