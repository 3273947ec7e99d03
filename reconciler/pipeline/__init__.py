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
NAMES: Final = ("plan.yml", "apply.yml", "apply-tenant.yml", "drift.yml")

_HERE: Final = Path(__file__).parent
_INDENT: Final = " " * 10
_PLACE: Final = f"{_INDENT}@install@\n"


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
