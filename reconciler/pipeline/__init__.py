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
_INSTALL: Final = "@install@"
_LOCK_HEAD: Final = """\
# What the release in requirements.txt needs, to be built and to run, each file by its hashes.
# The release brings this list along; install it, then renew this file: reconciler init --lock
"""


def workflows(install: Literal["release", "checkout"], below: str = "") -> Mapping[str, str]:
    """Path in a repository → text.

    ``install``: what requirements.txt pins (a bare name would give whatever an index has under it),
    or the tool that lies in the checkout, with its locked libraries. ``below``: the folder of the
    repository that holds reconciler.yaml and the documents, empty for the top.
    """
    blocks = {_INSTALL: (_HERE / f"{install}.sh").read_text("utf-8"), **_blocks(below)}
    words = {
        "@below@": f"/{below}" if below else "",
        "@folder@": f"{below}/" if below else "",
        "@up@": "../" * len(below.split("/")) if below else "",
    }
    return {
        f"{FOLDER}/{name}": _filled((_HERE / "workflows" / name).read_text("utf-8"), blocks, words)
        for name in NAMES
    }


def _blocks(below: str) -> Mapping[str, str]:
    """What stands in a line of its own, which goes where there is nothing to say."""
    if not below:
        return dict.fromkeys(("@working-directory@", "@path@", "@real-folder@"), "")
    return {
        "@working-directory@": f"working-directory: {below}",
        "@path@": f"path: {below}",
        # Through a link in its place, what follows would reach outside of the pull request.
        "@real-folder@": f'[ "$(realpath -- head/{below})" = "$(pwd -P)/head/{below}" ] ||'
        f' {{ echo "::error::{below} is no folder of the pull request, or a link"; exit 1; }}',
    }


def _filled(text: str, blocks: Mapping[str, str], words: Mapping[str, str]) -> str:
    lines: list[str] = []
    for line in text.splitlines():
        block, indent = line.strip(), line[: -len(line.lstrip())]
        if block in blocks:
            lines += [f"{indent}{one}" for one in blocks[block].splitlines()]
        else:
            lines.append(line)
    found = "".join(f"{line}\n" for line in lines)
    for word, meaning in words.items():
        found = found.replace(word, meaning)
    return found


def check() -> str:
    """What judges a repository's requirements before pip reads any of them."""
    return (_HERE / "check_requirements.py").read_text("utf-8")


def lock() -> str:
    """The versions and hashes that this release was tested with."""
    parts = ((_HERE / f"{name}.lock").read_text("utf-8") for name in ("build", "runtime"))
    return "".join((_LOCK_HEAD, *parts))
