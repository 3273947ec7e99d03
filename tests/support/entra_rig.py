"""A token authority on loopback, as Entra ID answers it, and what stands beside it in real life.

TLS with a CA of its own; discovery, client credentials, a person's sign-in by browser or by device
code, refresh; an App Service's managed identity; GitHub's identity tokens. The real azure-identity
speaks to it: nothing of the library is replaced.
"""

from __future__ import annotations

import base64
import json
import ssl
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from threading import Event, Thread
from typing import TYPE_CHECKING, TypeAlias
from urllib.parse import parse_qsl, urlencode, urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

SECRET = "canary-secret-5d1c"
TOKEN = "canary-token-77ab"
"""Tokens are TOKEN-1, TOKEN-2, …"""
ASSERTION = "canary-assertion-31f0"
"""In the file of a workload, and part of what GitHub hands out: ASSERTION-github-1, …"""
GITHUB_TOKEN = "canary-github-9e4d"
HEADER = "canary-header-c2a8"
"""What an App Service's endpoint wants to see."""
REFRESH = "canary-refresh-0b6e"
CODE = "canary-code-4f17"
DEVICE = "canary-device-a95c"
CANARY = "canary"
"""Part of everything above: none of it may be seen in any output."""

MANAGED = "/msi/token"
GITHUB = "/68//github/idtoken"
"""GitHub's own have an empty step, too."""

Answer: TypeAlias = "tuple[int, Mapping[str, object] | str | bytes, Mapping[str, str]]"
"""A body that is text is HTML; bytes are said to be JSON and go as they are."""


@dataclass
class Rig:
    """``posts``: the form of each token request, in order; ``asked``: each request's path."""

    url: str
    ca: Path
    posts: list[dict[str, str]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    lifetime_seconds: int = 3600
    next_answers: list[Answer] = field(default_factory=list)
    """What the next token requests get in place of a token."""
    gate: Event = field(default_factory=Event)
    """While it is cleared, nobody is answered."""
    arrived: Event = field(default_factory=Event)
    """Set when somebody asks."""
    nonce: str = ""
    issued: int = 0

    def reset(self) -> None:
        for log in (self.posts, self.paths, self.asked, self.next_answers):
            log.clear()
        self.lifetime_seconds, self.nonce, self.issued = 3600, "", 0
        self.gate.set()
        self.arrived.clear()

    def environment(self) -> dict[str, str]:
        """Leads to the rig alone, whatever the machine has set."""
        return {
            "AZURE_AUTHORITY_HOST": self.url,
            "REQUESTS_CA_BUNDLE": str(self.ca),
            "SSL_CERT_FILE": str(self.ca),
        }

    def of_github(self) -> dict[str, str]:
        return {
            **self.environment(),
            "GITHUB_ACTIONS": "true",
            "ACTIONS_ID_TOKEN_REQUEST_URL": f"{self.url}{GITHUB}?api-version=2.0",
            "ACTIONS_ID_TOKEN_REQUEST_TOKEN": GITHUB_TOKEN,
        }

    def of_app_service(self) -> dict[str, str]:
        return {
            **self.environment(),
            "IDENTITY_ENDPOINT": f"{self.url}{MANAGED}",
            "IDENTITY_HEADER": HEADER,
        }

    def sign_in(self, url: str) -> bool:
        """A person's browser: reads the page's address, and comes back to where it says.

        In place of ``webbrowser.open``, so it may not wait for its own answer.
        """
        query = dict(parse_qsl(urlsplit(url).query))
        self.nonce = query["nonce"]
        form = urlencode({"code": CODE, "state": query["state"]}).encode()
        Thread(target=_post, args=(query["redirect_uri"], form), daemon=True).start()
        return True


def _post(url: str, form: bytes) -> None:
    from urllib.request import Request, urlopen

    with urlopen(Request(url, form), timeout=10) as answer:
        answer.read()


@contextmanager
def entra_rig(folder: Path) -> Iterator[Rig]:
    ca, server_chain = _certificates(folder)
    server = ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)
    rig = Rig(f"https://localhost:{server.server_address[1]}", ca)
    rig.gate.set()
    server.RequestHandlerClass = _handler(rig)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(server_chain)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield rig
    finally:
        rig.gate.set()
        server.shutdown()
        thread.join()
        server.server_close()


def _handler(rig: Rig) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            """Silent: a test's output is its assertion."""

        def do_GET(self) -> None:
            rig.asked.append(self.path)
            rig.arrived.set()
            rig.gate.wait()
            self._answer(*_got(rig, urlsplit(self.path).path, dict(self.headers)))

        def do_POST(self) -> None:
            length = int(self.headers.get("Content-Length", 0))
            form = dict(parse_qsl(self.rfile.read(length).decode()))
            rig.asked.append(self.path)
            rig.arrived.set()
            rig.gate.wait()
            self._answer(*_posted(rig, self.path, form))

        def _answer(
            self, status: int, body: Mapping[str, object] | str | bytes, headers: Mapping[str, str]
        ) -> None:
            is_page = isinstance(body, str)
            text = body if isinstance(body, str | bytes) else json.dumps(body)
            content = text if isinstance(text, bytes) else text.encode()
            self.send_response(status)
            self.send_header("Content-Type", "text/html" if is_page else "application/json")
            self.send_header("Content-Length", str(len(content)))
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            with suppress(OSError):  # whoever asked has seen enough
                self.wfile.write(content)

    return Handler


