"""applied: what was applied last, from and to the remote that the pipeline shares."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, assert_never

if TYPE_CHECKING:
    from reconciler.git.applied import AppliedTree
    from reconciler.git.carrying import Remote

_BRINGS: Final = "'reconciler applied push' brings it there"


def fetch(tree: AppliedTree, remote: Remote) -> str:
    """What is here now, in a sentence. Raises BaseFailure."""
    remote.check()
    found, commit = remote.fetch(tree.ref)
    at = f"{tree.ref} at {(commit or '')[:12]}"
    match found:
        case "none" if commit is None and (earlier := tree.earlier_ref):
            return (
                f"What was applied to {tree.tenant} is on record as {earlier}: it was renamed since"
            )
        case "none" if commit is None:
            return f"Nothing was applied to {tree.tenant} yet: {remote.name} has no {tree.ref}"
        case "none":
            return f"{at} is here only: {remote.name} never had it; {_BRINGS}"
        case "ahead":
            return f"{at} is ahead of {remote.name}; {_BRINGS}"
        case "same":
            return f"{at}, as on {remote.name}"
        case "brought":
            return f"{at}, fetched from {remote.name}"
        case never:
            assert_never(never)


def push(tree: AppliedTree, remote: Remote) -> str:
    """What the remote has now, in a sentence. Raises BaseFailure."""
    remote.check()
    done, commit = remote.push(tree.ref)
    at = f"{tree.ref} at {(commit or '')[:12]}"
    match done:
        case "none":
            return f"Nothing to push: nothing was applied to {tree.tenant} here"
        case "same":
            return f"{at}, as on {remote.name}"
        case "pushed":
            return f"{at}, pushed to {remote.name}"
        case never:
            assert_never(never)
