from __future__ import annotations

import pytest

from reconciler.errors import IdentityFailure
from reconciler.identity.token import Tokens, check, refused, token_source as made
from reconciler.settings import Identity, Tenant
from tests.support.fake_time import FakeTime

EMULATOR = Tenant("demo", "emulator", "desired/demo")
REAL = Tenant("contoso", "global", "desired/contoso")
STATIC = Identity(credential="static-token")


def token_source(tenant: Tenant, identity: Identity, env: dict[str, str]) -> Tokens:
    time = FakeTime()
    return made(tenant, identity, env, clock=time, stop=time, tell=lambda _text: None)


@pytest.mark.parametrize("tenant", [EMULATOR, REAL], ids=lambda tenant: tenant.cloud)
@pytest.mark.parametrize("fresh", [False, True])
def test_a_static_token_is_the_variables(tenant: Tenant, fresh: bool) -> None:
    tokens = token_source(tenant, STATIC, {"RECONCILER_TOKEN": "abc.def-1~"})

    assert [tokens(fresh), tokens.challenged("{}")] == ["abc.def-1~", "abc.def-1~"]


def test_the_emulator_takes_a_fixed_token() -> None:
    tokens = token_source(EMULATOR, Identity(), {"RECONCILER_TOKEN": "secret"})

    assert [tokens(False), tokens(True), tokens.challenged("{}")] == ["emulator"] * 3


@pytest.mark.parametrize("env", [{}, {"RECONCILER_TOKEN": ""}, {"RECONCILER_TOKEN": " \n"}])
def test_a_missing_token_is_told_with_what_to_do(env: dict[str, str]) -> None:
    with pytest.raises(IdentityFailure, match="needs a token in RECONCILER_TOKEN") as failed:
        token_source(REAL, STATIC, env)(False)

    assert str(failed.value.remedy).startswith("set RECONCILER_TOKEN")


@pytest.mark.parametrize(
    "token", ["canary\n", "canary\r\nX-Evil: 1", "Bearer canary", "canary\u00e9", "\x00canary"]
)
def test_a_token_that_no_header_takes_is_refused_and_never_shown(token: str) -> None:
    with pytest.raises(IdentityFailure) as failed:
        token_source(REAL, STATIC, {"RECONCILER_TOKEN": token})(False)

    assert "canary" not in f"{failed.value.message}{failed.value.remedy}{failed.value.detail}"


def test_what_can_be_told_of_an_identity_is_told_before_anything_is_asked() -> None:
    check(REAL, STATIC, {"RECONCILER_TOKEN": "abc"})
    check(EMULATOR, Identity(), {})
    with pytest.raises(IdentityFailure, match="RECONCILER_TOKEN"):
        check(REAL, STATIC, {})
    with pytest.raises(IdentityFailure, match="cannot be used here"):
        check(REAL, Identity("11111111-1111-1111-1111-111111111111", "github-oidc"), {})
    with pytest.raises(IdentityFailure, match="AZURE_AUTHORITY_HOST"):
        check(REAL, Identity(), {"AZURE_AUTHORITY_HOST": "https://elsewhere.example"})


@pytest.mark.parametrize(
    ("tenant", "identity", "said"),
    [
        (REAL, STATIC, "the token in RECONCILER_TOKEN is not accepted"),
        (EMULATOR, Identity(), "also with a fresh token"),
        (REAL, Identity("1111", "github-oidc"), "of application 1111 (credential 'github-oidc')"),
        (REAL, Identity(None, "managed-identity"), "of the identity (credential"),
    ],
)
def test_a_token_that_graph_refuses_is_told_by_who_it_speaks_for(
    tenant: Tenant, identity: Identity, said: str
) -> None:
    assert said in refused(tenant, identity)
