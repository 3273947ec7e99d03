"""IncidentTask: beta ``/security/incidentTasks`` (api/security-incidenttask-update, 2025-05).

Its page lists every permission type as "Not supported": best effort, off until switched on. Only
``status`` can be written; the slice marks it nullable merely because beta has no exact metadata,
and no page tells what a null status would mean, so null is refused.
"""

from __future__ import annotations

from typing import Final

from reconciler.kinds import enums
from reconciler.kinds.kind import Field, Kind, Listing, Reads

INCIDENT_TASK: Final = Kind(
    name="IncidentTask",
    set_name=None,
    version="beta",
    collection="/security/incidentTasks",
    id_pattern=r"[0-9A-Za-z][0-9A-Za-z-]{0,63}",  # called a GUID, shown as 213213
    id_example="213213",
    description="A task of Defender Experts in an incident",
    fields=(
        Field("status", enums.TASK_STATUS, nullable=False, description="Where the task stands"),
    ),
    reads=Reads(
        title="displayName",
        created="createdDateTime",
        revision="lastModifiedDateTime",
        moved_by="lastModifiedByDisplayName",
        parent=("incident", "id"),
    ),
    phase=2,
    listing=Listing(page_size=500, counted=False),  # default and maximum of the page
    clouds=frozenset({"emulator", "global"}),
    on_by_default=False,
    read_permission="a permission for incident tasks (Microsoft names none)",
    write_permission="a permission for incident tasks (Microsoft names none)",
    closing=("completed", "failed", "notRelevant"),
    folder="tasks",
    caveat="IncidentTask is a beta API for which Microsoft names no permission: 403 is possible",
)
