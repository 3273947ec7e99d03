"""approval: say how the apply of this commit was approved, or refuse."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from reconciler.cli import hub, session
from reconciler.cli.exits import DONE
from reconciler.cli.github_job import OUTPUT
from reconciler.errors import UsageError
from reconciler.store.runner_files import append
from reconciler.stories import approval as story

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Mapping

    from reconciler.cli.door import Door
    from reconciler.stories.approval import Approval

_COMMIT: Final = re.compile(r"[0-9a-f]{40}([0-9a-f]{24})?")


def add_options(options: ArgumentParser) -> None:
    options.add_argument(
        "--environment", metavar="NAME", required=True, help="that the job of the apply names"
    )
    options.add_argument(
        "--commit", metavar="SHA", help="that is to be applied (default: GITHUB_SHA)"
    )
    hub.add_author(options)


def run(options: Namespace, door: Door) -> int:
    config = session.load_config(options, door)
    tenant = session.choose_tenant(config, options)
    commit, branch = _commit(options, door), _branch(door)
    github = hub.open_hub(options, door)
    by = story.by_branch if tenant.approval == "branch" else story.by_environment
    found = by(github, tenant.name, environment=options.environment, commit=commit, branch=branch)
    told = _told(found)
    _put_out(told, door)
    door.out(f"{name}: {value}\n" for name, value in told.items())
    return DONE


def _told(found: Approval) -> Mapping[str, str]:
    """Each value is of allow-listed signs and on one line."""
    reviewed = found.reviewed
    return {
        "approval": found.by,
        "pull": str(found.pull or ""),
        "run-id": reviewed.run if reviewed else "",
        "artifact": reviewed.artifact if reviewed else "",
        "file": reviewed.file if reviewed else "",
        "digest": reviewed.digest if reviewed else "",
        "sha256": reviewed.sha256 if reviewed else "",
    }


def _put_out(told: Mapping[str, str], door: Door) -> None:
    """Raises Failure: a step that goes on without its outputs would go on with empty ones."""
    named = door.env.get(OUTPUT)
    if named:
        append(door.cwd / named, "".join(f"{name}={value}\n" for name, value in told.items()))


def _commit(options: Namespace, door: Door) -> str:
    found: str = options.commit or door.env.get("GITHUB_SHA", "")
    if _COMMIT.fullmatch(found) is None:
        raise UsageError(
            f"the commit is {found!a}; expected its whole name in hexadecimal digits",
            remedy="--commit SHA, or GITHUB_SHA, which GitHub sets in every job",
        )
    return found


def _branch(door: Door) -> str:
    """The name of the ref that GitHub runs this job for, which has to be a branch."""
    found = door.env.get("GITHUB_REF_NAME", "")
    if not found or door.env.get("GITHUB_REF_TYPE", "branch") != "branch":
        raise UsageError(
            f"GITHUB_REF_NAME is {found!a}; expected a branch",
            remedy="apply from a push to the branch that is applied, or from a run on it by hand",
        )
    return found
