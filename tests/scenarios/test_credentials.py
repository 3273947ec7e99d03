"""Each credential through the whole command: real command line, real azure-identity, real TLS.

The authority, GitHub's token endpoint and the managed identity are the rig's; Graph is the
emulator, seen by a proxy that remembers every token. Nothing of any secret may be in any output.
"""

from __future__ import annotations

import json
import os
import stat
import sys
import webbrowser
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from signal import SIGINT
from subprocess import PIPE, Popen
from typing import TYPE_CHECKING

import pytest

from reconciler.emulator import Settings, start
from reconciler.settings import CREDENTIALS, CredentialName
from tests.support import scripted_server as says
from tests.support.cli import Shell
from tests.support.entra_rig import (
    ASSERTION,
    CANARY,
    SECRET,
    TOKEN,
    Answer,
    Rig,
    entra_rig,
    refusal,
)
from tests.support.graph_script import batch, error, incident
from tests.support.recorder import Recorder, recording
from tests.support.scripted_server import serving

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

TENANT_ID = "12f988bf-16f1-11af-11ab-1d7cd011db47"
READER = "00000000-0000-0000-0000-000000000001"
WRITER = "11111111-1111-1111-1111-111111111111"
CONFIG = f"""\
apiVersion: reconciler/v1
kind: Config
tenants:
  contoso:
    tenantId: {TENANT_ID}
    cloud: CLOUD
    clientId: {READER}
    credential: READS
    apply: {{clientId: {WRITER}, credential: WRITES}}
    desired: desired
    kinds: {{KINDS}}
limits: {{batchSize: 2}}
"""
INCIDENTS = [
    {
        "id": str(number),
        "tenantId": TENANT_ID,
        "displayName": f"Incident {number}",
        "status": "active",
        "severity": "low",
        "classification": "unknown",
        "determination": "unknown",
        "createdDateTime": "2026-11-01T08:00:00Z",
        "lastUpdateDateTime": "2026-11-20T10:00:00Z",
        "customTags": [],
    }
    for number in range(101, 107)
]
_PREFIXES = ("AZURE_", "ACTIONS_", "GITHUB_", "IDENTITY_", "MSI_", "IMDS_", "RECONCILER_")
_NAMES = {"CURL_CA_BUNDLE", "SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE"}


class HastyClock:
    """Jumps ahead at each look: a run of minutes that takes hours."""

    def __init__(self, step_seconds: float) -> None:
        self._step = timedelta(seconds=step_seconds)
        self._passed = timedelta()
        self._began = datetime.now(UTC)

    def now(self) -> datetime:
        self._passed += self._step
        return self._began + self._passed

    def monotonic(self) -> float:
        return self._passed.total_seconds()


@dataclass
class Day:
    """A working copy, its shell, and all that was printed or written in it."""

    shell: Shell
    rig: Rig
    graph: Recorder
    monkeypatch: pytest.MonkeyPatch
    printed: list[str] = field(default_factory=list)

    def configure(
        self, reads: str = "environment", writes: str | None = None, *, cloud: str = "global",
        kinds: str = "",
    ) -> None:  # fmt: skip
        text = CONFIG.replace("READS", reads).replace("WRITES", writes or reads)
        text = text.replace("CLOUD", cloud).replace("KINDS", kinds)
        (self.shell.cwd / "reconciler.yaml").write_text(text)

    def declare(self, *, numbers: range = range(101, 102), kind: str = "Incident") -> None:
        for number in numbers:
            (self.shell.cwd / "desired" / f"{number}.yaml").write_text(
                f'apiVersion: reconciler/v1\nkind: {kind}\nmetadata: {{id: "{number}"}}\n'
                "spec: {status: inProgress}\n"
            )

    def set(self, **variables: str) -> None:
        for name, value in variables.items():
            self.monkeypatch.setenv(name, value)
        self.shell.env.update(variables)

    def run(self, *words: str) -> int:
        url = ("--graph-url", self.graph.url, "--log-level", "debug")
        code = self.shell.run(*words, *url)
        self.printed += [self.shell.out, self.shell.err]
        return code

    @property
    def tokens(self) -> list[str]:
        """As Graph saw them, in order, each once."""
        seen = [sent.headers["authorization"] for sent in self.graph.envelopes]
        return list(dict.fromkeys(token.removeprefix("Bearer ") for token in seen))

    def leaks(self) -> list[str]:
        """Places in which something secret can be read."""
        files = {
            str(path): path.read_text(errors="replace")
            for path in self.shell.cwd.rglob("*")
            if path.is_file() and "secrets" not in path.parts
        }
        printed = {f"output {number}": text for number, text in enumerate(self.printed)}
        return [name for name, text in {**files, **printed}.items() if CANARY in text]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    with entra_rig(tmp_path_factory.mktemp("rig")) as rig:
        yield rig


