"""Wiring: from a job's environment to its repository on GitHub."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from reconciler.cli.interrupts import end_of_reading
from reconciler.errors import IdentityFailure, UsageError

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace

    from reconciler.cli.door import Door
    from reconciler.github.hub import Hub
    from reconciler.stories.comment import Run

API_URL: Final = "https://api.github.com"
_REPOSITORY: Final = re.compile(r"[0-9A-Za-z_.-]{1,100}/[0-9A-Za-z_.-]{1,100}")
_LOGIN: Final = re.compile(r"[0-9A-Za-z_-]{1,100}(\[bot\])?")
_SERVER: Final = re.compile(r"https?://[0-9A-Za-z.-]+(:[0-9]{1,5})?")
_RUN: Final = re.compile(r"[0-9]{1,19}")


def add_author(options: ArgumentParser) -> None:
    options.add_argument(
        "--author",
        metavar="LOGIN",
        help="as whom the token writes, for an App of your own: 'my-app[bot]' (default: GitHub is"
        " asked; for a job's own token github-actions[bot])",
    )


def open_hub(options: Namespace, door: Door) -> Hub:
    """Raises UsageError or IdentityFailure for what the environment lacks."""
    from reconciler.github import Connection
    from reconciler.github.hub import Hub
    from reconciler.net.trust import FOR_GRAPH, bundle

    if not door.env.get("GITHUB_TOKEN"):
        raise IdentityFailure(
            "GITHUB_TOKEN is not set: nobody to speak to GitHub as",
            remedy="in a job: 'env: {GITHUB_TOKEN: ${{ github.token }}}'",
        )
    named = options.ca_bundle
    return Hub(
        Connection(
            api_url=door.env.get("GITHUB_API_URL") or API_URL,
            repository=_repository(door),
            token=door.env["GITHUB_TOKEN"],
            author=_author(options.author),
            clock=door.clock,
            stop=end_of_reading(door.beside),
            ca_bundle=bundle(None if named is None else str(door.cwd / named), door.env, FOR_GRAPH),
        )
    )


def this_run(door: Door, artifact: str) -> Run:
    """The job's own run; outside of a job it has no id."""
    from reconciler.stories.comment import Run

    found, server = door.env.get("GITHUB_RUN_ID", ""), door.env.get("GITHUB_SERVER_URL", "")
    if _RUN.fullmatch(found) is None:
        return Run(artifact=artifact)
    if _SERVER.fullmatch(server) is None:
        return Run(found, artifact=artifact)
    return Run(found, f"{server}/{_repository(door)}/actions/runs/{found}", artifact)


def _repository(door: Door) -> str:
    found = door.env.get("GITHUB_REPOSITORY", "")
    if _REPOSITORY.fullmatch(found) is None or ".." in found:
        raise UsageError(
            f"GITHUB_REPOSITORY is {found!a}; expected owner/name",
            remedy="GitHub sets it in every job; elsewhere: export GITHUB_REPOSITORY=owner/name",
        )
    return found


def _author(named: str | None) -> str | None:
    if named is not None and _LOGIN.fullmatch(named) is None:
        raise UsageError(
            f"--author is {named!a}; expected a login", remedy="--author 'my-app[bot]'"
        )
    return named
