"""What each credential needs of configuration and environment, all that is missing in one message.

Checked before any library is asked: it would try less, or something else, without a word.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Final, assert_never

from reconciler.errors import IdentityFailure
from reconciler.settings import OF_AN_APPLICATION

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from reconciler.settings import Identity, Tenant

CLIENT_ID: Final = "AZURE_CLIENT_ID"
TENANT_ID: Final = "AZURE_TENANT_ID"
SECRET: Final = "AZURE_CLIENT_SECRET"  # noqa: S105 — the name of a variable, no secret
CERTIFICATE: Final = "AZURE_CLIENT_CERTIFICATE_PATH"
TOKEN_FILE: Final = "AZURE_FEDERATED_TOKEN_FILE"  # noqa: S105 — likewise
GITHUB_URL: Final = "ACTIONS_ID_TOKEN_REQUEST_URL"
GITHUB_TOKEN: Final = "ACTIONS_ID_TOKEN_REQUEST_TOKEN"  # noqa: S105 — likewise

_ENDPOINTS: Final = ("IDENTITY_ENDPOINT", "MSI_ENDPOINT")
_PAGE: Final = "docs/identity.md has the steps for each credential"


def check(tenant: Tenant, identity: Identity, env: Mapping[str, str]) -> str:
    """The tenant's id. Raises IdentityFailure with everything that is missing or contradicts."""
    problems = [*_common(tenant, identity), *_own(tenant, identity, env)]
    if problems or tenant.tenant_id is None:
        raise IdentityFailure(
            f"credential {identity.credential!r} cannot be used here: {'; '.join(problems)}",
            remedy=_PAGE,
        )
    return tenant.tenant_id


def application(identity: Identity, env: Mapping[str, str]) -> str:
    """The configuration's, else the environment's; empty if neither names one."""
    return identity.client_id or env.get(CLIENT_ID, "")


def _common(tenant: Tenant, identity: Identity) -> Iterator[str]:
    if tenant.tenant_id is None:
        yield f"the tenant {tenant.name} has no tenantId in the configuration"
    if identity.credential in OF_AN_APPLICATION and identity.client_id is None:
        yield f"the tenant {tenant.name} has no clientId for it in the configuration"


def _own(tenant: Tenant, identity: Identity, env: Mapping[str, str]) -> Iterator[str]:
    match identity.credential:
        case "github-oidc":
            yield from _github(env)
        case "workload-identity":
            yield from _workload(identity, env)
        case "managed-identity":
            yield from _managed(env)
        case "environment":
            yield from _environment(tenant, identity, env)
        case "azure-cli":
            if shutil.which("az", path=env.get("PATH", "")) is None:
                yield "the Azure CLI ('az') is not on PATH; install it, or choose another credential"
        case "default" | "browser" | "device-code" | "static-token":
            pass
        case _:
            assert_never(identity.credential)


def _github(env: Mapping[str, str]) -> Iterator[str]:
    missing = [name for name in (GITHUB_URL, GITHUB_TOKEN) if not env.get(name)]
    if not missing:
        return
    if env.get("GITHUB_ACTIONS"):
        yield (
            f"the job gets no GitHub token ({' and '.join(missing)} not set);"
            " add 'permissions: {id-token: write}' to the job"
        )
    else:
        yield f"this is no job of GitHub Actions ({' and '.join(missing)} not set)"


def _workload(identity: Identity, env: Mapping[str, str]) -> Iterator[str]:
    if not application(identity, env):
        yield f"neither clientId is in the configuration nor {CLIENT_ID} set"
    if env.get(CLIENT_ID):
        yield from _equal(CLIENT_ID, env, identity.client_id, "clientId")
    yield from _file(TOKEN_FILE, env)


def _managed(env: Mapping[str, str]) -> Iterator[str]:
    """The library takes a workload's identity for a managed one, if its variables are set."""
    if env.get(TOKEN_FILE) and not any(env.get(name) for name in _ENDPOINTS):
        yield (
            f"{TOKEN_FILE} is set: this is a workload identity;"
            " choose 'workload-identity', or unset the variable"
        )


def _environment(tenant: Tenant, identity: Identity, env: Mapping[str, str]) -> Iterator[str]:
    yield from _equal(CLIENT_ID, env, identity.client_id, "clientId")
    yield from _equal(TENANT_ID, env, tenant.tenant_id, "tenantId")
    has_secret, has_certificate = bool(env.get(SECRET)), bool(env.get(CERTIFICATE))
    if has_secret and has_certificate:
        yield f"both {SECRET} and {CERTIFICATE} are set; unset one"
    elif has_certificate:
        yield from _file(CERTIFICATE, env)
    elif not has_secret:
        yield f"neither {SECRET} nor {CERTIFICATE} is set"


def _equal(name: str, env: Mapping[str, str], wanted: str | None, key: str) -> Iterator[str]:
    found = env.get(name, "")
    if not found:
        yield f"{name} is not set"
    elif wanted is not None and found.casefold() != wanted.casefold():
        yield f"{name} is {found!a}, and {key} in the configuration is {wanted}"


def _file(name: str, env: Mapping[str, str]) -> Iterator[str]:
    path = env.get(name, "")
    if not path:
        yield f"{name} is not set"
    elif not Path(path).is_file() or not os.access(path, os.R_OK):
        yield f"{name} is {path!a}, which is no file that can be read"