@pytest.fixture
def day(server: Rig, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Day]:
    server.reset()
    for name in list(os.environ):
        if name.startswith(_PREFIXES) or name in _NAMES or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)
    (tmp_path / "desired").mkdir()
    (tmp_path / "secrets").mkdir()
    seed = tmp_path / "secrets" / "seed.json"
    seed.write_text(json.dumps({"incidents": INCIDENTS}))
    running = start(Settings(tmp_path / "secrets" / "t.sqlite3", seed=seed))
    try:
        with recording(running.url) as graph:
            found = Day(Shell(tmp_path, {}), server, graph, monkeypatch)
            found.set(**server.environment(), PATH=str(tmp_path / "secrets"))
            found.configure()
            found.declare()
            yield found
    finally:
        running.close()


def at_home(day: Day, credential: CredentialName, client_id: str = READER) -> None:
    """The environment that a credential is for."""
    secrets = day.shell.cwd / "secrets"
    (secrets / "workload.jwt").write_text(f"{ASSERTION}-file")
    application = {"AZURE_CLIENT_ID": client_id, "AZURE_TENANT_ID": TENANT_ID}
    variables: dict[CredentialName, dict[str, str]] = {
        "default": {
            **application,
            "AZURE_CLIENT_SECRET": SECRET,
            "AZURE_TOKEN_CREDENTIALS": "EnvironmentCredential",
        },
        "workload-identity": {"AZURE_FEDERATED_TOKEN_FILE": str(secrets / "workload.jwt")},
        "github-oidc": day.rig.of_github(),
        "managed-identity": day.rig.of_app_service(),
        "environment": {**application, "AZURE_CLIENT_SECRET": SECRET},
        "static-token": {"RECONCILER_TOKEN": f"{TOKEN}-1"},
    }
    day.set(**variables.get(credential, {}))
    day.monkeypatch.setattr(webbrowser, "open", day.rig.sign_in)
    azure_cli(secrets, client_id)


def azure_cli(folder: Path, name: str, kind: str = "servicePrincipal") -> None:
    answers = {
        "show": {"user": {"type": kind, "name": name}},
        "get-access-token": {"accessToken": f"{TOKEN}-1", "expires_on": 4_000_000_000},
    }
    program = folder / "az"
    program.write_text(
        f"#!{sys.executable} -I\nimport json, sys\n"
        f"print(json.dumps(json.loads({json.dumps(answers)!r})[sys.argv[2]]))\n"
    )
    program.chmod(program.stat().st_mode | stat.S_IXUSR)


@pytest.mark.parametrize("credential", CREDENTIALS)
def test_each_credential_plans_and_no_secret_is_anywhere(
    day: Day, credential: CredentialName
) -> None:
    day.configure(credential)
    at_home(day, credential)

    assert day.run("plan", "--detailed-exitcode", "--out", "plan.json") == 2, day.shell.err

    assert day.tokens == [f"{TOKEN}-1"]
    assert day.leaks() == []
    assert "debug:" in day.shell.err


def test_the_reader_plans_and_the_writer_writes(day: Day) -> None:
    """Two applications, two credentials, two tokens: the planner's cannot write."""
    day.configure("environment", "github-oidc")
    at_home(day, "environment")
    at_home(day, "github-oidc")

    assert day.run("plan", "--out", "plan.json") == 0
    assert day.run("apply", "plan.json", "--journal", "run.jsonl") == 0, day.shell.err

    assert [post["client_id"] for post in day.rig.posts] == [READER, WRITER]
    assert day.tokens == [f"{TOKEN}-1", f"{TOKEN}-2"]
    writes = [sent for sent in day.graph.envelopes if "PATCH" in json.dumps(sent.body)]
    assert {sent.headers["authorization"] for sent in writes} == {f"Bearer {TOKEN}-2"}
    assert day.leaks() == []


