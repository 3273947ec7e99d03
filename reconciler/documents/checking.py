"""The schema's word on a document: jsonschema-rs decides the good case, jsonschema explains."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reconciler.documents.tree import Document
    from reconciler.model.words import Finding


class _Validator(Protocol):
    def is_valid(self, instance: Any) -> bool: ...


class Checker:
    """One schema, compiled when it is first asked."""

    def __init__(self, schema: Mapping[str, Any]) -> None:
        self._schema = schema

    @cached_property
    def _validator(self) -> _Validator:
        import jsonschema_rs

        return jsonschema_rs.Draft7Validator(dict(self._schema))

    def accepts(self, document: Document) -> bool:
        return self._validator.is_valid(document.data)

    def explain(self, document: Document) -> list[Finding]:
        """Never empty for a document that is not accepted and has no error yet."""
        from reconciler.documents.explain import explain

        findings = explain(document, self._schema)
        if findings or document.is_bad:
            return findings
        return [document.error((), "does not fit the schema; compare it with 'reconciler schema'")]
