"""Many tenants: each has a Graph of its own that remembers what reached it, and values of its own.

One authority serves them all, as in life, and gives each tenant a token of its own. So whatever of
one tenant turns up at another one, or in its files, is seen.
"""

from __future__ import annotations

import json
import re
import ssl
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Final

from reconciler.emulator import Settings, start
from tests.support.entra_rig import entra_rig
from tests.support.recorder import recording
from tests.support.scripted_server import reply, serving

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from tests.support.recorder import Recorder
    from tests.support.scripted_server import Asked, Telling

TOKEN: Final = "canary-token"


def token(tenant_id: str) -> str:
    """Of one tenant. A real one does not hold the id as it stands, and what it holds is masked."""
    return f"{TOKEN}-{sha256(tenant_id.encode()).hexdigest()[:24]}"


@dataclass(frozen=True)
class Member:
    number: int
    documents: int
    graph: Recorder

    @property
    def name(self) -> str:
        return f"tenant-{self.number:02}"

    @property
    def tenant_id(self) -> str:
        return f"12f988bf-16f1-11af-11ab-0000000000{self.number:02}"

    @property
    def ids(self) -> Sequence[str]:
        """Of seven digits, so that none is part of another one."""
        return [str(7_000_000 + 10_000 * self.number + item) for item in range(self.documents)]

    @property
    def canaries(self) -> Sequence[str]:
        """What nobody else may see: its id and its token, what it declares, what is live."""
        return [self.tenant_id, token(self.tenant_id), self.tag, self.title]

    @property
    def tag(self) -> str:
        return f"canary-tag-{self.name}-"

    @property
    def title(self) -> str:
        return f"canary-title-{self.name}-"

    def found_in(self, text: str) -> Sequence[str]:
        """What of this one's stands there."""
        numbers = set(re.findall(r"\b[0-9]{7}\b", text))
        return [*(one for one in self.canaries if one in text), *numbers.intersection(self.ids)]

    def seed(self) -> str:
        rows = [
            {
                "id": object_id,
                "tenantId": self.tenant_id,
                "displayName": self.title,
                "status": "active",
                "severity": "low",
                "customTags": [],
            }
            for object_id in self.ids
        ]
        return json.dumps({"incidents": rows})

    def document(self, object_id: str) -> str:
        return (
            f'apiVersion: reconciler/v1\nkind: Incident\nmetadata: {{id: "{object_id}"}}\n'
            f"spec: {{customTags: {{present: [{self.tag}]}}}}\n"
        )

    def entry(self) -> str:
        return (
            f"  {self.name}:\n    cloud: global\n    tenantId: {self.tenant_id}\n"
            f"    clientId: {self.tenant_id}\n    credential: github-oidc\n"
            f"    desired: desired/{self.name}\n    graphUrl: {self.graph.url}\n"
        )

    def saw(self) -> str:
        """Every request that came: what it was for, its headers and its body."""
        return json.dumps(
            [[sent.target, dict(sent.headers), sent.body] for sent in self.graph.envelopes]
        )


@dataclass(frozen=True)
class Crowd:
    members: Sequence[Member]
    env: Mapping[str, str]

    def strangers(self, texts: Mapping[str, str]) -> list[tuple[str, str]]:
        """(member, what is another one's) in texts that belong to a member, by its name."""
        return [
            (member.name, found)
            for member in self.members
            for other in self.members
            if other is not member
            for found in other.found_in(texts[member.name])
        ]


@contextmanager
def crowd(folder: Path, *, tenants: int, documents: int) -> Iterator[Crowd]:
    """``folder`` becomes the repository; secrets and stores lie in ``folder/.crowd``."""
    own = folder / ".crowd"
    own.mkdir()
    with ExitStack() as open_now:
        members = [_member(number, documents, own, open_now) for number in range(tenants)]
        rig = open_now.enter_context(entra_rig(own))
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(own / "server.pem")
        authority = open_now.enter_context(serving(tls))
        authority.follow(_token)
        for member in members:
            _write(member, folder)
        entries = "".join(member.entry() for member in members)
        (folder / "reconciler.yaml").write_text(
            f"apiVersion: reconciler/v1\nkind: Config\ntenants:\n{entries}"
            "limits: {requestsPerMinute: 100000}\n"
        )
        yield Crowd(members, {**rig.of_github(), "AZURE_AUTHORITY_HOST": authority.root})


def _member(number: int, documents: int, own: Path, open_now: ExitStack) -> Member:
    blank = Member(number, documents, graph=None)  # type: ignore[arg-type]
    seed = own / f"{blank.name}.json"
    seed.write_text(blank.seed())
    settings = Settings(own / f"{blank.name}.sqlite3", seed=seed, requests_per_minute=0)
    running = start(settings)
    open_now.callback(running.close)
    return Member(number, documents, open_now.enter_context(recording(running.url)))


def _write(member: Member, folder: Path) -> None:
    place = folder / "desired" / member.name
    place.mkdir(parents=True)
    for object_id in member.ids:
        (place / f"{object_id}.yaml").write_text(member.document(object_id))


def _token(asked: Asked) -> Telling:
    """Discovery, and tokens that say whose they are."""
    tenant_id = asked.path.split("/")[1]
    if asked.method == "GET":
        base = f"https://{asked.headers['host']}/{tenant_id}"
        return reply(
            200,
            {
                "authorization_endpoint": f"{base}/oauth2/v2.0/authorize",
                "token_endpoint": f"{base}/oauth2/v2.0/token",
                "issuer": f"{base}/v2.0",
            },
        )
    told = {"token_type": "Bearer", "expires_in": 3600, "access_token": token(tenant_id)}
    return reply(200, told)