def test_a_token_that_ends_in_mid_run_is_replaced_before_the_next_request(day: Day) -> None:
    """Six incidents in three batches, an hour apart: each batch has a token of its own."""
    day.configure("github-oidc")
    at_home(day, "github-oidc")
    day.declare(numbers=range(101, 107))
    day.run("plan", "--out", "plan.json")
    day.graph.envelopes.clear()
    day.shell.clock = HastyClock(300)

    assert day.run("apply", "plan.json") == 0, day.shell.err

    assert len(day.tokens) >= 3
    assert len(set(day.tokens)) == len(day.tokens)
    assert day.leaks() == []
    assert day.run("plan", "--detailed-exitcode") == 0


def busy(status: int, times: int) -> list[Answer]:
    return [(status, {}, {"Retry-After": "0.01"})] * times


@pytest.mark.parametrize("status", [429, 503])
def test_an_authority_that_is_busy_for_a_moment_is_waited_for(day: Day, status: int) -> None:
    at_home(day, "environment")
    day.rig.next_answers += busy(status, 2)

    assert day.run("plan", "--detailed-exitcode") == 2


NO_TOKEN = "no token for https://graph.microsoft.com by credential 'environment': "


@pytest.mark.parametrize(
    ("answers", "message", "advice"),
    [
        (
            [(401, refusal(7000215, "Invalid client secret provided."), {})],
            f"{NO_TOKEN}the secret is wrong",
            "put the secret's value, not its id, in AZURE_CLIENT_SECRET",
        ),
        (
            [(400, refusal(700016, "Application with identifier 'x' was not found"), {})],
            f"{NO_TOKEN}the tenant has no such application",
            "correct clientId or tenantId",
        ),
        (busy(429, 4), f"{NO_TOKEN}the authority takes no more requests for now", "fewer runs"),
        (busy(503, 4), f"{NO_TOKEN}the authority cannot answer right now", "later"),
    ],
    ids=["wrong secret", "unknown application", "throttled", "unavailable"],
)
def test_what_went_wrong_and_what_to_do_stand_in_the_output(
    day: Day, answers: list[Answer], message: str, advice: str
) -> None:
    at_home(day, "environment")
    day.rig.next_answers += answers

    assert day.run("plan") == 1

    assert message in " ".join(day.shell.err.split())
    assert advice in " ".join(day.shell.err.split())
    assert day.graph.envelopes == []
    assert day.leaks() == []


def test_no_credential_at_all_names_everything_that_is_missing(day: Day) -> None:
    assert day.run("plan", "--format", "json") == 1

    (error,) = json.loads(day.shell.out)["errors"]
    assert error["message"].startswith(
        "credential 'environment' cannot be used here: AZURE_CLIENT_ID is not set; "
        "AZURE_TENANT_ID is not set; neither AZURE_CLIENT_SECRET nor"
    )
    assert day.graph.envelopes == []


def test_a_persons_cli_login_is_told_why_it_cannot_work(day: Day) -> None:
    day.configure("azure-cli")
    azure_cli(day.shell.cwd / "secrets", "kai@contoso.com", "user")

    assert day.run("plan") == 1

    told = " ".join(day.shell.err.split())
    assert "the Azure CLI is logged in as a person" in told
    assert "answered: kai@contoso.com" in told
    assert "'browser' or 'device-code'" in told


def test_a_device_code_is_printed_where_it_can_do_no_harm(day: Day) -> None:
    day.configure("device-code")

    assert day.run("plan") == 0

    assert f"to sign in, open {day.rig.url}/device and enter the code ABCD\\u001b" in day.shell.err
    assert "\u001b" not in day.shell.err
    assert "to sign in" not in day.shell.out


def test_a_ca_of_the_command_line_is_the_one_that_counts(day: Day, tmp_path: Path) -> None:
    at_home(day, "github-oidc")
    day.configure("github-oidc")
    (tmp_path / "other").mkdir()
    with entra_rig(tmp_path / "other") as other:
        day.set(REQUESTS_CA_BUNDLE=str(other.ca), SSL_CERT_FILE=str(other.ca))

    assert day.run("plan") == 1
    assert "is not trusted" in day.shell.err
    assert "--ca-bundle" in day.shell.err

    (tmp_path / "ours.pem").write_bytes(day.rig.ca.read_bytes())
    assert day.run("plan", "--ca-bundle", "ours.pem") == 0, day.shell.err


