"""A SOC with a repository on a forge: documents, pull requests, a tenant, analysts, and the pipeline."""

from __future__ import annotations

import textwrap
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from reconciler.emulator import Settings
from reconciler.emulator.server import serve
from reconciler.emulator.wires import INCIDENTS
from reconciler.pipeline import CHECK, check, workflows
from tests.support.entra_rig import entra_rig
from tests.support.fake_time import FakeTime
from tests.support.git_server import git_server
from tests.support.loopback_github import github
from tests.support.machine import REPOSITORY
from tests.support.repositories import git
from tests.support.runner import Runner, by_hand, pull_request, push
from tests.week.town import ask

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from reconciler.emulator.server import Server
    from tests.support.entra_rig import Rig
    from tests.support.loopback_github import GitHub
    from tests.support.runner import Run

READER: Final = "00000000-0000-0000-0000-00000000000a"
WRITER: Final = "00000000-0000-0000-0000-00000000000b"
REF: Final = "refs/reconciler/applied/contoso"
CONFIG: Final = """\
apiVersion: reconciler/v1
kind: Config
defaultTenant: contoso
tenants:
  contoso:
    tenantId: 12f988bf-16f1-11af-11ab-1d7cd011db47
    cloud: global
    graphUrl: {url}
    clientId: {reader}
    credential: github-oidc
    apply: {{clientId: {writer}, credential: github-oidc}}
    approval: {approval}
    desired: desired/contoso
guards: {{maxClosures: 0}}
"""
PIN: Final = f"reconciler @ git+https://forge.example/acme/reconciler@{'0a' * 20}\n"
TAGS: Final = "{customTags: {present: [%s]}}"


@dataclass
class Soc:
    """``desk`` is a person's clone; what it pushes is what the forge has."""

    desk: Path
    graph: Server
    hub: GitHub
    entra: Rig
    runner: Runner
    pulls: dict[int, str] = field(default_factory=dict)
    """Its branch, by number."""

    def write(self, files: Mapping[str, str | Path]) -> None:
        """A path as content is a link to it. What was in the way of a file is gone."""
        for name, content in files.items():
            path = self.desk / name
            if path.parent.is_file():
                path.parent.unlink()
            path.parent.mkdir(parents=True, exist_ok=True)
            path.unlink(missing_ok=True)
            if isinstance(content, str):
                path.write_text(content, "utf-8")
            else:
                path.symlink_to(content)

    def declare(
        self, object_id: str, spec: str, *, tenant: str = "contoso"
    ) -> dict[str, str | Path]:
        text = f"""\
            apiVersion: reconciler/v1
            kind: Incident
            metadata: {{id: "{object_id}"}}
            spec: {spec}
            """
        return {f"desired/{tenant}/{object_id}.yaml": textwrap.dedent(text)}

    def commit(self, files: Mapping[str, str | Path], message: str = "A change") -> str:
        self.write(files)
        git(self.desk, "add", "--all", "--force")
        git(self.desk, "commit", "--quiet", "--allow-empty", "--message", message)
        return git(self.desk, "rev-parse", "HEAD")

    def share(self) -> None:
        git(self.desk, "push", "--quiet", "origin", "HEAD:refs/heads/main")

    def propose(self, files: Mapping[str, str | Path]) -> int:
        """A pull request whose workflow nobody has run yet; its number."""
        branch = f"change-{len(self.pulls) + 1}"
        git(self.desk, "checkout", "--quiet", "-b", branch, "main")
        number = self.hub.open_pull(self.commit(files))
        self.pulls[number] = branch
        return number

    def open(self, files: Mapping[str, str | Path], *, fork: str | None = None) -> tuple[int, Run]:
        """A pull request, and what its workflow made of it."""
        number = self.propose(files)
        return number, self._planned(number, fork)

    def update(self, number: int, files: Mapping[str, str | Path]) -> Run:
        git(self.desk, "checkout", "--quiet", self.pulls[number])
        self.hub.push(number, self.commit(files))
        return self._planned(number, None)

    def _planned(self, number: int, fork: str | None) -> Run:
        branch = self.pulls[number]
        merged = self._merged(branch)
        git(self.desk, "push", "--quiet", "origin", branch, f"+{merged}:refs/pull/{number}/merge")
        return self.runner.run("plan.yml", pull_request(number, merged, fork=fork))

    def _merged(self, branch: str) -> str:
        git(self.desk, "checkout", "--quiet", "--detach", "main")
        git(self.desk, "merge", "--quiet", "--no-ff", "--message", f"Merge {branch}", branch)
        sha = git(self.desk, "rev-parse", "HEAD")
        parents = git(self.desk, "rev-parse", "HEAD^1", "HEAD^2").split()
        self.hub.commits[sha] = (parents[0], parents[1])
        return sha

    def merge(self, number: int) -> str:
        sha = self._merged(self.pulls[number])
        git(self.desk, "checkout", "--quiet", "main")
        git(self.desk, "merge", "--quiet", "--ff-only", sha)
        git(self.desk, "push", "--quiet", "origin", "main")
        self.hub.merge(number, sha)
        return sha

    def apply(self, sha: str) -> Run:
        return self.runner.run("apply.yml", push(sha))

    def apply_by_hand(self, **inputs: str) -> Run:
        sha = git(self.desk, "rev-parse", "main")
        return self.runner.run("apply.yml", by_hand(sha, **inputs))

    def portal(self, object_id: str, **body: Any) -> None:
        """An analyst, who knows nothing of all this."""
        assert ask(self.graph.url, "kai", f"/v1.0/security/incidents/{object_id}", body) == 200

    def live(self, object_id: str) -> Mapping[str, Any]:
        return self.graph.tenant.store.find(INCIDENTS, object_id) or {}

    def written(self) -> list[str]:
        """The incidents that the tool changed, one for each write."""
        return [
            moved.id
            for one in self.graph.history()
            if one.asked.agent.startswith("reconciler/")
            for moved in one.changes
        ]

    def applied(self) -> str:
        """Where the forge's applied ref is; empty: it has none."""
        return git(self.runner.bare(), "for-each-ref", "--format=%(objectname)", REF)

    def identities(self) -> set[tuple[str, str]]:
        """Whom each kind of job became: the subject of its token, and the application."""
        found, subject, forms = set(), "", iter(self.entra.posts)
        for path in self.entra.asked:
            _, is_job, name = path.partition("&subject=repo:acme/soc:")
            if is_job:
                subject = name.partition("&")[0]
            elif path.endswith("/token"):
                who = {READER: "reader", WRITER: "writer"}[next(forms)["client_id"]]
                found.add((subject, who))
        return found


