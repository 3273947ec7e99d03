"""Documents: text → events → data with places → checked desired state."""

from __future__ import annotations

from reconciler.documents.loading import load
from reconciler.documents.rules import Rules

__all__ = ["Rules", "load"]
