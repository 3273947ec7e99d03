"""The workflows: one text each, for this repository and for those that ``init`` begins.

They differ in one step: what installs the tool. A repository of documents holds a pinned release in
its requirements.txt, this one holds the tool itself.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

FOLDER: Final = ".github/workflows"
CHECK: Final = ".github/reconciler/check_requirements.py"
LOCK: Final = "requirements.lock"
NAMES: Final = ("plan.yml", "apply.yml", "apply-tenant.yml", "drift.yml")

_HERE: Final = Path(__file__).parent
_INDENT: Final = " " * 10
_PLACE: Final = f"{_INDENT}@install@\n"
_LOCK_HEAD: Final = """\
# What the release in requirements.txt needs, to be built and to run, each file by its hashes.
# The release brings this list along; install it, then renew this file: reconciler init --lock
"""


def workflows(install: Literal["release", "checkout"]) -> Mapping[str, str]:
    """Path in a repository → text.

    ``install``: what requirements.txt pins (a bare name would give whatever an index has under it),
    or the tool that lies in the checkout, with its locked libraries.
    """
    script = (_HERE / f"{install}.sh").read_text("utf-8")
    step = "".join(f"{_INDENT}{line}\n" for line in script.splitlines())
    return {
        f"{FOLDER}/{name}": (_HERE / "workflows" / name).read_text("utf-8").replace(_PLACE, step)
        for name in NAMES
    }


def check() -> str:
    """What judges a repository's requirements before pip reads any of them."""
    return (_HERE / "check_requirements.py").read_text("utf-8")


def lock() -> str:
    """The versions and hashes that this release was tested with."""
    parts = ((_HERE / f"{name}.lock").read_text("utf-8") for name in ("build", "runtime"))
    return "".join((_LOCK_HEAD, *parts))
