"""One credential, asked for one token after another."""

from __future__ import annotations

import json
import logging
from contextlib import closing, nullcontext
from typing import TYPE_CHECKING, Final
from weakref import finalize

from reconciler.identity import choices, refusals
from reconciler.identity.authority import authority
from reconciler.identity.azure_cli import check_login
from reconciler.identity.keeper import Token, Wish
from reconciler.identity.needs import check
from reconciler.net.trust import FOR_THE_AUTHORITY, bundle, context

if TYPE_CHECKING:
    from collections.abc import Mapping
    from contextlib import AbstractContextManager

    from reconciler.errors import IdentityFailure
    from reconciler.identity.choices import Credential, Setting
    from reconciler.settings import CredentialName

logger = logging.getLogger(__name__)

PATIENCE_SECONDS: Final = 120.0
_OF_PEOPLE: Final[Mapping[CredentialName, float]] = {
    "browser": choices.SIGN_IN_SECONDS + 30.0,
    "device-code": 930.0,  # a code lives 15 minutes
}
"""Credentials that ask a person, and how long an answer is waited for."""

_LIBRARIES: Final = ("azure", "msal", "msal_extensions", "requests", "urllib3")
_CLI: Final = "AzureCliCredential"


class Asker:
    """Implements keeper.Asks.

    A credential is opened for each token and closed again: it holds sockets, and a cache that would
    give the refused token once more. A person's stays open: it holds what spares the next sign-in.
    """

    def __init__(self, setting: Setting) -> None:
        self._setting = setting
        self._name = setting.identity.credential
        self._signed_in: Credential | None = None
        self._found = ""
        """Which member of the default chain gave the first token."""
        self._heard = choices.Heard()
        self._authority = f"https://{setting.cloud.authority}"

    @property
    def patience_seconds(self) -> float:
        return _OF_PEOPLE.get(self._name, PATIENCE_SECONDS)

    def late(self) -> IdentityFailure:
        return refusals.overdue(self._case(), self.patience_seconds)

    def __call__(self, wish: Wish, /) -> Token:
        """Raises IdentityFailure, Interrupted, Failure for a CA bundle that is none."""
        from azure.core.exceptions import AzureError

        _hush()
        setting = self._setting
        self._heard.forget()
        self._authority = authority(setting.cloud, setting.env).url
        tenant_id = check(setting.tenant, setting.identity, setting.env)
        if self._name == "azure-cli":
            check_login(setting.identity, setting.cloud)
        try:
            token = self._asked(wish, tenant_id)
        except (AzureError, ValueError, TypeError, AttributeError, LookupError, OSError) as problem:
            # Its own words may quote a token: nobody is shown them.
            raise refusals.refused(problem, self._case()) from None
        self._log(tenant_id, token)
        return token

    def _asked(self, wish: Wish, tenant_id: str) -> Token:
        """The tenant goes with the request: a login elsewhere must not read the wrong tenant."""
        claims = self._claims(wish)
        is_person = self._name in _OF_PEOPLE
        with self._credential(tenant_id) as credential:
            answer = credential.get_token(
                self._setting.cloud.scope,
                tenant_id=tenant_id,
                claims=claims,
                enable_cae=is_person or claims is not None,
            )
            if self._name == "default":
                self._keep_to(choices.found_by(credential))
        return Token(answer.token, answer.expires_on)

    def _claims(self, wish: Wish) -> str | None:
        """A person's credential gives its cached token again, unless the new one has to be newer.

        This is what Graph itself asks for when it revokes a token.
        """
        if wish.claims or not wish.is_fresh or self._name not in _OF_PEOPLE:
            return wish.claims or None
        now = int(self._setting.clock.now().timestamp())
        return json.dumps({"access_token": {"nbf": {"essential": True, "value": str(now)}}})

    def _credential(self, tenant_id: str) -> AbstractContextManager[Credential]:
        setting = self._setting
        ca_bundle = bundle(setting.tenant.ca_bundle, setting.env, FOR_THE_AUTHORITY)
        if ca_bundle is not None:
            context(ca_bundle)
        place = authority(setting.cloud, setting.env)
        # A managed identity's endpoint is on the machine or next to it: no proxy leads there.
        has_proxies = self._name != "managed-identity"
        options = choices.transport(place, ca_bundle, self._heard, has_proxies=has_proxies)
        order = choices.Order(setting, tenant_id, options, ca_bundle, only=self._found)
        opened = choices.OPENED[self._name]
        if self._name not in _OF_PEOPLE:
            return closing(opened(order))
        if self._signed_in is None:
            self._signed_in = opened(order)
            finalize(self, self._signed_in.close).atexit = False
        return nullcontext(self._signed_in)

    def _keep_to(self, found: str) -> None:
        if found == _CLI:
            check_login(self._setting.identity, self._setting.cloud)
        self._found = self._found or found

    def _case(self) -> refusals.Case:
        setting = self._setting
        return refusals.Case(
            self._name,
            setting.cloud.graph_root,
            self._authority,
            self._heard.status,
            setting.env,
            tuple(self._heard.bodies),
        )

    def _log(self, tenant_id: str, token: Token) -> None:
        left = token.expires_at - self._setting.clock.now().timestamp()
        logger.debug(
            "token by %s for tenant %s from %s, valid %.0f s",
            self._name,
            tenant_id,
            self._authority,
            left,
        )


def _hush() -> None:
    """At debug level these libraries log what they post and get; no level of ours may show it."""
    for name in _LIBRARIES:
        logging.getLogger(name).setLevel(logging.CRITICAL)
