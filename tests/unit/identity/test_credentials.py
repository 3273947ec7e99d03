"""Each credential gets a token from the rig, by the real library, and asks for what it says."""

from __future__ import annotations

import json
import webbrowser
from typing import TYPE_CHECKING

import pytest

from reconciler.settings import CREDENTIALS, CredentialName, Tenant
from tests.support.entra_rig import (
    ASSERTION,
    GITHUB,
    MANAGED,
    SECRET,
    TOKEN,
    Rig,
    application_certificate,
)
from tests.unit.identity.conftest import APPLICATION, TENANT_ID, AzureCli, Bench

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

POSTED = f"/{TENANT_ID}/oauth2/v2.0/token"
SCOPE = "https://graph.microsoft.com/.default"
CLAIMS = '{"access_token":{"nbf":{"essential":true,"value":"1604106651"}}}'

Ready = dict[CredentialName, "Callable[[], None]"]


@pytest.fixture
def ready(rig: Rig, bench: Bench, azure_cli: AzureCli, tmp_path: Path) -> Ready:
    """What each credential finds where it is at home."""
    workload = tmp_path / "workload.jwt"
    workload.write_text(f"{ASSERTION}-file")
    principal = {"user": {"type": "servicePrincipal", "name": APPLICATION.upper()}}
    environment = {"AZURE_CLIENT_ID": APPLICATION, "AZURE_TENANT_ID": TENANT_ID}
    return {
        "default": lambda: bench.set(
            **environment,
            AZURE_CLIENT_SECRET=SECRET,
            AZURE_TOKEN_CREDENTIALS="EnvironmentCredential",
        ),
        "browser": lambda: bench.monkeypatch.setattr(webbrowser, "open", rig.sign_in),
        "device-code": lambda: None,
        "azure-cli": lambda: azure_cli.install(principal),
        "workload-identity": lambda: bench.set(AZURE_FEDERATED_TOKEN_FILE=str(workload)),
        "github-oidc": lambda: bench.set(**rig.of_github()),
        "managed-identity": lambda: bench.set(**rig.of_app_service()),
        "environment": lambda: bench.set(**environment, AZURE_CLIENT_SECRET=SECRET),
        "static-token": lambda: bench.set(RECONCILER_TOKEN=f"{TOKEN}-1"),
    }


@pytest.mark.parametrize("credential", CREDENTIALS)
def test_every_credential_gets_a_token_and_keeps_it(
    bench: Bench, ready: Ready, credential: CredentialName
) -> None:
    ready[credential]()
    tokens = bench.tokens(credential)

    assert tokens(False) in {f"{TOKEN}-1", f"{TOKEN}-cli"}
    assert tokens(False) == tokens(False)


@pytest.mark.parametrize(
    "credential", [name for name in CREDENTIALS if name not in {"azure-cli", "static-token"}]
)
def test_a_token_that_was_refused_or_is_near_its_end_is_replaced(
    bench: Bench, rig: Rig, ready: Ready, credential: CredentialName
) -> None:
    ready[credential]()
    tokens = bench.tokens(credential)

    first, again = tokens(False), tokens(True)
    rig.lifetime_seconds = 0
    bench.time.seconds += 10 * 86_400
    old, renewed = tokens(True), tokens(False)

    assert [first, again, old, renewed] == [f"{TOKEN}-{number}" for number in (1, 2, 3, 4)]


@pytest.mark.parametrize(
    "credential", ["default", "browser", "device-code", "github-oidc", "environment"]
)
def test_claims_that_graph_asks_for_reach_the_authority_and_bring_a_new_token(
    bench: Bench, rig: Rig, ready: Ready, credential: CredentialName
) -> None:
    ready[credential]()
    tokens = bench.tokens(credential)
    tokens(False)

    assert tokens.challenged(CLAIMS) == f"{TOKEN}-2"
    assert tokens(False) == f"{TOKEN}-2"
    asked = json.loads(rig.posts[-1]["claims"])["access_token"]
    assert asked["nbf"] == {"essential": True, "value": "1604106651"}
    assert asked["xms_cc"] == {"values": ["CP1"]}


@pytest.mark.parametrize(
    ("credential", "form"),
    [
        ("environment", {"client_secret": SECRET}),
        ("workload-identity", {"client_assertion": f"{ASSERTION}-file"}),
        ("github-oidc", {"client_assertion": f"{ASSERTION}-github-1"}),
    ],
)
def test_an_application_proves_itself_to_the_tenants_authority_for_the_clouds_graph(
    bench: Bench, rig: Rig, ready: Ready, credential: CredentialName, form: dict[str, str]
) -> None:
    ready[credential]()
    bench.tokens(credential)(False)

    assert rig.paths == [POSTED]
    expected = {"client_id": APPLICATION, "scope": SCOPE, **form}
    assert expected.items() <= rig.posts[0].items()


