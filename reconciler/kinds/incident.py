"""Incident: v1.0 ``/security/incidents`` (api/security-incident-update, page of 2026-03)."""

from __future__ import annotations

from typing import Final

from reconciler.kinds import enums, verdicts
from reconciler.kinds.kind import Field, Kind, Listing, Reads, SpillRule
from reconciler.kinds.shapes import TagsShape, TextShape

INCIDENT: Final = Kind(
    name="Incident",
    set_name="IncidentSet",
    version="v1.0",
    collection="/security/incidents",
    id_pattern=r"[0-9]{1,19}",
    id_example="2972395",
    description="An incident of Microsoft Defender XDR",
    fields=(
        Field("status", enums.INCIDENT_STATUS, nullable=False, description="Where the work stands"),
        verdicts.CLASSIFICATION,
        verdicts.DETERMINATION,
        verdicts.ASSIGNED_TO,
        Field("customTags", TagsShape(), nullable=False, description="Tags of the SOC"),
        Field("displayName", TextShape(), nullable=True, description="Name of the incident"),
        Field("description", TextShape(multiline=True), nullable=True, description="Description"),
        Field("severity", enums.SEVERITY, nullable=False, description="Severity"),
        Field(
            "resolvingComment",
            # Graph answers 200 for more and keeps 30,000 (measured live, published 2026-09-27). For
            # the other texts, tags, owners and details no page and no schema of Microsoft names a
            # length (API notes 9: looked for and not found).
            TextShape(multiline=True, longest=30_000),
            nullable=True,
            description="Why it was resolved this way; shown with the resolution",
        ),
        Field("summary", TextShape(multiline=True), nullable=True, description="What happened"),
    ),
    reads=Reads(
        title="displayName",
        created="createdDateTime",
        revision="lastUpdateDateTime",
        is_dated=True,
        severity="severity",
        moved_by="lastModifiedBy",
        tenant_id="tenantId",
        redirect="redirectIncidentId",
        redirect_status="redirected",
    ),
    phase=0,
    listing=Listing(  # API notes 2.1, 2.2: working ceiling 50; $select and $orderby by metadata
        page_size=50,
        counted=True,
        has_ranges=True,
        has_keyset=True,
        has_select=True,
        has_numbered_ids=True,
    ),
    clouds=frozenset({"emulator", "global", "usgov", "usgov-dod"}),
    on_by_default=True,
    read_permission="SecurityIncident.Read.All",
    write_permission="SecurityIncident.ReadWrite.All",
    closing=("resolved",),
    pairs=verdicts.PAIRS,
    verdict="classification",
    spills=(  # xdr/manage-incidents: portal behaviour; the Graph page only says "recalculated"
        SpillRule("status", to_kind="Alert", to_field="status", only="resolved"),
        SpillRule("assignedTo", to_kind="Alert", to_field="assignedTo"),
    ),
)
