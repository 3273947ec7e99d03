"""Real git in a temporary folder, and what is to be applied in it."""

from __future__ import annotations

import os
import shutil
import subprocess
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from reconciler.git.applied import AppliedTree
from reconciler.git.lines import Owner
from reconciler.model.desired import Exactly
from reconciler.model.words import Ref

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from pathlib import Path

    from reconciler.model.desired import Spec

REF: Final = "refs/reconciler/applied/contoso"
AT: Final = datetime(2026, 11, 21, 12, tzinfo=UTC)
VERBS: Final = (
    "ls-tree",
    "cat-file",
    "for-each-ref",
    "update-ref",
    "fast-import",
    "ls-remote",
    "push",
)
REAL_GIT: Final = shutil.which("git") or "git"


def git(root: Path, *arguments: str, given: bytes | None = None) -> str:
    identity = ("-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false")
    command = (REAL_GIT, "-C", os.fspath(root), *identity, *arguments)
    return (
        subprocess.run(command, check=True, capture_output=True, input=given)
        .stdout.decode()
        .strip()
    )


def repository(root: Path, *options: str) -> Path:
    """One commit, with ``desired/a.yaml``."""
    (root / "desired").mkdir(parents=True)
    (root / "desired" / "a.yaml").write_text("x")
    git(root, "init", "--quiet", "--initial-branch=main", *options)
    commit_all(root)
    return root


def commit_all(root: Path, message: str = "more") -> str:
    git(root, "add", ".")
    git(root, "commit", "--quiet", "--allow-empty", "-m", message)
    return git(root, "rev-parse", "HEAD")


def tree(root: Path, *, instance: str | None = None, is_embedded: bool = False) -> AppliedTree:
    return AppliedTree(root, "contoso", is_embedded, Owner(instance=instance))


def incident(number: int) -> Ref:
    return Ref("Incident", str(number))


def status(value: str) -> Spec:
    return {"status": Exactly(value)}


def record(
    applied: AppliedTree,
    entries: Mapping[Ref, Spec],
    released: Collection[Ref] = (),
    *,
    run: str = "4f2a",
) -> str | None:
    return applied.replace(entries, released, digest="sha256:0", run=run, at=AT)


def plant(root: Path, files: Mapping[str, bytes], ref: str = REF) -> str:
    """What somebody else's hands put at the ref; returns the commit."""
    stream = [b"commit %s\ncommitter a <a@example.org> 0 +0000\ndata 0\n" % ref.encode()]
    for path, content in files.items():
        stream.append(b"M 100644 inline %s\ndata %d\n%s\n" % (path.encode(), len(content), content))
    git(root, "fast-import", "--quiet", "--force", given=b"".join(stream))
    return git(root, "rev-parse", ref)


def wrap_git(folder: Path, script: str) -> str:
    """A ``git`` that does something of its own first; returns the PATH that finds it.

    ``$REAL`` is git itself, ``$VERB`` the command, the last line runs it as it was asked for.
    """
    folder.mkdir()
    lines = (
        "#!/bin/bash",
        f"REAL={REAL_GIT}",
        f'for VERB in "$@"; do case $VERB in {"|".join(VERBS)}) break;; esac; done',
        script,
        'exec $REAL "$@"',
    )
    (folder / "git").write_text("\n".join(lines) + "\n")
    (folder / "git").chmod(0o755)
    return f"{folder}{os.pathsep}{os.environ['PATH']}"
