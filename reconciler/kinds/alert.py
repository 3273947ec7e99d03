"""Alert: v1.0 ``/security/alerts_v2`` (api/security-alert-update, 2026)."""

from __future__ import annotations

from typing import Final

from reconciler.kinds import enums, verdicts
from reconciler.kinds.kind import Field, Kind, Listing, Reads
from reconciler.kinds.shapes import DetailsShape

ALERT: Final = Kind(
    name="Alert",
    set_name="AlertSet",
    version="v1.0",
    collection="/security/alerts_v2",
    id_pattern=r"[0-9A-Za-z][0-9A-Za-z_-]{0,127}",  # opaque: da637551227677560813_-961444813
    id_example="da637551227677560813_-961444813",
    description="An alert of Microsoft Defender XDR",
    fields=(
        Field("status", enums.ALERT_STATUS, nullable=False, description="Where the work stands"),
        verdicts.CLASSIFICATION,
        verdicts.DETERMINATION,
        verdicts.ASSIGNED_TO,
        Field(
            "customDetails",
            DetailsShape(),
            nullable=True,
            description="Custom fields with string values; keys not named here stay as they are",
        ),
    ),
    reads=Reads(
        title="title",
        created="createdDateTime",
        revision="lastUpdateDateTime",
        is_dated=True,
        severity="severity",
        tenant_id="tenantId",
        parent=("incidentId",),
    ),
    phase=1,
    listing=Listing(  # API notes 4.1: above 1000 is clamped; $select and $orderby by metadata
        page_size=1000, counted=True, has_ranges=True, has_keyset=True, has_select=True
    ),
    clouds=frozenset({"emulator", "global", "usgov", "usgov-dod"}),
    on_by_default=True,
    read_permission="SecurityAlert.Read.All",
    write_permission="SecurityAlert.ReadWrite.All",
    closing=("resolved",),
    pairs=verdicts.PAIRS,
    verdict="classification",
    folder="alerts",
)