@pytest.mark.parametrize(
    ("cloud", "scope", "audience"),
    [
        ("global", SCOPE, "api%3A%2F%2FAzureADTokenExchange"),
        ("usgov", "https://graph.microsoft.us/.default", "api%3A%2F%2FAzureADTokenExchangeUSGov"),
        (
            "usgov-dod",
            "https://dod-graph.microsoft.us/.default",
            "api%3A%2F%2FAzureADTokenExchangeUSGov",
        ),
        (
            "china",
            "https://microsoftgraph.chinacloudapi.cn/.default",
            "api%3A%2F%2FAzureADTokenExchangeChina",
        ),
    ],
)
def test_audience_and_scope_follow_the_cloud(
    bench: Bench, rig: Rig, ready: Ready, cloud: str, scope: str, audience: str
) -> None:
    ready["github-oidc"]()
    tenant = Tenant("contoso", cloud, "desired", tenant_id=TENANT_ID)  # type: ignore[arg-type]

    bench.tokens("github-oidc", tenant=tenant)(False)

    assert rig.asked[0] == f"{GITHUB}?api-version=2.0&audience={audience}"
    assert rig.posts[0]["scope"] == scope


def test_github_is_asked_anew_for_each_token(bench: Bench, rig: Rig, ready: Ready) -> None:
    ready["github-oidc"]()
    tokens = bench.tokens("github-oidc")
    tokens(False)
    tokens(True)

    assertions = [post["client_assertion"] for post in rig.posts]
    assert len(set(assertions)) == 2
    assert sum(path.startswith(GITHUB) for path in rig.asked) == 2


def test_a_certificate_in_the_environment_signs(bench: Bench, rig: Rig, tmp_path: Path) -> None:
    bench.set(
        AZURE_CLIENT_ID=APPLICATION,
        AZURE_TENANT_ID=TENANT_ID,
        AZURE_CLIENT_CERTIFICATE_PATH=str(application_certificate(tmp_path)),
    )

    assert bench.tokens("environment")(False) == f"{TOKEN}-1"
    assert rig.posts[0]["client_assertion"].startswith("ey")


@pytest.mark.parametrize(
    ("client_id", "query"), [(APPLICATION, f"&client_id={APPLICATION}"), (None, "")]
)
def test_a_managed_identity_is_the_named_one_or_the_systems(
    bench: Bench, rig: Rig, ready: Ready, client_id: str | None, query: str
) -> None:
    ready["managed-identity"]()

    assert bench.tokens("managed-identity", client_id)(False) == f"{TOKEN}-1"
    (asked,) = rig.asked
    assert asked.startswith(f"{MANAGED}?")
    assert "resource=https" in asked
    assert ("client_id" in asked) is bool(query)


def test_the_azure_cli_is_asked_who_it_is_and_then_for_the_tenants_token(
    bench: Bench, ready: Ready, azure_cli: AzureCli
) -> None:
    ready["azure-cli"]()

    assert bench.tokens("azure-cli")(False) == f"{TOKEN}-cli"
    assert azure_cli.called == [
        "account show --output json",
        (
            "account get-access-token --output json --resource https://graph.microsoft.com"
            f" --tenant {TENANT_ID}"
        ),
    ]


def test_a_person_signs_in_once_and_the_next_tokens_come_by_refresh(
    bench: Bench, rig: Rig, ready: Ready
) -> None:
    ready["browser"]()
    tokens = bench.tokens("browser")
    tokens(False)
    tokens(True)

    grants = [post["grant_type"] for post in rig.posts]
    assert grants == ["authorization_code", "refresh_token"]
    assert bench.told == ["a browser window opens to sign in; this waits five minutes for it"]


def test_a_device_code_is_shown_as_text_from_outside(bench: Bench, rig: Rig, ready: Ready) -> None:
    ready["device-code"]()
    bench.tokens("device-code")(False)

    (told,) = bench.told
    assert told.startswith(
        f"to sign in, open {rig.url}/device and enter the code ABCD\u001b[31mEFG"
    )


def test_the_default_chain_takes_its_application_from_the_environment_if_none_is_configured(
    bench: Bench, rig: Rig, ready: Ready
) -> None:
    ready["default"]()

    assert bench.tokens("default", None)(False) == f"{TOKEN}-1"
    assert rig.posts[0]["client_id"] == APPLICATION


def test_the_default_chain_shows_a_workloads_token_to_no_other_cloud(
    bench: Bench, ready: Ready
) -> None:
    """The library would take it to the global authority: that goes by a variable alone."""
    ready["workload-identity"]()
    bench.monkeypatch.delenv("AZURE_AUTHORITY_HOST")
    bench.set(AZURE_TOKEN_CREDENTIALS="WorkloadIdentityCredential", HTTPS_PROXY="http://[::1]:9")
    tenant = Tenant("contoso", "usgov", "desired", tenant_id=TENANT_ID)

    message, _, detail = bench.failure("default", tenant=tenant)

    assert message.endswith("by credential 'default': nothing on this machine gives one")
    assert "login.microsoftonline.com" not in detail


def test_the_default_chain_keeps_to_what_it_found_first(
    bench: Bench, ready: Ready, azure_cli: AzureCli
) -> None:
    ready["default"]()
    ready["azure-cli"]()
    bench.monkeypatch.delenv("AZURE_TOKEN_CREDENTIALS")
    tokens = bench.tokens("default")
    assert tokens(False) == f"{TOKEN}-1"

    bench.monkeypatch.delenv("AZURE_CLIENT_SECRET")

    with pytest.raises(Exception, match="nothing on this machine gives one"):
        tokens(True)
    assert azure_cli.called == []
