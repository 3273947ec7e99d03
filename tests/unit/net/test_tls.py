"""Certificates: an unknown one is refused before anything leaves, with what to do."""

from __future__ import annotations

import ssl
from datetime import UTC, datetime
from ipaddress import ip_address
from typing import TYPE_CHECKING

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from reconciler.errors import AnswerLost, NotSent
from reconciler.net.client import Call, Client
from tests.support import scripted_server as says
from tests.support.scripted_server import serving

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.fake_time import FakeTime


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A new self-signed one for 127.0.0.1, and its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "loopback")])
    host = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(datetime(2020, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2120, 1, 1, tzinfo=UTC))
        .add_extension(host, critical=False)
        .sign(key, hashes.SHA256())
    )
    file = tmp_path / "certificate.pem"
    file.write_bytes(
        made.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return file


@pytest.fixture
def tls(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


def test_an_unknown_certificate_stops_the_request_before_it_is_sent(
    tls: ssl.SSLContext, time: FakeTime
) -> None:
    with serving(tls) as server:
        mine = Client(server.root, stop=time, clock=time, deadline_seconds=5.0)
        with pytest.raises(NotSent, match="is not trusted") as caught:
            mine.exchange(Call("GET", "/x"), token="canary")
        assert server.asked == []
    assert "SSL_CERT_FILE" in str(caught.value.remedy)


def test_a_certificate_of_the_given_bundle_is_trusted_and_its_connection_can_be_cut(
    tls: ssl.SSLContext, time: FakeTime, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with serving(tls) as server:
        server.tell(says.reply(200), says.drip)
        mine = Client(server.root, stop=time, clock=time, deadline_seconds=0.3)
        assert mine.exchange(Call("GET", "/x"), token="canary").status == 200
        with pytest.raises(AnswerLost, match="before the deadline"):
            mine.exchange(Call("GET", "/x"), token="canary")
