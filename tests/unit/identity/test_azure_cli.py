"""Who is logged in decides before a token is asked for; 'az' is a program of the test's own."""

from __future__ import annotations

import pytest

from reconciler.settings import CredentialName, Tenant
from tests.support.entra_rig import TOKEN
from tests.unit.identity.conftest import APPLICATION, TENANT_ID, AzureCli, Bench

PERSON = {"user": {"type": "user", "name": "kai@contoso.com"}}
OTHER = "ffffffff-16f1-11af-11ab-1d7cd011db47"


@pytest.mark.parametrize("credential", ["azure-cli", "default"])
def test_a_persons_login_is_told_why_it_cannot_work(
    bench: Bench, azure_cli: AzureCli, credential: CredentialName
) -> None:
    azure_cli.install(PERSON)
    bench.set(AZURE_TOKEN_CREDENTIALS="AzureCliCredential")

    message, remedy, detail = bench.failure(credential)

    assert message == (
        "the Azure CLI is logged in as a person (named below): its token carries no "
        "SecurityIncident permission and cannot be given one"
    )
    assert remedy.startswith("people choose credential 'browser' or 'device-code'")
    assert detail == "kai@contoso.com"


def test_a_person_is_refused_before_a_token_is_asked_for(bench: Bench, azure_cli: AzureCli) -> None:
    azure_cli.install(PERSON)
    bench.failure("azure-cli")

    assert azure_cli.called == ["account show --output json"]


def test_the_login_of_another_application_is_not_used(bench: Bench, azure_cli: AzureCli) -> None:
    azure_cli.install({"user": {"type": "servicePrincipal", "name": OTHER}})

    message, _, _ = bench.failure("azure-cli")

    assert message == (
        f"the Azure CLI is logged in as application {OTHER}; the configuration says {APPLICATION}"
    )


MACHINES = [
    ("systemAssignedIdentity", "MSI"),
    ("userAssignedIdentity", "MSIResource-/subscriptions/x"),
    ("userAssignedIdentity", ""),
]


def machine(name: str, assigned: str) -> object:
    return {
        "user": {"type": "servicePrincipal", "name": name, "assignedIdentityInfo": assigned},
    }


@pytest.mark.parametrize(("name", "assigned"), MACHINES)
def test_a_machines_own_login_is_not_taken_for_the_application_that_is_configured(
    bench: Bench, azure_cli: AzureCli, name: str, assigned: str
) -> None:
    azure_cli.install(machine(name, assigned))

    message, remedy, _ = bench.failure("azure-cli")

    assert message.endswith(
        f"does not tell which application that is; the configuration says {APPLICATION}"
    )
    assert "'managed-identity'" in remedy


@pytest.mark.parametrize(("name", "assigned"), MACHINES)
def test_a_machines_own_login_serves_who_names_no_application(
    bench: Bench, azure_cli: AzureCli, name: str, assigned: str
) -> None:
    azure_cli.install(machine(name, assigned))

    assert bench.tokens("azure-cli", None)(False) == f"{TOKEN}-cli"


def test_a_user_assigned_identity_is_compared_by_its_application(
    bench: Bench, azure_cli: AzureCli
) -> None:
    azure_cli.install(machine("userAssignedIdentity", f"MSIClient-{APPLICATION.upper()}"))
    assert bench.tokens("azure-cli")(False) == f"{TOKEN}-cli"

    azure_cli.install(machine("userAssignedIdentity", f"MSIClient-{OTHER}"))
    assert f"application {OTHER}" in bench.failure("azure-cli")[0]


def test_the_cli_of_another_cloud_is_told_how_to_switch(bench: Bench, azure_cli: AzureCli) -> None:
    account = {
        "environmentName": "AzureCloud",
        "user": {"type": "servicePrincipal", "name": APPLICATION},
    }
    azure_cli.install(account)
    tenant = Tenant("contoso", "usgov", "desired", tenant_id=TENANT_ID)

    message, remedy, _ = bench.failure("azure-cli", tenant=tenant)

    assert message == (
        "the Azure CLI is set to the cloud 'AzureCloud'; this tenant is in AzureUSGovernment"
    )
    assert remedy == "az cloud set --name AzureUSGovernment, then log in again"


def test_nobody_logged_in(bench: Bench, azure_cli: AzureCli) -> None:
    azure_cli.fails("ERROR: Please run 'az login' to setup account.\n")

    message, remedy, detail = bench.failure("azure-cli")

    assert message == "nobody is logged in to the Azure CLI"
    assert "az login --service-principal" in remedy
    assert detail == "ERROR: Please run 'az login' to setup account."


@pytest.mark.parametrize("account", ["no JSON", "[]", "{}"])
def test_a_cli_that_does_not_tell_who_it_is(
    bench: Bench, azure_cli: AzureCli, account: str
) -> None:
    azure_cli.install(account)

    assert bench.failure("azure-cli")[0].startswith("the Azure CLI does not say who is logged in")


@pytest.mark.parametrize(
    "answer", ['{"accessToken":"canary"}', '{"accessToken": "canary"}', "none"]
)
def test_a_cli_that_prints_no_token_that_can_be_read(
    bench: Bench, azure_cli: AzureCli, answer: str
) -> None:
    azure_cli.install({"user": {"type": "servicePrincipal", "name": APPLICATION}}, answer)

    message, remedy, _ = bench.failure("azure-cli")

    assert message.endswith("by credential 'azure-cli': the Azure CLI gave none")
    assert "az account get-access-token" in remedy


def test_a_cli_that_cannot_be_run(bench: Bench, azure_cli: AzureCli) -> None:
    azure_cli.install(PERSON)
    (azure_cli.folder / "az").write_text("#!/nowhere/at/all\n")

    assert bench.failure("azure-cli")[0].startswith("the Azure CLI does not say who is logged in")
