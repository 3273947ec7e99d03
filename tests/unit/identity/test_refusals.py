"""When there is no token: what it says, and what it says to do. Read them aloud."""

from __future__ import annotations

import base64
import gc
import gzip
import logging
import tracemalloc
import webbrowser
import zlib
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from reconciler.errors import Failure
from reconciler.identity.refusals import shown
from reconciler.settings import CredentialName, Tenant
from tests.support.entra_rig import (
    CANARY,
    SECRET,
    Answer,
    Rig,
    application_certificate,
    entra_rig,
    refusal,
)
from tests.unit.identity.conftest import APPLICATION, TENANT_ID, Bench

if TYPE_CHECKING:
    from pathlib import Path

NO_TOKEN = "no token for https://graph.microsoft.com by credential"
GONE = "http://127.0.0.1:9"
"""Where nobody listens."""


def secret(bench: Bench) -> None:
    bench.set(AZURE_CLIENT_ID=APPLICATION, AZURE_TENANT_ID=TENANT_ID, AZURE_CLIENT_SECRET=SECRET)


def test_a_wrong_secret(bench: Bench, rig: Rig) -> None:
    secret(bench)
    bench.set(AZURE_CLIENT_SECRET="canary-wrong")

    message, remedy, detail = bench.failure("environment")

    assert message == f"{NO_TOKEN} 'environment': the secret is wrong"
    assert "the secret's value, not its id, in AZURE_CLIENT_SECRET" in remedy
    assert "AADSTS7000215" in detail
    assert len(rig.posts) == 1


@pytest.mark.parametrize(
    ("code", "what", "remedy"),
    [
        (700016, "the tenant has no such application", "correct clientId or tenantId"),
        (90002, "this cloud has no such tenant", "correct tenantId, or 'cloud'"),
        (7000222, "the secret has expired", "federate"),
        (65001, "nobody has consented", "az ad app permission admin-consent"),
        (700213, "the application trusts no token", "repo:OWNER@ID/REPO@ID"),
        (700024, "the token that was to be exchanged is not valid now", "clock"),
        (53003, "Conditional Access wants more", "browser"),
        (999999, "the authority refused", "https://login.microsoftonline.com/error?code=999999"),
    ],
)
def test_what_the_authority_refuses_is_told_by_its_code(
    bench: Bench, rig: Rig, code: int, what: str, remedy: str
) -> None:
    bench.set(**rig.of_github())
    github: Answer = (200, {"value": "canary-assertion"}, {})
    rig.next_answers += [github, (400, refusal(code, "words of theirs"), {})]

    message, told, detail = bench.failure("github-oidc")

    assert message.startswith(f"{NO_TOKEN} 'github-oidc': {what}")
    assert remedy in told
    assert f"AADSTS{code}: words of theirs" in detail
    assert "\n" not in detail


@pytest.mark.parametrize("status", [429, 503])
def test_an_authority_that_is_busy_for_a_moment_is_asked_again(
    bench: Bench, rig: Rig, status: int
) -> None:
    secret(bench)
    rig.next_answers.append((status, {}, {"Retry-After": "0.01"}))

    assert bench.tokens("environment")(False).startswith(CANARY)
    assert len(rig.posts) == 2


@pytest.mark.parametrize(
    ("status", "what"),
    [
        (429, "the authority takes no more requests for now (throttled)"),
        (503, "the authority cannot answer right now"),
    ],
)
@pytest.mark.parametrize("credential", ["environment", "default", "github-oidc"])
def test_an_authority_that_stays_busy(
    bench: Bench, rig: Rig, credential: CredentialName, status: int, what: str
) -> None:
    secret(bench)
    bench.set(AZURE_TOKEN_CREDENTIALS="EnvironmentCredential", **rig.of_github())
    busy: Answer = (status, {}, {"Retry-After": "0.01"})
    github: list[Answer] = [(200, {"value": "canary-assertion"}, {})]
    rig.next_answers += (github if credential == "github-oidc" else []) + [busy] * 4

    message, remedy, _ = bench.failure(credential)

    assert message == f"{NO_TOKEN} '{credential}': {what}"
    assert remedy.startswith("run it again")