@pytest.mark.parametrize("credential", ["environment", "static-token"])
def test_a_ca_bundle_that_is_none_stops_before_any_request(
    day: Day, credential: CredentialName
) -> None:
    day.configure(credential)
    at_home(day, credential)
    words = ("plan", "--ca-bundle", "nowhere.pem", "--graph-url", "https://localhost:9")

    assert day.shell.run(*words) == 1

    assert "nowhere.pem' (--ca-bundle) cannot be read" in " ".join(day.shell.err.split())
    assert day.rig.asked == []


def test_loopback_is_reached_past_a_proxy(day: Day) -> None:
    at_home(day, "environment")
    gone = "http://127.0.0.1:9"
    day.set(HTTPS_PROXY=gone, HTTP_PROXY=gone, ALL_PROXY=gone)

    assert day.run("plan") == 0, day.shell.err


def test_claims_that_graph_asks_for_are_met_with_a_new_token(day: Day) -> None:
    at_home(day, "environment")
    challenge = {"WWW-Authenticate": f'Bearer realm="", error="insufficient_claims", {CLAIMS}'}
    with serving() as graph:
        graph.follow(
            lambda asked: (
                batch(asked, incident)
                if len(graph.asked) > 1
                else says.reply(401, error("InvalidAuthenticationToken"), challenge)
            )
        )
        assert day.shell.run("plan", "--graph-url", graph.root) == 0, day.shell.err

    tokens = [asked.headers["authorization"] for asked in graph.asked]
    assert tokens == [f"Bearer {TOKEN}-1", f"Bearer {TOKEN}-2"]
    assert json.loads(day.rig.posts[1]["claims"])["access_token"]["nbf"] == {"essential": True}


def test_ctrl_c_does_not_wait_for_an_authority_that_hangs(day: Day) -> None:
    """A process of its own. Twice for apply: the first one lets a batch in flight end."""
    at_home(day, "environment", WRITER)
    day.configure("github-oidc", "environment")
    at_home(day, "github-oidc")
    assert day.run("plan", "--out", "plan.json") == 0
    for words, signals in ((("plan",), 1), (("apply", "plan.json"), 2)):
        day.rig.reset()
        day.rig.gate.clear()
        command = (sys.executable, "-c", ENTRY, *words, "--graph-url", day.graph.url)
        with Popen(command, cwd=day.shell.cwd, stdout=PIPE, stderr=PIPE, text=True) as process:
            assert day.rig.arrived.wait(60)
            process.send_signal(SIGINT)
            assert process.stderr is not None
            if signals > 1:
                assert "once more to stop at once" in process.stderr.readline()
                process.send_signal(SIGINT)
            _, told = process.communicate(timeout=30)
            assert (process.returncode, CANARY in told) == (130, False), told
        day.rig.gate.set()


ENTRY = "from reconciler.cli.main import entry; entry()"
CLAIMS = 'claims="eyJhY2Nlc3NfdG9rZW4iOnsibmJmIjp7ImVzc2VudGlhbCI6dHJ1ZX19fQ=="'


@pytest.mark.parametrize(
    ("cloud", "kind"),
    [("usgov", "IncidentTask"), ("usgov-dod", "IncidentTask"), ("china", "Alert")],
)
def test_a_kind_that_the_cloud_lacks_is_an_error_at_validation(
    day: Day, cloud: str, kind: str
) -> None:
    day.configure(cloud=cloud)
    day.declare(kind=kind)

    for command in ("validate", "plan"):
        assert day.shell.run(command) == 3
        assert f"which Microsoft does not have in this tenant's cloud, '{cloud}'" in (
            day.shell.out + day.shell.err
        )
    day.configure(cloud=cloud, kinds=f"{kind}: true")
    assert day.shell.run("validate") == 3
    assert f"Microsoft has no {kind} in the cloud" in day.shell.err
    assert (day.rig.asked, day.graph.envelopes) == ([], [])
