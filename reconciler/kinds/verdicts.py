"""The verdict of incidents and alerts: two fields that are one, and who is responsible for it."""

from __future__ import annotations

from typing import Final

from reconciler.kinds import enums
from reconciler.kinds.kind import Field, Pairs
from reconciler.kinds.shapes import PrincipalShape

CLASSIFICATION: Final = Field(
    "classification",
    enums.CLASSIFICATION,
    nullable=True,
    description="The verdict; without a determination Graph may recompute that one",
)
DETERMINATION: Final = Field(
    "determination",
    enums.DETERMINATION,
    nullable=True,
    description="Why; needs a classification, and has to fit it",
)
ASSIGNED_TO: Final = Field(
    "assignedTo",
    PrincipalShape(),
    nullable=True,
    description="Owner, as free text (usually a user principal name); null: nobody",
)
PAIRS: Final = Pairs(CLASSIFICATION.name, DETERMINATION.name, enums.VERDICTS)
