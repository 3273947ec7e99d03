from __future__ import annotations

import json
import os
import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from reconciler.errors import IdentityFailure
from reconciler.identity.token import Tokens, token_source
from reconciler.model.words import Foreign
from reconciler.settings import CredentialName, Identity, Tenant
from tests.support.entra_rig import CANARY, TOKEN, Rig, entra_rig
from tests.support.fake_time import FakeTime

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

TENANT_ID = "12f988bf-16f1-11af-11ab-1d7cd011db47"
APPLICATION = "00000000-0000-0000-0000-000000000001"
_PREFIXES = ("AZURE_", "ACTIONS_", "GITHUB_", "IDENTITY_", "MSI_", "IMDS_")
_NAMES = {"CURL_CA_BUNDLE", "SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "BROWSER"}


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    with entra_rig(tmp_path_factory.mktemp("rig")) as rig:
        yield rig


@pytest.fixture
def rig(server: Rig, monkeypatch: pytest.MonkeyPatch) -> Rig:
    """The rig, unused, and an environment in which nothing leads anywhere else."""
    server.reset()
    for name in list(os.environ):
        if name.startswith(_PREFIXES) or name in _NAMES or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)
    for name, value in server.environment().items():
        monkeypatch.setenv(name, value)
    return server


@dataclass
class Bench:
    """One credential at a time, in the environment of the process as the library sees it.

    ``told``: what a person was shown. ``time`` begins today: the library goes by the machine's clock.
    """

    monkeypatch: pytest.MonkeyPatch
    time: FakeTime = field(default_factory=FakeTime.today)
    told: list[str] = field(default_factory=list)

    def set(self, **variables: str) -> None:
        for name, value in variables.items():
            self.monkeypatch.setenv(name, value)

    def tokens(
        self,
        credential: CredentialName,
        client_id: str | None = APPLICATION,
        tenant: Tenant | None = None,
    ) -> Tokens:
        return token_source(
            tenant or Tenant("contoso", "global", "desired", tenant_id=TENANT_ID),
            Identity(client_id, credential),
            dict(os.environ),
            clock=self.time,
            stop=self.time,
            tell=self._tell,
        )

    def failure(
        self,
        credential: CredentialName,
        client_id: str | None = APPLICATION,
        tenant: Tenant | None = None,
    ) -> tuple[str, str, str]:
        """Message, remedy and detail; no secret is in any of them."""
        with pytest.raises(IdentityFailure) as failed:
            self.tokens(credential, client_id, tenant)(False)
        told = failed.value
        detail = told.detail.raw if isinstance(told.detail, Foreign) else ""
        assert CANARY not in f"{told.message}{told.remedy}{detail}"
        return told.message, str(told.remedy), detail

    def _tell(self, text: Foreign) -> None:
        self.told.append(text.raw)


@pytest.fixture
def bench(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> Bench:
    del rig
    return Bench(monkeypatch)


@dataclass
class AzureCli:
    """A program 'az' that answers as it is told, and writes down how it was called."""

    folder: Path

    def install(self, account: object, token: object = None, *, code: int = 0) -> None:
        answers = {"show": account, "get-access-token": token or self.token()}
        (self.folder / "answers.json").write_text(json.dumps(answers))
        program = self.folder / "az"
        program.write_text(
            f"#!{sys.executable} -I\n"
            "import json, sys\n"
            f"open({str(self.folder / 'called')!r}, 'a').write(' '.join(sys.argv[1:]) + '\\n')\n"
            f"answer = json.load(open({str(self.folder / 'answers.json')!r}))[sys.argv[2]]\n"
            "text = answer if isinstance(answer, str) else json.dumps(answer)\n"
            f"sys.stdout.write(text if {code} == 0 else '')\n"
            f"sys.stderr.write('' if {code} == 0 else text)\n"
            f"sys.exit({code})\n"
        )
        program.chmod(0o755)

    def token(self) -> dict[str, object]:
        return {"accessToken": f"{TOKEN}-cli", "expires_on": 4_000_000_000}

    def fails(self, words: str) -> None:
        self.install(words, words, code=1)

    @property
    def called(self) -> list[str]:
        path = self.folder / "called"
        return path.read_text().splitlines() if path.exists() else []


@pytest.fixture
def azure_cli(bench: Bench, tmp_path: Path) -> AzureCli:
    folder = tmp_path / "bin"
    folder.mkdir()
    bench.set(PATH=str(folder))
    return AzureCli(folder)
