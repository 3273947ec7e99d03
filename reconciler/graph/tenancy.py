"""The last wall against the wrong tenant: what the objects themselves say."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.errors import Refused
from reconciler.model.words import Foreign

if TYPE_CHECKING:
    from reconciler.model.live import Live


def checked(live: Live, expected: str | None) -> Live:
    """The object itself. Raises Refused if it carries another tenant's id; case does not count."""
    found = live.tenant_id
    if expected is None or found is None or found.casefold() == expected.casefold():
        return live
    raise Refused(
        f"{live.ref} belongs to another tenant (its tenantId stands below); expected {expected}",
        remedy="check tenantId in the configuration, and which tenant the credential signs in to",
        detail=Foreign(found),
    )
