"""One bundle of certificates for everybody who opens a connection, checked before the first one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from reconciler.errors import Failure
from reconciler.net.client import Client
from reconciler.net.trust import FOR_GRAPH, FOR_THE_AUTHORITY, Bundle, bundle, context
from tests.support.entra_rig import entra_rig
from tests.support.fake_time import FakeTime

if TYPE_CHECKING:
    from pathlib import Path

ALL = {"SSL_CERT_FILE": "ssl", "REQUESTS_CA_BUNDLE": "requests", "CURL_CA_BUNDLE": "curl"}


def without(*names: str) -> dict[str, str]:
    return {**ALL, **dict.fromkeys(names, "")}


@pytest.mark.parametrize("variables", [FOR_GRAPH, FOR_THE_AUTHORITY])
def test_the_option_wins_over_every_variable(variables: tuple[str, ...]) -> None:
    assert bundle("mine", ALL, variables) == Bundle("mine", "--ca-bundle")


@pytest.mark.parametrize(
    ("env", "graph", "authority"),
    [
        (ALL, "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE"),
        (without("SSL_CERT_FILE"), "REQUESTS_CA_BUNDLE", "REQUESTS_CA_BUNDLE"),
        (without("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"), "SSL_CERT_FILE", "SSL_CERT_FILE"),
        (without("REQUESTS_CA_BUNDLE"), "SSL_CERT_FILE", "CURL_CA_BUNDLE"),
    ],
)
def test_a_variable_of_one_library_holds_for_the_other_too(
    env: dict[str, str], graph: str, authority: str
) -> None:
    assert bundle(None, env, FOR_GRAPH) == Bundle(ALL[graph], graph)
    assert bundle(None, env, FOR_THE_AUTHORITY) == Bundle(ALL[authority], authority)


def test_without_any_the_machines_own_trust_holds() -> None:
    assert bundle(None, {}, FOR_GRAPH) is None
    assert context(None).get_ca_certs()


def test_a_bundle_is_the_only_thing_trusted(tmp_path: Path) -> None:
    with entra_rig(tmp_path) as rig:
        (trusted,) = context(Bundle(str(rig.ca), "--ca-bundle")).get_ca_certs()

    assert trusted["subject"] == ((("commonName", "rig CA"),),)


def test_a_folder_of_certificates_is_taken_as_one(tmp_path: Path) -> None:
    assert context(Bundle(str(tmp_path), "--ca-bundle")).get_ca_certs() == []


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (None, "cannot be read: No such file or directory"),
        (b"", "holds no certificate in PEM form"),
        (b"-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----\n", "holds no certificate"),
    ],
)
def test_a_bundle_that_is_none_stops_before_any_request(
    tmp_path: Path, content: bytes | None, why: str
) -> None:
    path, time = tmp_path / "ca.pem", FakeTime()
    if content is not None:
        path.write_bytes(content)
    chosen = Bundle(str(path), "--ca-bundle")

    with pytest.raises(Failure) as failed:
        Client("https://localhost:9", stop=time, clock=time, deadline_seconds=1, ca_bundle=chosen)

    assert failed.value.message.startswith(f"the CA bundle '{path}' (--ca-bundle) {why}")
    assert failed.value.remedy == (
        "point --ca-bundle at a PEM file with the CA certificates to trust"
    )


def test_a_path_that_no_file_can_have_is_told() -> None:
    with pytest.raises(Failure, match="cannot be read: it is no path"):
        context(Bundle("a\0b", "SSL_CERT_FILE"))
