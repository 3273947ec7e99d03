"""The credential that a name stands for, as azure-identity has it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Protocol

from reconciler.clouds import CLOUDS
from reconciler.identity import authority as authorities
from reconciler.identity.github import GitHub
from reconciler.identity.needs import TOKEN_FILE, application
from reconciler.model.words import Foreign

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from azure.core.credentials import AccessToken

    from reconciler.clouds import Cloud
    from reconciler.net.trust import Bundle
    from reconciler.ports import Clock, Stop
    from reconciler.settings import CredentialName, Identity, Tenant

SIGN_IN_SECONDS: Final = 300
"""How long a browser is waited for."""
_CLI_SECONDS: Final = 30
_AGAIN: Final = 2
"""The library's three keep a person five seconds waiting for what a wrong CA or proxy means."""

_EXCLUDING: Final[Mapping[str, str]] = {
    "EnvironmentCredential": "exclude_environment_credential",
    "WorkloadIdentityCredential": "exclude_workload_identity_credential",
    "ManagedIdentityCredential": "exclude_managed_identity_credential",
    "SharedTokenCacheCredential": "exclude_shared_token_cache_credential",
    "VisualStudioCodeCredential": "exclude_visual_studio_code_credential",
    "AzureCliCredential": "exclude_cli_credential",
    "AzurePowerShellCredential": "exclude_powershell_credential",
    "AzureDeveloperCliCredential": "exclude_developer_cli_credential",
    "BrokerCredential": "exclude_broker_credential",
}
"""Members of the default chain, and the option that leaves each one out."""


@dataclass(frozen=True, slots=True)
class Setting:
    tenant: Tenant
    identity: Identity
    cloud: Cloud
    env: Mapping[str, str]
    clock: Clock
    stop: Stop
    tell: Callable[[Foreign], None]


class Credential(Protocol):
    def get_token(
        self, *scopes: str, claims: str | None = None, tenant_id: str | None = None, **kwargs: Any
    ) -> AccessToken: ...

    def close(self) -> None: ...


@dataclass(slots=True)
class Heard:
    """What the last answer was, of an authority or of an identity endpoint."""

    status: int | None = None
    bodies: list[bytes] = field(default_factory=list)

    def note(self, answer: Any) -> None:
        self.status = answer.http_response.status_code

    def forget(self) -> None:
        self.status, self.bodies = None, []


def transport(
    chosen: authorities.Authority, ca_bundle: Bundle | None, heard: Heard, *, has_proxies: bool
) -> dict[str, Any]:
    """Only what is known is passed: an explicit None would undo the library's own defaults.

    Loopback is reached past any proxy.
    """
    from reconciler.identity.transport import bounded

    trust = {} if ca_bundle is None else {"connection_verify": ca_bundle.path}
    return {
        "authority": chosen.url,
        "disable_instance_discovery": chosen.is_loopback,
        "transport": bounded(
            heard.bodies.append, has_proxies=has_proxies and not chosen.is_loopback, **trust
        ),
        "raw_response_hook": heard.note,
        "retry_connect": _AGAIN,
        "retry_read": _AGAIN,
        **trust,
    }


@dataclass(frozen=True, slots=True)
class Order:
    """``options``: of the transport. ``only``: the member of the chain that gave the first token."""

    setting: Setting
    tenant_id: str
    options: Mapping[str, Any]
    ca_bundle: Bundle | None
    only: str = ""

    @property
    def client_id(self) -> str:
        return application(self.setting.identity, self.setting.env)


def _browser(order: Order) -> Credential:
    from azure.identity import InteractiveBrowserCredential

    order.setting.tell(Foreign("a browser window opens to sign in; this waits five minutes for it"))
    return InteractiveBrowserCredential(
        tenant_id=order.tenant_id,
        client_id=order.client_id,
        timeout=SIGN_IN_SECONDS,
        **order.options,
    )


def _device_code(order: Order) -> Credential:
    from azure.identity import DeviceCodeCredential

    return DeviceCodeCredential(
        order.client_id,
        tenant_id=order.tenant_id,
        prompt_callback=_prompt(order.setting.tell),
        **order.options,
    )


def _azure_cli(order: Order) -> Credential:
    from azure.identity import AzureCliCredential

    return AzureCliCredential(tenant_id=order.tenant_id, process_timeout=_CLI_SECONDS)


def _workload(order: Order) -> Credential:
    from azure.identity import WorkloadIdentityCredential

    return WorkloadIdentityCredential(
        tenant_id=order.tenant_id,
        client_id=order.client_id,
        token_file_path=order.setting.env[TOKEN_FILE],
        **order.options,
    )


def _github(order: Order) -> Credential:
    from azure.identity import ClientAssertionCredential

    setting = order.setting
    audience = setting.cloud.exchange_audience
    github = GitHub(setting.env, audience, setting.clock, setting.stop, order.ca_bundle)
    return ClientAssertionCredential(
        order.tenant_id, order.client_id, github.assertion, **order.options
    )


def _managed(order: Order) -> Credential:
    """Its endpoint is on the machine or next to it: no patience helps."""
    from azure.identity import ManagedIdentityCredential

    options = {**order.options, "retry_connect": 1}
    return ManagedIdentityCredential(client_id=order.setting.identity.client_id, **options)


def _environment(order: Order) -> Credential:
    from azure.identity import EnvironmentCredential

    return EnvironmentCredential(**order.options)


def _chain(order: Order) -> Credential:
    """What is found on the machine. A run keeps to what it found first.

    In the middle of an apply the next member of the chain might be somebody else.
    """
    from azure.identity import DefaultAzureCredential

    setting = order.setting
    chosen = {
        **order.options,
        "exclude_interactive_browser_credential": True,
        "workload_identity_tenant_id": order.tenant_id,
        "shared_cache_tenant_id": order.tenant_id,
        "visual_studio_code_tenant_id": order.tenant_id,
    }
    if setting.identity.client_id:
        chosen["managed_identity_client_id"] = setting.identity.client_id
        chosen["workload_identity_client_id"] = setting.identity.client_id
    if _would_ask_another_cloud(setting):
        chosen["exclude_workload_identity_credential"] = True
    if order.only in _EXCLUDING:
        chosen |= {option: True for name, option in _EXCLUDING.items() if name != order.only}
    return DefaultAzureCredential(**chosen)


OPENED: Final[Mapping[CredentialName, Callable[[Order], Credential]]] = {
    "browser": _browser,
    "device-code": _device_code,
    "azure-cli": _azure_cli,
    "workload-identity": _workload,
    "github-oidc": _github,
    "managed-identity": _managed,
    "environment": _environment,
    "default": _chain,
}
"""They raise ValueError, OSError and what else the library finds wrong with files and variables."""


def found_by(credential: object) -> str:
    """Which member of the chain gave the token; empty if the library does not tell any more."""
    return type(getattr(credential, "_successful_credential", None)).__name__


def _would_ask_another_cloud(setting: Setting) -> bool:
    """The chain does not hand its authority to a workload identity: that goes by the variable."""
    own = setting.cloud.authority
    return own != CLOUDS["global"].authority and not setting.env.get(authorities.VARIABLE)


def _prompt(tell: Callable[[Foreign], None]) -> Callable[[str, str, datetime], None]:
    def prompt(url: str, code: str, until: datetime) -> None:
        tell(Foreign(f"to sign in, open {url} and enter the code {code} before {until:%H:%M} UTC"))

    return prompt