@pytest.mark.parametrize("credential", ["environment", "github-oidc"])
def test_a_certificate_that_is_not_trusted_stops_before_anything_is_sent(
    bench: Bench, rig: Rig, tmp_path: Path, credential: CredentialName
) -> None:
    secret(bench)
    bench.set(AZURE_TOKEN_CREDENTIALS="EnvironmentCredential", **rig.of_github())
    with entra_rig(tmp_path) as other:
        bench.set(REQUESTS_CA_BUNDLE=str(other.ca), SSL_CERT_FILE=str(other.ca))

        message, remedy, _ = bench.failure(credential)

    assert "is not trusted" in message
    assert "--ca-bundle FILE" in remedy
    assert rig.asked == []


def test_one_ca_bundle_of_the_command_line_feeds_the_library_and_our_own_client(
    bench: Bench, rig: Rig, tmp_path: Path
) -> None:
    bench.set(**rig.of_github())
    with entra_rig(tmp_path) as other:
        bench.set(REQUESTS_CA_BUNDLE=str(other.ca), SSL_CERT_FILE=str(other.ca))
    tenant = Tenant("contoso", "global", "desired", tenant_id=TENANT_ID, ca_bundle=str(rig.ca))

    assert bench.tokens("github-oidc", tenant=tenant)(False).startswith(CANARY)


def test_without_a_bundle_the_machines_own_trust_holds(bench: Bench, rig: Rig) -> None:
    secret(bench)
    for name in ("REQUESTS_CA_BUNDLE", "SSL_CERT_FILE"):
        bench.monkeypatch.delenv(name)

    assert "is not trusted" in bench.failure("environment")[0]
    assert rig.posts == []


@pytest.mark.parametrize("content", [None, "", "no certificate"])
def test_a_ca_bundle_that_is_none_stops_before_anything_is_asked(
    bench: Bench, rig: Rig, tmp_path: Path, content: str | None
) -> None:
    secret(bench)
    path = tmp_path / "ca.pem"
    if content is not None:
        path.write_text(content)
    bench.set(REQUESTS_CA_BUNDLE=str(path))

    with pytest.raises(Failure, match=r"the CA bundle '.*ca\.pem' \(REQUESTS_CA_BUNDLE\)"):
        bench.tokens("environment")(False)
    assert rig.asked == []


@pytest.mark.parametrize(
    ("credential", "proxy"),
    [
        ("environment", GONE),
        ("environment", "socks5://canary:canary@127.0.0.1:9"),
        ("workload-identity", "http://canary:canary@:9"),
    ],
)
def test_a_proxy_that_leads_nowhere(
    bench: Bench, tmp_path: Path, credential: CredentialName, proxy: str
) -> None:
    secret(bench)
    assertion = tmp_path / "assertion"
    assertion.write_text("canary")
    bench.monkeypatch.delenv("AZURE_AUTHORITY_HOST")
    bench.set(AZURE_FEDERATED_TOKEN_FILE=str(assertion), HTTPS_PROXY=proxy)

    message, remedy, _ = bench.failure(credential)

    assert message.startswith(f"{NO_TOKEN} '{credential}': the proxy ")
    assert "HTTPS_PROXY" in remedy


def test_loopback_is_reached_past_a_proxy(bench: Bench, rig: Rig) -> None:
    secret(bench)
    bench.set(HTTPS_PROXY=GONE, HTTP_PROXY=GONE, **rig.of_github())

    assert bench.tokens("environment")(False).startswith(CANARY)
    assert bench.tokens("github-oidc")(False).startswith(CANARY)


