"""Tokens by azure-identity's DefaultAzureCredential: environment, workload, managed, developer."""

from __future__ import annotations

import logging
from threading import Lock
from typing import TYPE_CHECKING, Any, Final

from reconciler.errors import IdentityFailure
from reconciler.identity.authority import authority
from reconciler.model.words import Foreign

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from azure.core.credentials import AccessToken

    from reconciler.clouds import Cloud
    from reconciler.settings import Identity, Tenant

MARGIN_SECONDS: Final = 300.0
"""A token this close to its end is asked for anew, so that none expires on its way to Graph."""

_LIBRARIES: Final = ("azure", "msal", "urllib3")


class DefaultTokens:
    """Keeps one token until it nears its end. Called from several read lanes: one asks at a time.

    The credential is opened for each new token and closed again: it holds sockets and caches.
    """

    def __init__(
        self,
        tenant: Tenant,
        identity: Identity,
        cloud: Cloud,
        env: Mapping[str, str],
        now: Callable[[], float],
    ) -> None:
        self._tenant = tenant
        self._identity = identity
        self._cloud = cloud
        self._env = env
        self._now = now
        self._lock = Lock()
        self._held: AccessToken | None = None

    def __call__(self, fresh: bool) -> str:
        with self._lock:
            held = self._held
            if fresh or held is None or held.expires_on - self._now() < MARGIN_SECONDS:
                held = self._held = self._acquire()
            return held.token

    def _acquire(self) -> AccessToken:
        from azure.core.exceptions import AzureError

        _hush()
        options = self._options()
        try:
            return self._ask(options)
        except (AzureError, ValueError, OSError) as problem:
            raise IdentityFailure(
                f"no token for {self._cloud.graph_root} by credential 'default'",
                remedy=(
                    "check AZURE_TENANT_ID (the same as tenantId), AZURE_CLIENT_ID and "
                    "AZURE_CLIENT_SECRET, the managed or workload identity, or run 'az login'"
                ),
                detail=Foreign(str(problem)),
            ) from problem

    def _ask(self, options: Mapping[str, Any]) -> AccessToken:
        """The tenant goes with the request: a login elsewhere must not read the wrong tenant."""
        from azure.identity import DefaultAzureCredential

        with DefaultAzureCredential(**options) as credential:
            return credential.get_token(self._cloud.scope, tenant_id=self._tenant.tenant_id)

    def _options(self) -> Mapping[str, Any]:
        """Only what is known is passed: an explicit None would undo the library's own defaults."""
        chosen = authority(self._cloud, self._env)
        options: dict[str, Any] = {
            "authority": chosen.url,
            "disable_instance_discovery": chosen.is_loopback,
            "exclude_interactive_browser_credential": True,
        }
        if self._identity.client_id:
            options["managed_identity_client_id"] = self._identity.client_id
            options["workload_identity_client_id"] = self._identity.client_id
        if self._tenant.tenant_id:
            options["workload_identity_tenant_id"] = self._tenant.tenant_id
            options["shared_cache_tenant_id"] = self._tenant.tenant_id
            options["visual_studio_code_tenant_id"] = self._tenant.tenant_id
        return options


def _hush() -> None:
    """At debug level these libraries log what they post and get; no level of ours may show it."""
    for name in _LIBRARIES:
        logging.getLogger(name).setLevel(logging.CRITICAL)