@contextmanager
def soc(folder: Path, *, approval: str = "environment") -> Iterator[Soc]:
    """On its first day in the pipeline: nothing is declared, nothing was applied."""
    with ExitStack() as stack:
        time = FakeTime()
        settings = Settings(folder / "graph.sqlite3", requests_per_minute=0, keeps_history=True)
        graph = serve(settings, clock=time)
        stack.callback(graph.close)
        (folder / "entra").mkdir()
        entra = stack.enter_context(entra_rig(folder / "entra"))
        hub = stack.enter_context(github(REPOSITORY))
        server = stack.enter_context(git_server(folder / "forge"))
        bare = folder / "forge" / REPOSITORY
        _make(bare)
        git(folder, "clone", "--quiet", str(bare), "desk")
        runner = Runner(folder / "machines", server, hub, entra.environment(), _identity(entra))
        found = Soc(folder / "desk", graph, hub, entra, runner)
        git(found.desk, "checkout", "--quiet", "-b", "main")
        config = CONFIG.format(url=graph.url, reader=READER, writer=WRITER, approval=approval)
        start = {"reconciler.yaml": config, "requirements.txt": PIN, CHECK: check()}
        start |= {"desired/contoso/.gitkeep": ""}
        found.commit({**start, **workflows("release"), ".gitignore": ".reconciler/\n"}, "Begin")
        git(found.desk, "push", "--quiet", "--set-upstream", "origin", "main")
        yield found


def _make(bare: Path) -> None:
    bare.mkdir(parents=True)
    git(bare, "init", "--quiet", "--bare", "--initial-branch=main")
    git(bare, "config", "uploadpack.allowAnySHA1InWant", "true")


def _identity(entra: Rig) -> Callable[[str], Mapping[str, str]]:
    def identity(subject: str) -> Mapping[str, str]:
        env = entra.of_github()
        url = env["ACTIONS_ID_TOKEN_REQUEST_URL"]
        return {**env, "ACTIONS_ID_TOKEN_REQUEST_URL": f"{url}&subject={subject}"}

    return identity