def test_an_authority_that_is_not_there(bench: Bench) -> None:
    secret(bench)
    bench.set(AZURE_AUTHORITY_HOST="https://localhost:9")

    message, remedy, _ = bench.failure("environment")

    assert message == f"{NO_TOKEN} 'environment': no connection to https://localhost:9"
    assert "network" in remedy


def test_nothing_on_the_machine(bench: Bench) -> None:
    bench.set(AZURE_TOKEN_CREDENTIALS="EnvironmentCredential")

    message, remedy, _ = bench.failure("default")

    assert message == f"{NO_TOKEN} 'default': nothing on this machine gives one"
    assert "AZURE_CLIENT_SECRET" in remedy


def test_a_member_of_the_chain_that_the_library_does_not_know(bench: Bench) -> None:
    bench.set(AZURE_TOKEN_CREDENTIALS="guess")

    assert "AZURE_TOKEN_CREDENTIALS" in bench.failure("default")[2]


def test_an_environment_of_another_tenant_gets_no_token(bench: Bench, rig: Rig) -> None:
    secret(bench)
    bench.set(
        AZURE_TENANT_ID="ffffffff-16f1-11af-11ab-1d7cd011db47",
        AZURE_TOKEN_CREDENTIALS="EnvironmentCredential",
    )

    assert TENANT_ID in bench.failure("default")[2]
    assert rig.posts == []


def test_no_managed_identity_endpoint(bench: Bench) -> None:
    bench.set(AZURE_POD_IDENTITY_AUTHORITY_HOST=GONE)

    message, remedy, _ = bench.failure("managed-identity")

    assert message == f"{NO_TOKEN} 'managed-identity': no managed identity answers here"
    assert "assign one to this machine" in remedy


def test_a_managed_identity_endpoint_that_refuses(bench: Bench, rig: Rig) -> None:
    bench.set(**rig.of_app_service())
    bench.set(IDENTITY_HEADER="canary-wrong")

    message, _, _ = bench.failure("managed-identity")

    assert message == f"{NO_TOKEN} 'managed-identity': no managed identity answers here"


def test_a_sign_in_that_is_declined(bench: Bench, rig: Rig) -> None:
    bench.monkeypatch.setattr(webbrowser, "open", rig.sign_in)
    rig.next_answers.append((400, refusal(65004, "declined"), {}))

    message, remedy, _ = bench.failure("browser")

    assert message == f"{NO_TOKEN} 'browser': consent was declined"
    assert "sign in again" in remedy


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_machine_without_a_browser(bench: Bench) -> None:
    bench.monkeypatch.setattr(webbrowser, "open", lambda _url: False)

    message, remedy, _ = bench.failure("browser")
    gc.collect()  # the library leaves the socket open on which it would have waited

    assert message == f"{NO_TOKEN} 'browser': nobody signed in"
    assert "'device-code'" in remedy


def test_an_application_that_people_may_not_sign_in_to(bench: Bench, rig: Rig) -> None:
    rig.next_answers.append((401, refusal(7000218, "client_assertion or client_secret"), {}))

    message, remedy, _ = bench.failure("device-code")

    assert message.endswith("the application does not let people sign in")
    assert "public client flows" in remedy


def test_a_certificate_that_cannot_be_used(bench: Bench, tmp_path: Path) -> None:
    path = tmp_path / "application.pem"
    path.write_text("canary")
    bench.set(
        AZURE_CLIENT_ID=APPLICATION,
        AZURE_TENANT_ID=TENANT_ID,
        AZURE_CLIENT_CERTIFICATE_PATH=str(path),
    )

    message, remedy, _ = bench.failure("environment")

    assert message == f"{NO_TOKEN} 'environment': the variables gave none"
    assert "AZURE_CLIENT_CERTIFICATE_PATH" in remedy


