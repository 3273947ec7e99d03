"""What it means that an applied tree is not here: never applied, or only not fetched. Never guessed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from reconciler.errors import BaseFailure
from reconciler.git import remotes, tip
from reconciler.git.running import failed

if TYPE_CHECKING:
    from pathlib import Path

_NAMED_AT_MOST: Final = 3
ASKING_SECONDS: Final = 20.0
ASKING_EMBEDDED_SECONDS: Final = 5.0

_TWO_WAY: Final = (
    "so this plan is two-way: a value that a person changed cannot be told from one never applied"
)
OUTSIDE: Final = f"Outside git, {_TWO_WAY}"
FIRST: Final = f"First run: nothing was applied yet, {_TWO_WAY}"
ANEW: Final = f"The embedded tenant was made anew since something was applied, {_TWO_WAY}"
OTHER: Final = f"{{}} holds what was applied to another directory, {{}}, and is not used. First run: {_TWO_WAY}"
UNKNOWN: Final = f"Nothing was applied here yet and the remote could not be asked, {_TWO_WAY}"


def notice(root: Path, ref: str, tenant: str, *, is_embedded: bool) -> str:
    """Why the plan is two-way. Raises BaseFailure if a remote has the ref, or may have it."""
    seconds = ASKING_EMBEDDED_SECONDS if is_embedded else ASKING_SECONDS
    asked = remotes.ask(root, ref, timeout_seconds=seconds)
    if asked.holder is not None:
        raise BaseFailure(
            f"what was applied to '{tenant}' is on the remote and not in this clone",
            remedy=_remedy(asked.holder, ref),
        )
    if asked.unknown is None:
        missing = asked.others - tip.below(root, remotes.folder_of(ref), remedy="").keys()
        if missing and not is_embedded:
            names = ", ".join(sorted(missing)[:_NAMED_AT_MOST])
            raise BaseFailure(
                f"{ref} is on no remote, and {names} is not in this clone: it may be what was "
                f"applied to '{tenant}' under an earlier name",
                remedy=f"reconciler applied fetch --tenant {tenant} (or plan without it: --base none)",
            )
        return FIRST
    if is_embedded:
        return UNKNOWN
    remote, answer = asked.unknown
    raise failed(
        f"nobody knows what was applied to '{tenant}': it is not in this clone, and the remote "
        f"{remote} could not be asked",
        answer,
        remedy=_remedy(remote, ref),
    )


def _remedy(remote: str, ref: str) -> str:
    return f"git fetch {remote} +{ref}:{ref} (or plan without it: --base none)"
