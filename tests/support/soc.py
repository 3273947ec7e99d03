"""A SOC for scenarios: a tenant on a socket, a repository, the command line, and people in the portal."""

from __future__ import annotations

import json
import subprocess
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from reconciler.emulator import Settings
from reconciler.emulator.seed import complete
from reconciler.emulator.server import serve
from reconciler.emulator.wires import BY_KIND
from tests.support.cli import Shell
from tests.support.fake_time import FakeTime
from tests.week.between import Between, between
from tests.week.town import COLLECTIONS, ask
from tests.week.units import Name

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from reconciler.emulator.faults import Faults
    from reconciler.emulator.server import Server
    from reconciler.model.words import Json

REF: Final = "refs/reconciler/applied/demo"
CONFIG: Final = """\
apiVersion: reconciler/v1
kind: Config
defaultTenant: demo
tenants:
  demo:
    cloud: emulator
    credential: static-token
    graphUrl: {url}
    desired: desired
{tenant}limits: {{requestsPerMinute: 100000}}
"""
SEED: Final[Mapping[str, Any]] = {
    "incidents": [
        {
            "id": str(number),
            "displayName": "As Defender calls it",
            "severity": "low",
            "customTags": ["old"],
        }
        for number in (1, 2, 3, 4)
    ],
    "alerts_v2": [{"id": "da2", "incidentId": "2", "customDetails": {"Ring": "1"}}],
}
_GIT: Final = ("git", "-c", "user.name=ana", "-c", "user.email=ana@contoso.com")


@dataclass
class Soc:
    """``root``: a working copy with reconciler.yaml; documents lie in ``desired``."""

    root: Path
    server: Server
    proxy: Between
    time: FakeTime
    shell: Shell

    def configure(self, *, tenant: str = "", common: str = "") -> None:
        """Lines of the tenant, and lines of the whole file."""
        text = CONFIG.format(url=self.proxy.url, tenant=tenant)
        (self.root / "reconciler.yaml").write_text(text + common)

    def write(self, name: str, text: str) -> None:
        path = self.root / "desired" / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(text.encode())

    def read(self, name: str) -> str:
        return (self.root / "desired" / name).read_bytes().decode()

    def declare(
        self, object_id: str, spec: str, management: str = "", *, metadata: str = ""
    ) -> None:
        """One incident in a file of its own; the texts go inside braces."""
        extra = f", {metadata}" if metadata else ""
        self.write(
            f"{object_id}.yaml",
            f'apiVersion: reconciler/v1\nkind: Incident\nmetadata: {{id: "{object_id}"{extra}}}\n'
            f"spec: {{{spec}}}\n" + (f"management: {{{management}}}\n" if management else ""),
        )

    def run(self, *words: str) -> int:
        return self.shell.run(*words)

    def git(self, *words: str, root: Path | None = None) -> str:
        command = [*_GIT, *words]
        return subprocess.run(
            command, cwd=root or self.root, check=True, capture_output=True, text=True
        ).stdout

    def commit(self) -> str:
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "--message", "as agreed")
        return self.git("rev-parse", "HEAD").strip()

    def applied(self) -> dict[str, Any]:
        """The specs in the applied tree, by path."""
        listed = self.git("ls-tree", "-r", "--name-only", REF).splitlines()
        return {path: json.loads(self.git("show", f"{REF}:{path}"))["spec"] for path in listed}

    def plan(self, *words: str, code: int = 0) -> Any:
        """The plan as JSON; it is saved as plan.json as well."""
        found = self.run("plan", "--out", "plan.json", "--format", "json", *words)
        assert found == code, self.shell.out + self.shell.err
        return json.loads(self.shell.out)

    def change(self, object_id: str, *words: str) -> Any:
        """What the plan says of one object."""
        (found,) = (one for one in self.plan(*words)["changes"] if one["id"] == object_id)
        return found

    def apply(self, *words: str, code: int = 0) -> Any:
        """Without a plan among the words it makes one. The closing report."""
        chosen = words if "plan.json" in words else (*words, "--auto-approve")
        found = self.run("apply", *chosen, "--format", "json")
        assert found == code, self.shell.out + self.shell.err
        return json.loads(self.shell.out)

    def portal(self, who: str, object_id: str, /, kind: str = "Incident", **body: Json) -> None:
        """Somebody changes an object where this tool is unknown."""
        path = f"/v1.0/security/{COLLECTIONS[kind]}/{object_id}"
        assert ask(self.server.url, who, path, body) == 200

    def live(self, object_id: str, kind: str = "Incident") -> Mapping[str, Any]:
        return self.server.tenant.store.find(BY_KIND[kind], object_id) or {}

    def merge(self, gone: str, survivor: str) -> None:
        store, wire = self.server.tenant.store, BY_KIND["Incident"]
        with store.writing():
            before = store.find(wire, gone) or {}
            moved: dict[str, Json] = {"status": "redirected", "redirectIncidentId": survivor}
            store.replace(wire, before, {**before, **moved})

    def writes(self) -> list[Name]:
        """Every PATCH of the tool that changed something, in order."""
        return [
            Name("Incident" if "incidents" in one.asked.target else "Alert", moved.id)
            for one in self.server.history()
            if one.asked.agent.startswith("reconciler/")
            for moved in one.changes
        ]


@contextmanager
def soc(
    folder: Path,
    seed: Mapping[str, Any] = SEED,
    *,
    in_git: bool = True,
    faults: Faults | None = None,
) -> Iterator[Soc]:
    """The working copy is ``folder/work``."""
    root = folder / "work"
    (root / "desired").mkdir(parents=True)
    whole = {
        name: [complete(BY_KIND[_kind(name)], item) for item in items]
        for name, items in seed.items()
    }
    (folder / "seed.json").write_text(json.dumps(whole))
    time = FakeTime()
    settings = Settings(
        folder / "store.db",
        seed=folder / "seed.json",
        requests_per_minute=0,
        keeps_history=True,
        faults=faults,
    )
    server = serve(settings, clock=time)
    try:
        with between(server.url) as proxy:
            env = {"RECONCILER_TOKEN": "pipeline", "XDG_STATE_HOME": str(folder)}
            found = Soc(root, server, proxy, time, Shell(root, env, time))
            found.configure()
            if in_git:
                found.git("init", "--quiet", "--initial-branch=main")
                (root / ".gitignore").write_text(".reconciler/\n*.json\n")
            yield found
    finally:
        server.close()


def kept(change: Any) -> dict[str, str]:
    """Of a plan's change: what is left to people, with who moved it."""
    return {one["name"]: one["cause"] for one in change["kept"]}


def causes(change: Any) -> dict[str, str]:
    """Of a plan's change: what is to be written, and why."""
    return {one["name"]: one["cause"] for one in change["fields"]}


def _kind(segment: str) -> str:
    return next(
        kind for kind, name in {**COLLECTIONS, "LegacyAlert": "alerts"}.items() if name == segment
    )
