"""Who is logged in to the Azure CLI: a person's login can never work here.

The CLI's own application is preauthorised for no SecurityIncident scope, and no consent can add
one: Graph would answer 403 for ever. So a person is told before anything is asked.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from typing import TYPE_CHECKING, Any, Final

from reconciler.errors import IdentityFailure
from reconciler.identity.refusals import shown
from reconciler.model.words import Foreign

if TYPE_CHECKING:
    from reconciler.clouds import Cloud
    from reconciler.settings import Identity

TIMEOUT_SECONDS: Final = 20
_ASSIGNED: Final = "MSIClient-"
_GUID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_LOG_IN: Final = (
    "az login --service-principal --username CLIENT_ID --tenant TENANT_ID"
    " with --certificate FILE or --federated-token TOKEN, and --allow-no-subscriptions"
)


def check_login(identity: Identity, cloud: Cloud) -> None:
    """Raises IdentityFailure unless the CLI speaks for the application that is configured."""
    account = _account()
    user = account.get("user")
    who = user if isinstance(user, dict) else {}
    name = str(who.get("name", ""))
    if who.get("type") == "user":
        raise IdentityFailure(
            "the Azure CLI is logged in as a person (named below): its token carries no"
            " SecurityIncident permission and cannot be given one",
            remedy="people choose credential 'browser' or 'device-code' with an application of the"
            f" tenant; applications log in with: {_LOG_IN}",
            detail=Foreign(name),
        )
    if who.get("type") != "servicePrincipal":
        raise _unknown()
    _check_application(name, str(who.get("assignedIdentityInfo", "")), identity.client_id)
    _check_cloud(account.get("environmentName"), cloud)


def _check_application(name: str, assigned: str, wanted: str | None) -> None:
    """A machine's identity is its own: of a user-assigned one the CLI may know the application."""
    found = name if _GUID.fullmatch(name) else assigned.removeprefix(_ASSIGNED)
    if wanted is None or found.casefold() == wanted.casefold():
        return
    if _GUID.fullmatch(found):
        raise IdentityFailure(
            f"the Azure CLI is logged in as application {found}; the configuration says {wanted}",
            remedy=f"correct clientId, or log in as that application: {_LOG_IN}",
        )
    raise IdentityFailure(
        "the Azure CLI is logged in as an identity of this machine and does not tell which"
        f" application that is; the configuration says {wanted}",
        remedy="choose credential 'managed-identity' (clientId: the user-assigned one's; none for"
        f" the system's own), or log in as that application: {_LOG_IN}",
    )


def _check_cloud(found: object, cloud: Cloud) -> None:
    if isinstance(found, str) and found != cloud.azure_cli:
        raise IdentityFailure(
            f"the Azure CLI is set to the cloud {found!a}; this tenant is in {cloud.azure_cli}",
            remedy=f"az cloud set --name {cloud.azure_cli}, then log in again",
        )


def _account() -> dict[str, Any]:
    program = shutil.which("az") or "az"
    try:
        answer = subprocess.run(  # noqa: S603 — fixed words to the program that 'az' names
            [program, "account", "show", "--output", "json"],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=TIMEOUT_SECONDS,
            check=True,
            cwd=os.sep,
        )
        account = json.loads(answer.stdout)
    except subprocess.CalledProcessError as problem:
        raise not_logged_in(problem.stderr.decode("utf-8", "replace")) from problem
    except (OSError, subprocess.SubprocessError, ValueError) as problem:
        raise _unknown() from problem
    return account if isinstance(account, dict) else {}


def _unknown() -> IdentityFailure:
    return IdentityFailure(
        "the Azure CLI does not say who is logged in ('az account show')",
        remedy="run 'az account show' yourself, or choose another credential",
    )


def not_logged_in(said: str) -> IdentityFailure:
    return IdentityFailure(
        "nobody is logged in to the Azure CLI",
        remedy=f"log in as the application: {_LOG_IN}",
        detail=Foreign(shown(said, os.environ)),
    )
