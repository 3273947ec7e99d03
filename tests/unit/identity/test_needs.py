"""What is missing is told in one message, before any library or network is asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from reconciler.settings import CredentialName, Tenant
from tests.unit.identity.conftest import APPLICATION, TENANT_ID, Bench

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.entra_rig import Rig

OTHER = "ffffffff-16f1-11af-11ab-1d7cd011db47"


@pytest.mark.parametrize(
    ("credential", "problems"),
    [
        ("browser", "the tenant contoso has no clientId for it in the configuration"),
        ("device-code", "the tenant contoso has no clientId for it in the configuration"),
        (
            "github-oidc",
            (
                "the tenant contoso has no clientId for it in the configuration; this is no job of "
                "GitHub Actions (ACTIONS_ID_TOKEN_REQUEST_URL and ACTIONS_ID_TOKEN_REQUEST_TOKEN not "
                "set)"
            ),
        ),
        (
            "workload-identity",
            (
                "neither clientId is in the configuration nor AZURE_CLIENT_ID set; "
                "AZURE_FEDERATED_TOKEN_FILE is not set"
            ),
        ),
        (
            "environment",
            (
                "AZURE_CLIENT_ID is not set; AZURE_TENANT_ID is not set; "
                "neither AZURE_CLIENT_SECRET nor AZURE_CLIENT_CERTIFICATE_PATH is set"
            ),
        ),
        (
            "azure-cli",
            "the Azure CLI ('az') is not on PATH; install it, or choose another credential",
        ),
    ],
)
def test_everything_that_a_credential_lacks_is_in_one_message(
    bench: Bench, rig: Rig, tmp_path: Path, credential: CredentialName, problems: str
) -> None:
    bench.set(PATH=str(tmp_path))

    message, remedy, _ = bench.failure(credential, None)

    assert message == f"credential '{credential}' cannot be used here: {problems}"
    assert "docs/identity.md" in remedy
    assert rig.asked == []


def test_a_tenant_without_an_id_is_asked_for_it(bench: Bench) -> None:
    message, _, _ = bench.failure("default", tenant=Tenant("contoso", "global", "desired"))

    assert message.endswith("the tenant contoso has no tenantId in the configuration")


def test_a_job_without_the_right_to_its_token_is_told_how_to_get_it(bench: Bench) -> None:
    bench.set(GITHUB_ACTIONS="true", ACTIONS_ID_TOKEN_REQUEST_URL="https://localhost/x")

    message, _, _ = bench.failure("github-oidc")

    assert message.endswith(
        "the job gets no GitHub token (ACTIONS_ID_TOKEN_REQUEST_TOKEN not set); "
        "add 'permissions: {id-token: write}' to the job"
    )


def test_an_environment_of_another_application_or_tenant_is_not_used(
    bench: Bench, rig: Rig
) -> None:
    bench.set(AZURE_CLIENT_ID=OTHER, AZURE_TENANT_ID=OTHER, AZURE_CLIENT_SECRET="canary")

    message, _, _ = bench.failure("environment")

    assert f"AZURE_CLIENT_ID is '{OTHER}', and clientId in the configuration is" in message
    assert f"AZURE_TENANT_ID is '{OTHER}', and tenantId in the configuration is" in message
    assert rig.asked == []


def test_a_workload_of_another_application_is_not_used(
    bench: Bench, rig: Rig, tmp_path: Path
) -> None:
    token = tmp_path / "token"
    token.write_text("canary")
    bench.set(AZURE_CLIENT_ID=OTHER, AZURE_FEDERATED_TOKEN_FILE=str(token))

    message, _, _ = bench.failure("workload-identity")

    assert message.endswith(
        f"AZURE_CLIENT_ID is '{OTHER}', and clientId in the configuration is {APPLICATION}"
    )
    assert rig.asked == []


def test_a_secret_beside_a_certificate_is_no_choice(bench: Bench) -> None:
    bench.set(
        AZURE_CLIENT_ID=APPLICATION,
        AZURE_TENANT_ID=TENANT_ID,
        AZURE_CLIENT_SECRET="canary",
        AZURE_CLIENT_CERTIFICATE_PATH="/nowhere",
    )

    message, _, _ = bench.failure("environment", None)

    assert message.endswith(
        "both AZURE_CLIENT_SECRET and AZURE_CLIENT_CERTIFICATE_PATH are set; unset one"
    )


@pytest.mark.parametrize(
    ("credential", "variable"),
    [
        ("environment", "AZURE_CLIENT_CERTIFICATE_PATH"),
        ("workload-identity", "AZURE_FEDERATED_TOKEN_FILE"),
    ],
)
def test_a_file_that_cannot_be_read_is_named(
    bench: Bench, tmp_path: Path, credential: CredentialName, variable: str
) -> None:
    bench.set(AZURE_CLIENT_ID=APPLICATION, AZURE_TENANT_ID=TENANT_ID)
    bench.set(**{variable: str(tmp_path)})

    message, _, _ = bench.failure(credential)

    assert message.endswith(f"{variable} is '{tmp_path}', which is no file that can be read")


def test_a_workload_identity_is_not_taken_for_a_managed_one(bench: Bench, rig: Rig) -> None:
    bench.set(AZURE_FEDERATED_TOKEN_FILE="/nowhere")

    message, _, _ = bench.failure("managed-identity")

    assert "choose 'workload-identity'" in message
    assert rig.asked == []


@pytest.mark.parametrize(
    "variable", ["AZURE_REGIONAL_AUTHORITY_NAME", "AZURE_IDENTITY_DISABLE_MULTITENANTAUTH"]
)
def test_a_variable_that_would_lead_tokens_astray_is_refused(
    bench: Bench, rig: Rig, variable: str
) -> None:
    bench.set(**{variable: "westeurope"}, AZURE_TOKEN_CREDENTIALS="EnvironmentCredential")

    message, remedy, _ = bench.failure("default")

    assert message.startswith(f"{variable} is set: tokens ")
    assert remedy == f"unset {variable}"
    assert rig.asked == []