def _got(rig: Rig, path: str, headers: Mapping[str, str]) -> Answer:
    if path not in {MANAGED, GITHUB}:
        return 200, _discovery(rig, path.split("/")[1]), {}
    if rig.next_answers:
        return rig.next_answers.pop(0)
    if path == GITHUB and headers.get("Authorization") == f"Bearer {GITHUB_TOKEN}":
        return 200, {"count": 1, "value": f"{ASSERTION}-github-{len(rig.asked)}"}, {}
    if path == MANAGED and headers.get("X-IDENTITY-HEADER") == HEADER:
        expires = int(datetime.now(UTC).timestamp()) + rig.lifetime_seconds
        return 200, {**_token(rig, {}), "expires_on": str(expires), "resource": "x"}, {}
    return 401, {"error": "unauthorized"}, {}


def _posted(rig: Rig, path: str, form: dict[str, str]) -> Answer:
    if path.endswith("/devicecode"):
        return 200, _device_flow(rig), {}
    rig.posts.append(form)
    rig.paths.append(path)
    if rig.next_answers:
        return rig.next_answers.pop(0)
    if _is_good(form):
        return 200, _token(rig, form), {}
    return 401, refusal(7000215, "Invalid client secret provided."), {}


def _discovery(rig: Rig, tenant: str) -> dict[str, object]:
    base = f"{rig.url}/{tenant}"
    return {
        "authorization_endpoint": f"{base}/oauth2/v2.0/authorize",
        "token_endpoint": f"{base}/oauth2/v2.0/token",
        "device_authorization_endpoint": f"{base}/oauth2/v2.0/devicecode",
        "issuer": f"{base}/v2.0",
    }


def _device_flow(rig: Rig) -> dict[str, object]:
    return {
        "device_code": DEVICE,
        "user_code": "ABCD\u001b[31mEFG",
        "verification_uri": f"{rig.url}/device",
        "expires_in": 900,
        "interval": 0,
        "message": "follow this",
    }


def _is_good(form: Mapping[str, str]) -> bool:
    return (
        form.get("client_secret") == SECRET
        or form.get("client_assertion", "").startswith((ASSERTION, "ey"))
        or form.get("code") == CODE
        or form.get("device_code") == DEVICE
        or form.get("refresh_token") == REFRESH
    )


def _token(rig: Rig, form: Mapping[str, str]) -> dict[str, object]:
    rig.issued += 1
    told: dict[str, object] = {
        "token_type": "Bearer",
        "expires_in": rig.lifetime_seconds,
        "ext_expires_in": rig.lifetime_seconds,
        "access_token": f"{TOKEN}-{rig.issued}",
    }
    if form.get("grant_type") in {"client_credentials", None}:
        return told
    return {
        **told,
        "scope": form.get("scope", ""),
        "refresh_token": REFRESH,
        "id_token": _id_token(rig, form["client_id"]),
        "client_info": _base64({"uid": "person", "utid": "tenant"}),
    }


def _id_token(rig: Rig, client_id: str) -> str:
    now = int(datetime.now(UTC).timestamp())
    says = {
        "aud": client_id,
        "iss": f"{rig.url}/tenant/v2.0",
        "sub": "person",
        "tid": "tenant",
        "preferred_username": "kai@contoso.com",
        "iat": now,
        "exp": now + 3600,
        "nonce": rig.nonce,
    }
    return f"{_base64({'alg': 'none'})}.{_base64(says)}.c2ln"


def _base64(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def refusal(code: int, words: str, error: str = "invalid_client") -> dict[str, object]:
    """As the authority words it."""
    return {
        "error": error,
        "error_description": f"AADSTS{code}: {words}\r\nTrace ID: 255d1aef-8c98-452f-ac51",
        "error_codes": [code],
    }


def application_certificate(
    folder: Path, key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey | None = None
) -> Path:
    """A certificate that an application signs in with, and its key (RSA), in one PEM file."""
    key = key or rsa.generate_private_key(public_exponent=65537, key_size=2048)
    made = _certificate("application", "application", key).sign(key, hashes.SHA256())
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path = folder / "application.pem"
    path.write_bytes(private + made.public_bytes(Encoding.PEM))
    return path


def _certificates(folder: Path) -> tuple[Path, Path]:
    """The CA to trust, and the server's chain with its key."""
    ca_key, key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    ca = (
        _certificate("rig CA", "rig CA", ca_key)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(
            x509.SubjectKeyIdentifier.from_public_key(ca_key.public_key()), critical=False
        )
        .sign(ca_key, hashes.SHA256())
    )
    names = [x509.DNSName("localhost"), x509.IPAddress(ip_address("127.0.0.1"))]
    issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(ca_key.public_key())
    server = (
        _certificate("localhost", "rig CA", key)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(issuer, critical=False)
        .sign(ca_key, hashes.SHA256())
    )
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (folder / "ca.pem").write_bytes(ca.public_bytes(Encoding.PEM))
    (folder / "server.pem").write_bytes(server.public_bytes(Encoding.PEM) + private)
    return folder / "ca.pem", folder / "server.pem"


def _certificate(
    subject: str, issuer: str, key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
) -> x509.CertificateBuilder:
    today = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(_name(subject))
        .issuer_name(_name(issuer))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(today - timedelta(days=1))
        .not_valid_after(today + timedelta(days=1))
    )


def _name(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])
