"""Which object, or set of objects, each document of a file declares, and where it says so."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from reconciler.documents.editing.layout import Collection, Scalar
from reconciler.kinds import KINDS, SETS
from reconciler.model.words import Ref

if TYPE_CHECKING:
    from reconciler.documents.editing.layout import Node, Sheet
    from reconciler.documents.editing.page import Page
    from reconciler.kinds.kind import Kind

_FORMS: Final = {**KINDS, **SETS}
_PARTS: Final = ("metadata", "spec", "members", "management")
_STEP: Final = 2


@dataclass(frozen=True, slots=True)
class Form:
    """A document that declares something. ``members``: the list of a set's ids."""

    sheet: Sheet
    kind: Kind
    root: Collection
    metadata: Collection
    spec: Collection
    members: Collection | None
    management: Collection | None

    @property
    def refs(self) -> dict[Ref, Scalar]:
        """Its object, or all members, and where their ids stand."""
        items = self.members.items if self.members else (self.metadata.by_name["id"],)
        ids = (item.value for item in items if isinstance(item.value, Scalar))
        return {Ref(self.kind.name, found.text): found for found in ids}


def form(sheet: Sheet) -> Form | None:
    """Of a file without errors; None for an empty document."""
    root = sheet.root
    metadata, spec, members, management = (_part(root, name) for name in _PARTS)
    if not isinstance(root, Collection) or metadata is None or spec is None:
        return None
    kind = _FORMS[str(root.by_name["kind"].value.data)]
    return Form(sheet, kind, root, metadata, spec, members, management)


def step(page: Page, root: Collection) -> int:
    """The columns by which the document's own mappings are indented."""
    for item in root.items:
        inner = item.value
        if isinstance(inner, Collection) and inner.is_mapping and not inner.is_flow:
            return page.column(inner.start) - page.column(item.start)
    return _STEP


def _part(root: Node | None, name: str) -> Collection | None:
    item = root.by_name.get(name) if isinstance(root, Collection) else None
    return item.value if item and isinstance(item.value, Collection) else None
