"""init: a repository that only holds declarations and installs a pinned release of the tool.

What is there is left and named: a second run is harmless.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from reconciler import config as configuration, pipeline
from reconciler.clouds import EMULATOR
from reconciler.contract.config import config_schema
from reconciler.contract.document import document_schema
from reconciler.contract.schemas import as_text
from reconciler.documents.quoting import plain
from reconciler.errors import Failure, InvalidInput
from reconciler.model.words import SourceFile
from reconciler.store.below import is_there, write_below
from reconciler.store.discovery import NAME
from reconciler.store.folder import read_one

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from reconciler.settings import Config, CredentialName

DEMO: Final = "demo"
"""A tenant of this name is the embedded one unless something else is said."""
IGNORED: Final = ".reconciler/"
_WAY: Final = re.compile(r"[0-9A-Za-z_][0-9A-Za-z._-]*(/[0-9A-Za-z_][0-9A-Za-z._-]*)*")
OWNERS: Final = ("CODEOWNERS", "docs/CODEOWNERS")
"""Where a forge also looks for owners; any of them is enough."""

_PIN: Final = "requirements.txt"
_UNPINNED: Final = """\
# The release of reconciler that this repository uses. A commit that you trust, or a file by its hash:
#   reconciler @ git+https://HOST/OWNER/reconciler@COMMIT
#   reconciler==VERSION --hash=sha256:DIGEST
# Not by its name alone: an index gives whatever somebody has registered under it.
# What it needs is in requirements.lock.
"""
_PAPERS: Final = """\
# Plans, snapshots and probes hold titles and names of people; whoever wants one here says so.
/*.json
"""
_CODEOWNERS: Final = """\
# Who has to review what. The last matching line decides; take the '#' away and name your people.
# What is applied to a tenant:
#   @folder@desired/           @your-org/soc
# What says which tenant, with which guards and by which identity:
#   @folder@reconciler.yaml    @your-org/soc-leads
# What runs with rights, and which release of the tool:
#   /.github/           @your-org/platform
#   @folder@requirements.txt   @your-org/platform
#   @folder@requirements.lock  @your-org/platform
"""


@dataclass(frozen=True, slots=True)
class Answers:
    """What init has to know. Each has been checked: it is written as it stands."""

    tenant: str
    cloud: str
    credential: CredentialName = "default"
    tenant_id: str | None = None
    client_id: str | None = None
    requirement: str | None = None
    """The line that installs this release again; None: nobody can tell where it came from."""


@dataclass(frozen=True, slots=True)
class Left:
    """A file that was there; ``advice``: what may be missing in it, None: nothing."""

    name: str
    advice: str | None = None


@dataclass(frozen=True, slots=True)
class Started:
    written: tuple[str, ...]
    left: tuple[Left, ...] = ()
    block: str | None = None
    """To be pasted below ``tenants:`` of the configuration that was there; None: no need."""
    below: str = ""
    """The folder of the repository that holds all but GitHub's own files, which stand at its top."""
    failure: Failure | None = None
    """What could not be written; then nothing after it was."""


def existing(root: Path) -> Config | None:
    """The configuration that is there, if it can be used. Never raises."""
    if not is_there(root, NAME):
        return None
    try:
        return configuration.parse(read_one(root / NAME, NAME, within=root), root=str(root))
    except InvalidInput:
        return None


def run(answers: Answers, root: Path) -> Started:
    """What was written before something that cannot be written stays, and is told."""
    written: list[str] = []
    left: list[Left] = []
    top, below = repository(root)
    for folder, name, text in _everything(answers, root, top, below):
        shown = name if folder == root else f"{'../' * below.count('/')}../{name}"
        try:
            is_new = write_below(folder, name, text)
        except Failure as problem:
            return Started(tuple(written), tuple(left), failure=problem)
        if is_new:
            written.append(shown)
        else:
            left.append(Left(shown, _advice(answers, folder, name, text)))
    is_known = _knows(existing(root), answers.tenant)
    return Started(tuple(written), tuple(left), None if is_known else block(answers), below=below)


def repository(root: Path) -> tuple[Path, str]:
    """The top of the repository, and the way from there to ``root`` (empty: it is the top).

    Raises Failure for a way that a workflow could take for something else.
    """
    top = next((one for one in (root, *root.parents) if os.path.lexists(one / ".git")), root)
    below = "" if top == root else root.relative_to(top).as_posix()
    if below and _WAY.fullmatch(below) is None:
        raise Failure(
            f"the workflows cannot name the folder {below!a} of the repository",
            remedy="give it a name of letters, digits, '.', '_' and '-', and run init again",
        )
    return top, below


def _everything(
    answers: Answers, root: Path, top: Path, below: str
) -> Iterator[tuple[Path, str, str]]:
    """Folder, name in it, text. GitHub looks for its own files at the top of a repository alone."""
    yield from ((root, *one) for one in _files(answers, root))
    yield from ((top, *one) for one in _of_github(top, below))


def lock(requirement: str | None, root: Path) -> tuple[str, ...]:
    """Makes requirements and their check those of this release; the names of what was written.

    ``requirement``: as in Answers. None: requirements.txt stays as it is. Raises Failure.
    """
    top, _ = repository(root)
    files = {pipeline.LOCK: pipeline.lock()}
    if requirement is not None:
        files[_PIN] = f"{requirement}\n"
    for name, text in files.items():
        write_below(root, name, text, overwrite=True)
    write_below(top, pipeline.CHECK, pipeline.check(), overwrite=True)
    return (*files, pipeline.CHECK)


def _knows(config: Config | None, tenant: str) -> bool:
    return config is not None and tenant in config.tenants


def _files(answers: Answers, root: Path) -> Iterator[tuple[str, str]]:
    """By path. The configuration is read before it is written: it has to be a good one."""
    text = configuration_text(answers)
    configuration.parse(SourceFile(NAME, text.encode()), root=str(root))
    yield NAME, text
    config = existing(root)
    folder = f"desired/{answers.tenant}"
    if config and answers.tenant in config.tenants:
        folder = config.tenants[answers.tenant].desired
    if not is_there(root, folder):
        yield f"{folder}/.gitkeep", ""
    yield ".gitignore", f"{IGNORED}\n.venv/\n{_PAPERS}"
    pin = answers.requirement
    yield _PIN, f"{pin}\n" if pin else _UNPINNED
    yield pipeline.LOCK, pipeline.lock()
    yield "schemas/config.schema.json", as_text(config_schema())
    yield "schemas/document.schema.json", as_text(document_schema())


def _of_github(top: Path, below: str) -> Iterator[tuple[str, str]]:
    if not any(is_there(top, name) for name in OWNERS):
        folder = f"/{below}/" if below else "/"
        yield ".github/CODEOWNERS", _CODEOWNERS.replace("@folder@", folder)
    yield pipeline.CHECK, pipeline.check()
    yield from pipeline.workflows("release", below).items()


def configuration_text(answers: Answers) -> str:
    return (
        "# yaml-language-server: $schema=schemas/config.schema.json\n"
        "apiVersion: reconciler/v1\n"
        "kind: Config\n"
        f"defaultTenant: {plain(answers.tenant)}\n"
        "tenants:\n"
        f"{block(answers)}"
    )


def block(answers: Answers) -> str:
    """The tenant, as it stands below ``tenants:``."""
    return "".join(f"{line}\n" for line in _block(answers))


def _block(answers: Answers) -> Iterator[str]:
    yield f"  {plain(answers.tenant)}:"
    yield f"    cloud: {answers.cloud}"
    if answers.cloud == EMULATOR:
        yield "    # the embedded tenant: no account, no identity"
    else:
        if answers.tenant_id:
            yield f"    tenantId: {answers.tenant_id}"
        if answers.client_id:
            yield f"    clientId: {answers.client_id} # the reader: every command but apply"
        yield f"    credential: {answers.credential}"
        yield "    # the writer, an application of its own; without it the reader writes:"
        yield "    # apply: {clientId: 00000000-0000-0000-0000-000000000000, credential: github-oidc}"
    yield f"    desired: {plain(f'desired/{answers.tenant}')}"


def _advice(answers: Answers, root: Path, name: str, text: str) -> str | None:
    """What a file that was there lacks, as far as that can be told."""
    found = read_one(root / name, name, within=root).content
    if found is None or found == text.encode():
        return None
    lines = {line.strip() for line in found.decode("utf-8", "replace").splitlines()}
    if name == ".gitignore":
        return None if IGNORED in lines else f"add the line {IGNORED}"
    if name == _PIN:
        pin = answers.requirement
        return None if pin is None or pin in lines else f"add the line {pin}"
    if name.startswith(pipeline.FOLDER):
        return "another version's, or your own"
    return _ADVICE.get(name)


_ADVICE: Final = {
    pipeline.LOCK: "another version's; renew it: reconciler init --lock",
    pipeline.CHECK: "another version's; renew it: reconciler init --lock",
    "schemas/config.schema.json": "another version's; renew it: reconciler schema --kind Config",
    "schemas/document.schema.json": "another version's; renew it: reconciler schema",
}


def is_in_git(root: Path) -> bool:
    return any(os.path.lexists(folder / ".git") for folder in (root, *root.parents))
