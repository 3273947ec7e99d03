"""Who can read what is about to be written: titles and names of people are not for everybody."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from reconciler.errors import Refused

if TYPE_CHECKING:
    from reconciler.github.hub import Hub

_CLOSED: Final = frozenset({"private", "internal"})


def check_audience(hub: Hub, *, is_redacted: bool) -> None:
    """Raises Refused in a public repository, and where nobody knows, unless it is redacted."""
    if is_redacted:
        return
    visibility = hub.repository.visibility()
    if visibility not in _CLOSED:
        known = "is public" if visibility == "public" else "does not tell whether it is public"
        raise Refused(
            f"the repository {hub.name} {known}: titles, people and free text of incidents would be"
            " there for everybody",
            remedy="add --redact",
        )
