"""LegacyAlert: v1.0 ``/security/alerts`` (api/alert-update), deprecated, off until switched on.

Three dates are published for its end: 2026-04-10, 2026-08-31, 2026-10-15 (API notes 4.4).
"""

from __future__ import annotations

from typing import Final

from reconciler.kinds import enums, verdicts
from reconciler.kinds.kind import Field, Kind, Listing, Reads
from reconciler.kinds.shapes import PhrasesShape, TagsShape, TimeShape

LEGACY_ALERT: Final = Kind(
    name="LegacyAlert",
    set_name=None,
    version="v1.0",
    collection="/security/alerts",
    id_pattern=r"[0-9A-Za-z][0-9A-Za-z_.=-]{0,254}",
    id_example="b0bbdb17-d9d7-4d3a-b0b3-3a9a4a2c8a55",
    description="An alert of the deprecated alerts API",
    fields=(
        Field("status", enums.LEGACY_STATUS, nullable=False, description="Where the work stands"),
        Field("feedback", enums.LEGACY_FEEDBACK, nullable=True, description="The verdict"),
        verdicts.ASSIGNED_TO,
        Field(
            "closedDateTime",
            TimeShape(),
            nullable=True,
            description="When it was closed, UTC: 2026-01-31T12:00:00Z",
        ),
        Field(
            "comments",
            PhrasesShape(("Closed in IPC", "Closed in MCAS")),
            nullable=False,
            description="Added to what people wrote; Graph takes no other text",
        ),
        Field("tags", TagsShape(), nullable=False, description="Tags"),
    ),
    reads=Reads(
        title="title",
        created="createdDateTime",
        revision="lastModifiedDateTime",
        severity="severity",
    ),
    phase=1,
    listing=Listing(page_size=1000, counted=True),  # documented maximum; per provider
    clouds=frozenset({"emulator", "global", "usgov", "usgov-dod"}),
    on_by_default=False,
    read_permission="SecurityEvents.Read.All",
    write_permission="SecurityEvents.ReadWrite.All",
    closing=("resolved", "dismissed"),
    verdict="feedback",
    folder="legacy-alerts",
    attachments=("vendorInformation",),
    patch_prefer=("return=representation",),
    caveat="LegacyAlert is deprecated",
    ends="2026-10-15",
)
