from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import pytest

from reconciler.errors import IdentityFailure
from reconciler.identity.token import token_source
from reconciler.model.words import Foreign
from reconciler.settings import Identity, Tenant
from tests.support.entra_rig import SECRET, TOKEN, Rig, entra_rig

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

TENANT_ID = "12f988bf-16f1-11af-11ab-1d7cd011db47"
TENANT = Tenant("contoso", "global", "desired", tenant_id=TENANT_ID)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    with entra_rig(tmp_path_factory.mktemp("rig")) as rig:
        yield rig


@pytest.fixture
def rig(server: Rig, monkeypatch: pytest.MonkeyPatch) -> Rig:
    """The rig, unused, and an environment that leads to it alone."""
    server.posts.clear()
    server.paths.clear()
    for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy", "CURL_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)
    settings = {
        "AZURE_AUTHORITY_HOST": server.url,
        "AZURE_TENANT_ID": TENANT_ID,
        "AZURE_CLIENT_ID": "app",
        "AZURE_CLIENT_SECRET": SECRET,
        "AZURE_TOKEN_CREDENTIALS": "EnvironmentCredential",
        "REQUESTS_CA_BUNDLE": str(server.ca),
    }
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    return server


def source(
    rig: Rig, tenant: Tenant = TENANT, identity: Identity | None = None, now: float = 0.0
) -> Callable[[bool], str]:
    env = {"AZURE_AUTHORITY_HOST": rig.url}
    return token_source(tenant, identity or Identity(), env, now=lambda: now)


def failure(tokens: Callable[[bool], str]) -> IdentityFailure:
    with pytest.raises(IdentityFailure) as failed:
        tokens(False)
    assert failed.value.message == (
        "no token for https://graph.microsoft.com by credential 'default'"
    )
    assert "AZURE_CLIENT_SECRET" in str(failed.value.remedy)
    return failed.value


def test_a_token_for_the_clouds_graph_comes_from_the_tenants_authority(rig: Rig) -> None:
    assert source(rig)(False) == f"{TOKEN}-1"
    assert rig.paths == [f"/{TENANT_ID}/oauth2/v2.0/token"]
    assert rig.posts[0]["scope"] == "https://graph.microsoft.com/.default"
    assert rig.posts[0]["client_id"] == "app"


def test_a_token_is_kept_until_a_fresh_one_is_asked_for(rig: Rig) -> None:
    tokens = source(rig)

    assert [tokens(fresh) for fresh in (False, False, True, False)] == [
        f"{TOKEN}-1",
        f"{TOKEN}-1",
        f"{TOKEN}-2",
        f"{TOKEN}-2",
    ]


def test_a_token_near_its_end_is_replaced(rig: Rig) -> None:
    tokens = source(rig, now=1e12)

    assert [tokens(False), tokens(False)] == [f"{TOKEN}-1", f"{TOKEN}-2"]


def test_an_application_that_is_configured_is_passed_to_managed_identities(rig: Rig) -> None:
    assert source(rig, identity=Identity("configured"))(False) == f"{TOKEN}-1"


def test_without_a_tenant_id_the_environments_own_is_used(rig: Rig) -> None:
    assert source(rig, Tenant("contoso", "global", "desired"))(False) == f"{TOKEN}-1"


def test_an_environment_of_another_tenant_gets_no_token(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AZURE_TENANT_ID", "ffffffff-16f1-11af-11ab-1d7cd011db47")

    detail = failure(source(rig)).detail

    assert isinstance(detail, Foreign)
    assert TENANT_ID in detail.raw
    assert rig.posts == []


def test_a_wrong_secret_is_told_with_what_to_do(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AZURE_CLIENT_SECRET", "canary-wrong")

    detail = failure(source(rig)).detail

    assert isinstance(detail, Foreign)
    assert "AADSTS7000215" in detail.raw
    assert "canary-wrong" not in detail.raw


def test_an_authority_that_is_not_trusted_gets_no_secret(
    rig: Rig, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with entra_rig(tmp_path) as other:
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(other.ca))

        detail = failure(source(rig)).detail

    assert isinstance(detail, Foreign)
    assert "CERTIFICATE_VERIFY_FAILED" in detail.raw
    assert rig.posts == []


def test_nothing_configured_is_told_with_what_to_do(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AZURE_CLIENT_SECRET")

    failure(source(rig))


def test_a_choice_that_the_library_does_not_know_is_told(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AZURE_TOKEN_CREDENTIALS", "guess")

    detail = failure(source(rig)).detail

    assert isinstance(detail, Foreign)
    assert "AZURE_TOKEN_CREDENTIALS" in detail.raw


def test_another_authority_is_refused_before_anything_is_asked(rig: Rig) -> None:
    tokens = token_source(TENANT, Identity(), {"AZURE_AUTHORITY_HOST": "login.example.org"})

    with pytest.raises(IdentityFailure, match=r"login\.example\.org"):
        tokens(False)
    assert rig.posts == []


def test_neither_secret_nor_token_is_ever_logged(
    rig: Rig, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    tokens = source(rig)
    tokens(False)
    tokens(True)
    monkeypatch.setenv("AZURE_CLIENT_SECRET", "canary-wrong")
    with pytest.raises(IdentityFailure):
        tokens(True)

    logged = "\n".join(f"{record.getMessage()} {record.args!r}" for record in caplog.records)

    assert "canary" not in logged
    assert [record.name for record in caplog.records if record.name.startswith("azure")] == []
