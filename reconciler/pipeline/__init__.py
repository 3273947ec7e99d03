"""The workflows: one text each, for this repository and for those that ``init`` begins.

They differ in one step: what installs the tool. A repository of documents holds a pinned release in
its requirements.txt, this one holds the tool itself.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

FOLDER: Final = ".github/workflows"
NAMES: Final = ("plan.yml", "apply.yml", "apply-tenant.yml", "drift.yml")

RELEASE: Final = (
    "if ! grep -Eq '^reconciler( @ .*(@[0-9a-f]{40}|#sha256=[0-9a-f]{64})|==.*(--hash=sha256:|\\\\$))'"
    " requirements.txt; then",
    '  echo "::error file=requirements.txt::It pins no release of reconciler by commit or hash:'
    ' reconciler @ git+https://HOST/OWNER/reconciler@COMMIT"',
    "  exit 1",
    "fi",
    'python3 -m venv "$RUNNER_TEMP/reconciler"',
    '"$RUNNER_TEMP/reconciler/bin/pip" install --quiet --requirement requirements.txt',
    'echo "$RUNNER_TEMP/reconciler/bin" >> "$GITHUB_PATH"',
)
"""Installs what requirements.txt pins. A bare name would install whatever an index has under it."""
CHECKOUT: Final = (
    'python3 -m venv "$RUNNER_TEMP/reconciler"',
    '"$RUNNER_TEMP/reconciler/bin/pip" install --quiet --require-hashes --requirement requirements-dev.lock',
    '"$RUNNER_TEMP/reconciler/bin/pip" install --quiet --no-deps --no-build-isolation --editable .',
    'echo "$RUNNER_TEMP/reconciler/bin" >> "$GITHUB_PATH"',
)
"""Installs the tool that lies in the folder, with the locked libraries."""

_HERE: Final = Path(__file__).parent / "workflows"
_PLACE: Final = "          @install@\n"


def workflows(install: Sequence[str]) -> Mapping[str, str]:
    """Path in a repository → text. ``install``: shell lines that put ``reconciler`` on the PATH."""
    lines = "".join(f"{_PLACE[:10]}{line}\n" for line in install)
    return {
        f"{FOLDER}/{name}": (_HERE / name).read_text("utf-8").replace(_PLACE, lines)
        for name in NAMES
    }
