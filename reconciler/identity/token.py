"""Where the bearer token of a run comes from. What is configured is used; nothing else is tried."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING, Final, assert_never

from reconciler.clouds import CLOUDS, EMULATOR
from reconciler.errors import IdentityFailure

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from reconciler.settings import Identity, Tenant

VARIABLE: Final = "RECONCILER_TOKEN"
EMULATOR_TOKEN: Final = "emulator"  # noqa: S105 — the embedded tenant takes any token; this is no secret

_TOKEN = re.compile(r"[!-~]+")
"""Visible ASCII, as a header takes it."""


def token_source(
    tenant: Tenant,
    identity: Identity,
    env: Mapping[str, str],
    *,
    now: Callable[[], float] = time.time,
) -> Callable[[bool], str]:
    """Called with True it asks for a fresh token, because the last one was refused.

    What it raises is IdentityFailure. ``now``: seconds since 1970, to which tokens expire.
    """
    match identity.credential:
        case "static-token":
            return lambda _fresh: _static(env)
        case "default" if tenant.cloud == EMULATOR:
            return lambda _fresh: EMULATOR_TOKEN
        case "default":
            from reconciler.identity.default import DefaultTokens

            return DefaultTokens(tenant, identity, CLOUDS[tenant.cloud], env, now)
        case _:
            assert_never(identity.credential)


def _static(env: Mapping[str, str]) -> str:
    """A fresh one cannot be had: the caller sees the same token refused twice."""
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