def test_neither_secret_nor_token_is_ever_logged(
    bench: Bench, rig: Rig, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    secret(bench)
    bench.set(**rig.of_github())
    bench.monkeypatch.setattr(webbrowser, "open", rig.sign_in)
    names: tuple[CredentialName, ...] = ("environment", "github-oidc", "browser", "device-code")
    for name in names:
        tokens = bench.tokens(name)
        tokens(False)
        rig.next_answers[:] = [(400, refusal(7000215, "no"), {})] * 2  # a person may try twice
        with pytest.raises(Failure):
            tokens(True)
        rig.next_answers.clear()

    logged = [f"{record.name} {record.getMessage()} {record.args!r}" for record in caplog.records]

    assert [line for line in logged if CANARY in line] == []
    assert [line for line in logged if line.startswith(("azure", "msal", "urllib3"))] == []
    assert any("token by environment for tenant" in line for line in logged)


def test_what_a_library_says_is_shown_in_one_line_without_what_is_secret() -> None:
    env = {"AZURE_CLIENT_SECRET": "hush-hush ", "IDENTITY_HEADER": ""}
    said = (
        "wrong hush-hush\n at https://me:pass@proxy:1 with eyJhbGciOiJub25lIn0.eyJ4IjoxfQ.c2ln "
        * 40
    )

    found = shown(said, env)

    assert found.startswith("wrong *** at https://***@proxy:1 with *** wrong ***")
    assert len(found) == 1001


OTHER = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0.c2VjcmV0LXNpZ25hdHVyZQ"
CUT: list[bytes] = [
    b'{"access_token": "canary-token-77ab-1", "expires_on": "40000',
    b'{"access_token": "canary-token-77ab-1',
    f'{{"access_token": "{OTHER}'.encode(),
    f'  \n {{"access_token": "{OTHER[:-5]}'.encode(),
    b"access_token=canary-token-77ab-1&expires_in=5",
    OTHER[20:].encode(),
    b'"canary-token-77ab-1"',
    b'["canary-token-77ab-1"]',
    b'{"access_token": 5, "refresh_token": "canary-token-77ab-1"}',
    b'{"access_token": "canary-token-77ab-1"}',
    b'{"refresh_token": "canary-token-77ab-1", "error": {"code": "canary"}}',
    b"\xff\xfe canary-token-77ab-1",
    b"canary-token-77ab-1" * 1_000,
]


@pytest.mark.parametrize(("status", "body"), [(200, one) for one in CUT] + [(400, CUT[0])])
@pytest.mark.parametrize(
    "credential", ["managed-identity", "environment", "default", "workload-identity"]
)
def test_of_an_identitys_answer_nothing_is_quoted_but_error_and_description(
    bench: Bench,
    rig: Rig,
    caplog: pytest.LogCaptureFixture,
    credential: CredentialName,
    status: int,
    body: bytes,
) -> None:
    caplog.set_level(logging.DEBUG)
    secret(bench)
    bench.set(
        **(rig.of_app_service() if credential == "managed-identity" else {}),
        AZURE_TOKEN_CREDENTIALS="EnvironmentCredential",
        AZURE_FEDERATED_TOKEN_FILE=str(rig.ca),
    )
    rig.next_answers += [(status, body, {"Retry-After": "0"})] * 9
    client_id = None if credential == "managed-identity" else APPLICATION

    told = "".join(bench.failure(credential, client_id)) + caplog.text

    for piece in ("access_token", "refresh_token", OTHER[20:30], OTHER[-12:], "eyJ"):
        assert piece not in told


def test_a_description_is_quoted_without_the_secrets_that_it_quotes(bench: Bench, rig: Rig) -> None:
    secret(bench)
    encoded = base64.b64encode(f"client:{SECRET}".encode()).decode()
    words = f"AADSTS7000215: of {SECRET[1:]}, {SECRET[:-2]}, {encoded}, {quote(SECRET)} {OTHER}"
    rig.next_answers.append((401, {"error": "invalid_client", "error_description": words}, {}))

    _, _, detail = bench.failure("environment")

    assert "AADSTS7000215: of ***, ***, " in detail
    assert encoded[9:-4] not in detail
    assert "eyJ" not in detail


PAGE = "<!DOCTYPE html><html><body>Sign in to the hotel's network</body></html>"


@pytest.mark.parametrize("credential", ["environment", "workload-identity", "device-code"])
def test_a_page_in_place_of_a_token(
    bench: Bench, rig: Rig, tmp_path: Path, credential: CredentialName
) -> None:
    secret(bench)
    assertion = tmp_path / "assertion"
    assertion.write_text("canary")
    bench.set(AZURE_FEDERATED_TOKEN_FILE=str(assertion))
    rig.next_answers += [(200, PAGE, {})] * 3

    message, remedy, _ = bench.failure(credential)

    assert message.endswith(f"what {rig.url} answered is no answer of a token authority")
    assert "HTTPS_PROXY" in remedy


def test_a_certificate_without_an_rsa_key(bench: Bench, tmp_path: Path) -> None:
    path = application_certificate(tmp_path, ec.generate_private_key(ec.SECP256R1()))
    bench.set(
        AZURE_CLIENT_ID=APPLICATION,
        AZURE_TENANT_ID=TENANT_ID,
        AZURE_CLIENT_CERTIFICATE_PATH=str(path),
    )

    message, remedy, _ = bench.failure("environment")

    assert message.endswith("the certificate has no RSA key, and Entra takes no other")
    assert "AZURE_CLIENT_CERTIFICATE_PATH" in remedy


_MIB = 1024 * 1024
_TOKEN = b'{"access_token": "canary", "expires_in": 3600, "expires_on": "4000000000"}'


@pytest.mark.parametrize(
    ("body", "encoding"),
    [
        (gzip.compress(bytes(128 * _MIB), 1), "gzip"),
        (gzip.compress(gzip.compress(bytes(128 * _MIB), 1)), "gzip, gzip"),
        (gzip.compress(gzip.compress(_TOKEN)), "GZIP,gzip"),
        (zlib.compress(_TOKEN), "deflate"),
        (_TOKEN, "br"),
        (_TOKEN, "gzip"),
        (gzip.compress(_TOKEN)[:-3], "gzip"),
        (bytes(2 * _MIB), ""),
    ],
    ids=["bomb", "bomb twice", "twice", "deflate", "br", "no gzip", "cut", "too large"],
)
@pytest.mark.parametrize("credential", ["environment", "managed-identity", "github-oidc"])
def test_an_identitys_answer_is_bounded_and_of_one_encoding(
    bench: Bench, rig: Rig, credential: CredentialName, body: bytes, encoding: str
) -> None:
    secret(bench)
    github = credential == "github-oidc"
    bench.set(**(rig.of_github() if github else rig.of_app_service()))
    assertion: list[Answer] = [(200, {"value": "canary-assertion"}, {})]
    rig.next_answers += (assertion if github else []) + [
        (200, body, {"Content-Encoding": encoding})
    ] * 2
    tracemalloc.start()

    message, _, _ = bench.failure(
        credential, client_id=None if credential == "managed-identity" else APPLICATION
    )

    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert most < 50 * _MIB
    if credential != "managed-identity":
        assert "is no answer of a token authority" in message


@pytest.mark.parametrize("credential", ["environment", "managed-identity"])
def test_an_identitys_answer_may_be_zipped_once(
    bench: Bench, rig: Rig, credential: CredentialName
) -> None:
    secret(bench)
    bench.set(**rig.of_app_service())
    rig.next_answers.append((200, gzip.compress(_TOKEN), {"Content-Encoding": "gzip"}))

    assert (
        bench.tokens(
            credential, client_id=None if credential == "managed-identity" else APPLICATION
        )(False)
        == "canary"
    )
