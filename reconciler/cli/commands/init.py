"""init: write a first repository; overwrites nothing."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from reconciler.cli.exits import DONE
from reconciler.clouds import CLOUDS, EMULATOR
from reconciler.contract.config import config_schema
from reconciler.documents.characters import visible
from reconciler.errors import Interrupted, UsageError
from reconciler.kinds import KINDS
from reconciler.settings import CREDENTIALS, OF_AN_APPLICATION
from reconciler.store.provenance import requirement
from reconciler.stories import init as story

if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from collections.abc import Iterator, Mapping

    from reconciler.cli.door import Door
    from reconciler.settings import Config, CredentialName

STATIC: Final = "static-token"
_UNKNOWN: Final = "requirements.txt was left: nobody can tell where this release came from"
_INSTALL: Final = (
    "  python3 -m venv .venv\n"
    "  .venv/bin/pip install --require-hashes -r requirements.lock\n"
    "  .venv/bin/pip install --no-deps --no-build-isolation -r requirements.txt\n"
)
PIPELINE: Final = "the environment '{}' with required reviewers (docs/pipeline.md)"


def add_options(options: ArgumentParser) -> None:
    options.add_argument("--cloud", choices=list(CLOUDS), help="where the tenant lives")
    options.add_argument("--tenant-id", metavar="GUID", help="the tenant's id")
    options.add_argument("--client-id", metavar="GUID", help="the application that reads")
    options.add_argument(
        "--credential", choices=CREDENTIALS, help="how it proves itself (default: default)"
    )
    options.add_argument(
        "--lock",
        action="store_true",
        help="only renew requirements.lock, its check and, where it is known, the release in"
        " requirements.txt: they become those of the release that runs",
    )


def run(options: Namespace, door: Door) -> int:
    if options.config is not None:
        raise UsageError(
            "init writes reconciler.yaml into the working directory",
            remedy="leave --config out; go to the folder that it shall be in",
        )
    if options.lock:
        return _lock(options, door)
    config = story.existing(door.cwd)
    answers = replace(_answers(options, config, door), requirement=requirement())
    started = story.run(answers, door.cwd)
    door.out(_listed(started))
    if started.failure is not None:
        raise started.failure
    door.out(_next(started, answers, is_in_git=story.is_in_git(door.cwd)))
    return DONE


def _lock(options: Namespace, door: Door) -> int:
    given = [_flag(name) for name in _QUESTIONS if getattr(options, name) is not None]
    if given:
        raise UsageError(
            f"--lock renews the requirements alone: there is no use for {', '.join(given)}",
            remedy="reconciler init --lock",
        )
    pin = requirement()
    door.out(f"written  {name}\n" for name in story.lock(pin, door.cwd))
    if pin is None:
        door.out((f"\n{_UNKNOWN}\n",))
    return DONE


def _answers(options: Namespace, config: Config | None, door: Door) -> story.Answers:
    """From flags, from the configuration that is there, and on a terminal from a person.

    Raises UsageError for a flag that cannot be, and in a script for all that are missing at once.
    """
    given = {name: getattr(options, name) for name in _QUESTIONS}
    found = {name: value for name, value in given.items() if value is not None}
    for name, value in found.items():
        problem = _problem(name, value)
        if problem:
            raise UsageError(f"{_flag(name)} is {visible(value)}; {problem}")
    found = {**_known(config, found.get("tenant")), **found}
    if found.keys() == {"tenant"} and found["tenant"] == story.DEMO:
        found["cloud"] = EMULATOR
    if door.is_conversation:
        _ask_all(found, door)
    missing = [_flag(name) for name in _QUESTIONS if name not in found and _must(name, found)]
    if missing:
        raise UsageError(
            f"there is no terminal to ask on; missing: {', '.join(missing)}",
            remedy=f"name them; the embedded tenant needs none: --tenant {story.DEMO}",
        )
    return _checked(found)


def _known(config: Config | None, name: str | None) -> dict[str, str]:
    """What the configuration that is there says of the tenant, so that nobody is asked again."""
    tenant = config.tenants.get(name) if config and name else None
    if tenant is None:
        return {}
    said = {
        "cloud": tenant.cloud,
        "credential": tenant.reader.credential,
        "tenant_id": tenant.tenant_id,
        "client_id": tenant.reader.client_id,
    }
    return {key: value for key, value in said.items() if value is not None and _may(key, said)}


_QUESTIONS: Final[Mapping[str, str]] = {
    "tenant": "A name of your own for the tenant",
    "cloud": f"Its cloud: {', '.join(CLOUDS)} [global]",
    "credential": f"How to sign in: {', '.join(CREDENTIALS)} [default]",
    "tenant_id": "The id of the tenant, a GUID",
    "client_id": "The id of the application that reads, a GUID (empty: none)",
}
_OTHERWISE: Final[Mapping[str, str]] = {"cloud": "global", "credential": "default"}
"""What an empty answer on a terminal means."""


def _may(name: str, found: Mapping[str, str | None]) -> bool:
    """Whether it means anything, after what is known."""
    return name in {"tenant", "cloud"} or found.get("cloud") != EMULATOR


def _must(name: str, found: Mapping[str, str]) -> bool:
    """A static token was handed in: nobody has to say of which tenant it is."""
    credential = found.get("credential")
    needless = {
        "credential": True,
        "tenant_id": credential == STATIC,
        "client_id": credential not in OF_AN_APPLICATION,
    }
    return _may(name, found) and not needless.get(name, False)


def _ask_all(found: dict[str, str], door: Door) -> None:
    for name in _QUESTIONS:
        if name not in found and _may(name, found):
            answer = _ask(name, found, door)
            if answer:
                found[name] = answer


def _ask(name: str, found: Mapping[str, str], door: Door) -> str:
    """Again until it can be. Raises Interrupted if nobody answers any more."""
    while True:
        door.write(door.stderr, (f"{_QUESTIONS[name]}: ",))
        line = door.stdin.readline()
        if not line:
            raise Interrupted("nobody answers; nothing was written")
        answer = line.strip() or _OTHERWISE.get(name, "")
        if not answer and not _must(name, found):
            return ""
        problem = _problem(name, answer)
        if problem is None:
            return answer
        door.say(f"  {visible(answer)}: {problem}")


def _problem(name: str, value: str) -> str | None:
    """By the schema of the configuration: it is what the answer has to pass in the end."""
    if name == "cloud" and value in CLOUDS and not _has_kinds(value):
        return "where Microsoft offers none of these objects; there is nothing to declare"
    if name == "cloud":
        return None if value in CLOUDS else f"expected one of {', '.join(CLOUDS)}"
    if name == "credential":
        return None if value in CREDENTIALS else f"expected one of {', '.join(CREDENTIALS)}"
    tenants: Mapping[str, Any] = config_schema()["properties"]["tenants"]
    rule = (
        tenants["propertyNames"]
        if name == "tenant"
        else tenants["additionalProperties"]["properties"]["tenantId"]
    )
    fits = re.search(rule["pattern"], value, re.ASCII) and not value.endswith("\n")
    if fits and len(value) <= rule.get("maxLength", len(value)):
        return None
    message: str = rule["patternErrorMessage"]
    return message


def _has_kinds(cloud: str) -> bool:
    return any(cloud in kind.clouds for kind in KINDS.values())


def _checked(found: Mapping[str, str]) -> story.Answers:
    useless = [_flag(name) for name in found if not _may(name, found)]
    if useless:
        raise UsageError(
            f"{', '.join(useless)}: there is no use for this here",
            remedy="the emulator signs nobody in: leave it out, or name another --cloud",
        )
    credentials: dict[str, CredentialName] = {name: name for name in CREDENTIALS}
    return story.Answers(
        tenant=found["tenant"],
        cloud=found["cloud"],
        credential=credentials[found.get("credential", "default")],
        tenant_id=found.get("tenant_id"),
        client_id=found.get("client_id"),
    )


def _flag(name: str) -> str:
    return f"--{name.replace('_', '-')}"


def _listed(started: story.Started) -> Iterator[str]:
    yield from (f"written  {name}\n" for name in started.written)
    for item in started.left:
        yield f"left     {item.name}{f' ({item.advice})' if item.advice else ''}\n"


def _next(started: story.Started, answers: story.Answers, *, is_in_git: bool) -> Iterator[str]:
    if started.block:
        yield f"\nThe configuration was there. Below 'tenants:' in it, paste:\n\n{started.block}"
    if started.below:
        foreign = [
            item.name for item in started.left if item.advice and item.name.startswith("../")
        ]
        what = (
            f"what was left there may be another folder's: see that {', '.join(foreign)} work here"
            if foreign
            else "what GitHub looks for at its top was written there, and works here"
        )
        yield f"\nThe repository begins above {started.below}: {what}.\n"
    yield "\nNext:\n"
    if not is_in_git:
        yield "  git init\n"
    if answers.requirement is None:
        yield "  # say in requirements.txt where reconciler comes from, pinned to a commit; then\n"
    yield _INSTALL
    for command in ("doctor", "import --limit 20", "plan"):
        yield f"  reconciler {command} --tenant {answers.tenant}\n"
    yield f"  # on GitHub, before the first push: {PIPELINE.format(answers.tenant)}\n"
