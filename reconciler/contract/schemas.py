"""Every schema by name, and its text as schemas/ holds it."""

from __future__ import annotations

import json
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from reconciler.contract.config import config_schema
from reconciler.contract.document import document_schema
from reconciler.contract.plan import plan_schema
from reconciler.contract.result import result_schema

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

SCHEMAS: Final[Mapping[str, Callable[[], Mapping[str, Any]]]] = MappingProxyType(
    {
        "document": document_schema,
        "config": config_schema,
        "plan": plan_schema,
        "result": result_schema,
    }
)
"""By name: ``schemas/<name>.schema.json``."""


def as_text(schema: Mapping[str, Any]) -> str:
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"
