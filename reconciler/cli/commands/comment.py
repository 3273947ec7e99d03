"""comment: put plans on a pull request, as one comment that is kept up to date."""

from __future__ import annotations

from hashlib import sha256
from pathlib import PurePath
from typing import TYPE_CHECKING, Final

from reconciler.cli import hub
from reconciler.cli.exits import DONE
from reconciler.codec.marker import NAME
from reconciler.errors import UsageError
from reconciler.stories import comment as story

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Mapping, Sequence

    from reconciler.cli.door import Door
    from reconciler.stories.comment import Ended, Saved

_SAID: Final[Mapping[Ended, str]] = {
    "written": "written",
    "updated": "updated in place",
    "unchanged": "left as it is: it says the same",
    "none": "not there, so there is nothing to correct",
}


def add_options(options: ArgumentParser) -> None:
    options.add_argument("plans", metavar="PLAN", nargs="*", help="files of 'plan --out'")
    options.add_argument("--pr", metavar="N", required=True, help="number of the pull request")
    options.add_argument(
        "--redact",
        action="store_true",
        help="without titles, people and free text; a public repository needs it",
    )
    options.add_argument(
        "--outdated",
        action="store_true",
        help="without PLAN: say that there is none of the latest commit, if an earlier one is there"
        " (with --tenant: of this tenant)",
    )
    options.add_argument(
        "--artifact",
        metavar="NAME",
        default="plans",
        help="of this run, that holds the plan files (default: %(default)s)",
    )
    hub.add_author(options)


def run(options: Namespace, door: Door) -> int:
    number = _number(options.pr)
    made_by = hub.this_run(door, _artifact(options.artifact))
    if options.outdated == bool(options.plans):
        raise UsageError(
            "comment takes plans, or --outdated where there are none",
            remedy="reconciler comment plans/*.json --pr N",
        )
    saved = _saved(options.plans, door)
    github = hub.open_hub(options, door)
    if options.outdated:
        ended = story.outdate(github, number, made_by, options.tenant)
    else:
        ended = story.run(github, number, saved, made_by, is_redacted=options.redact)
    door.say(f"the comment on pull request {number} of {github.name}: {_SAID[ended]}")
    return DONE


def _saved(names: Sequence[str], door: Door) -> list[Saved]:
    """All of them, or none. Raises Refused or Failure for a file, UsageError for a tenant twice."""
    found = [_one(name, door) for name in names]
    tenants = [one.plan.tenant.name for one in found]
    twice = sorted({name for name in tenants if tenants.count(name) > 1})
    if twice:
        raise UsageError(
            f"there are two plans of tenant {twice[0]!a}", remedy="name one plan for each tenant"
        )
    return found


def _one(name: str, door: Door) -> Saved:
    from reconciler.codec.plan import digest, load
    from reconciler.store.folder import read_plan
    from reconciler.stories.admission import check_derived

    file = PurePath(name).name
    if NAME.fullmatch(file) is None:
        raise UsageError(
            f"the plan file {name!a} has a name of other signs than letters, digits, '.', '_', '-'",
            remedy="rename it: its name stands in the comment",
        )
    data = read_plan(door.cwd / name)
    plan = load(data)
    check_derived(plan)
    return story.Saved(plan, digest(plan), sha256(data).hexdigest(), file)


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 0 < int(text) < 2**31):
        raise UsageError(
            f"--pr is {text!a}; expected the number of a pull request", remedy="--pr 7"
        )
    return int(text)


def _artifact(name: str) -> str:
    if NAME.fullmatch(name) is None:
        raise UsageError(
            f"--artifact is {name!a}; expected a name of letters, digits, '.', '_' and '-'",
            remedy="--artifact plans",
        )
    return name
