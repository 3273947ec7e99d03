from __future__ import annotations

import pytest

from reconciler.clouds import CLOUDS
from reconciler.errors import IdentityFailure
from reconciler.identity.authority import Authority, authority

OWN = Authority("https://login.microsoftonline.us")


@pytest.mark.parametrize(
    "named",
    [
        "",
        "login.microsoftonline.us",
        "https://login.microsoftonline.us/",
        "https://LOGIN.microsoftonline.us",
    ],
)
def test_the_clouds_own_authority_is_used_whether_named_or_not(named: str) -> None:
    assert authority(CLOUDS["usgov"], {"AZURE_AUTHORITY_HOST": named}) == OWN
    assert authority(CLOUDS["usgov"], {}) == OWN


@pytest.mark.parametrize(
    "url", ["https://localhost:8443", "https://127.0.0.1:8443/", "https://[::1]:8443"]
)
def test_a_loopback_authority_stands_in(url: str) -> None:
    found = authority(CLOUDS["global"], {"AZURE_AUTHORITY_HOST": url})

    assert found == Authority(url, is_loopback=True)


@pytest.mark.parametrize(
    "named",
    [
        "login.microsoftonline.us",
        "https://login.microsoftonline.com.example.org",
        "https://login.microsoftonline.com@example.org",
        "https://login.microsoftonline.com/../x",
        "http://login.microsoftonline.com",
        "http://localhost:8443",
        "https://localhost.example.org",
        "https://10.0.0.1",
        "https://[::1",
        "https://",
        "\u202e",
    ],
)
def test_any_other_authority_is_refused(named: str) -> None:
    with pytest.raises(IdentityFailure) as failed:
        authority(CLOUDS["global"], {"AZURE_AUTHORITY_HOST": named})

    assert failed.value.message == (
        f"AZURE_AUTHORITY_HOST is {named!a}; "
        "this tenant's cloud has its tokens from https://login.microsoftonline.com"
    )
