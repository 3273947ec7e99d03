"""Git as a team uses it: a bare origin, the authors' working copy, fresh shallow clones of pipelines."""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tests.week.units import Name

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from reconciler.model.words import Json

NAMES: Final = ("demo", "contoso", "soc-main")
"""What the tenant is called, one after the other."""
REFSPEC: Final = "+refs/reconciler/applied/*:refs/reconciler/applied/*"
CONFIG: Final = """\
apiVersion: reconciler/v1
kind: Config
defaultTenant: {name}
tenants:
  {name}:
    cloud: global
    tenantId: 12f988bf-16f1-11af-11ab-1d7cd011db47
    clientId: 00000000-0000-0000-0000-000000000000
    credential: static-token
    graphUrl: {url}
    desired: desired/demo
    management: {{fields: {{severity: enforce}}}}
management: {{default: yield, fields: {{assignedTo: once}}}}
guards: {{maxUpdates: 1000, maxUpdatePercent: 100, maxClosures: 1000, maxHighSeverityClosures: 1000,
         maxReopenings: 5, maxTruePositiveReversals: 5, maxSeverityReductions: 1000,
         maxUnassignments: 1000, maxTagRemovals: 1000}}
limits: {{requestsPerMinute: 100000}}
"""
_GIT: Final = (
    *("git", "-c", "user.name=author", "-c", "user.email=author@example.com"),
    *("-c", "gc.auto=0", "-c", "maintenance.auto=false", "-c", "core.fsync=none"),
)


def git(root: Path, *words: str, given: bytes = b"") -> bytes:
    """Its output; AssertionError with what it says if it does not end well."""
    done = subprocess.run([*_GIT, *words], cwd=root, input=given, capture_output=True, check=False)
    assert done.returncode == 0, f"git {' '.join(words)}: {done}"
    return done.stdout


@dataclass
class Repos:
    """``url``: of the tenant's Graph."""

    folder: Path
    url: str = ""
    name: str = NAMES[0]

    @property
    def origin(self) -> Path:
        return self.folder / "origin.git"

    @property
    def desk(self) -> Path:
        """Where authors write."""
        return self.folder / "desk"

    @property
    def ref(self) -> str:
        return f"refs/reconciler/applied/{self.name}"

    def found(self, url: str) -> None:
        self.url = url
        git(self.folder, "init", "--quiet", "--bare", "--initial-branch=main", str(self.origin))
        git(self.folder, "clone", "--quiet", str(self.origin), str(self.desk))
        git(self.desk, "switch", "--quiet", "--orphan", "main")
        self.call(self.name)
        (self.desk / ".gitignore").write_text(".reconciler/\n")
        (self.desk / "desired" / "demo").mkdir(parents=True)
        self.commit()

    def call(self, name: str) -> None:
        """The tenant gets a name, in the authors' working copy."""
        self.name = name
        config = CONFIG.format(url=self.url, name=name)
        (self.desk / "reconciler.yaml").write_text(config)

    def commit(self) -> None:
        """All that authors wrote, pushed."""
        git(self.desk, "add", "--all")
        if git(self.desk, "status", "--porcelain"):
            git(self.desk, "commit", "--quiet", "--message", "as agreed")
            git(self.desk, "push", "--quiet", "origin", "HEAD:main")

    def clone(self, name: str, *, is_fetched: bool = True) -> Path:
        """As a pipeline checks out: one commit deep, and what was applied beside it.

        With ``--depth`` git fails where there is nothing to fetch yet.
        """
        root = self.folder / name
        url = self.origin.as_uri()
        git(self.folder, "clone", "--quiet", "--depth=1", "--branch=main", url, str(root))
        if is_fetched:
            depth = ("--depth=1",) if git(self.origin, "for-each-ref", "refs/reconciler/") else ()
            git(root, "fetch", "--quiet", *depth, "origin", REFSPEC)
        return root

    def fetch(self, root: Path) -> None:
        git(root, "fetch", "--quiet", "origin", REFSPEC)

    def push(self, root: Path) -> None:
        """What was applied; nothing was, as long as there is no ref."""
        if git(root, "for-each-ref", self.ref):
            git(root, "push", "--quiet", "origin", f"{self.ref}:{self.ref}")

    def tip(self, root: Path) -> str | None:
        """The commit of what was applied, under whatever name: the last one."""
        refs = ("for-each-ref", "--format=%(objectname)", "--sort=-committerdate", "--count=1")
        return git(root, *refs, "refs/reconciler/applied/").decode().strip() or None

    def applied(self, root: Path) -> Mapping[Name, Mapping[str, Json]] | None:
        """The applied tree, read with git alone; None: there is none."""
        tip = self.tip(root)
        if tip is None:
            return None
        listed = git(root, "ls-tree", "-r", "-z", tip).split(b"\0")[:-1]
        blobs = [line.split()[2] for line in listed]
        out = git(root, "cat-file", "--batch", given=b"\n".join(blobs) + b"\n" if blobs else b"")
        found: dict[Name, Mapping[str, Json]] = {}
        while out:
            head, _, rest = out.partition(b"\n")
            size = int(head.split()[2])
            row = json.loads(rest[:size])
            found[Name(row["kind"], row["id"])] = row["spec"]
            out = rest[size + 1 :]
        return found
