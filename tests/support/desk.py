"""A folder of documents beside a tenant in memory: what stories that edit documents are tested on."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from reconciler.settings import Config, Tenant as Settings
from reconciler.stories import desired
from tests.support.applying import SETTINGS
from tests.support.documents import document
from tests.support.world import Tenant

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from reconciler.model.desired import Declared
    from reconciler.model.edits import Edits, Told

HERE: Final = replace(SETTINGS, desired="desired")


@dataclass
class Desk:
    """``root`` is the folder of the configuration; documents lie in ``desired/``."""

    root: Path
    world: Tenant = field(default_factory=Tenant)
    tenant: Settings = HERE

    @property
    def config(self) -> Config:
        return Config("reconciler.yaml", str(self.root), {"demo": self.tenant})

    def file(self, name: str, *documents: str) -> Path:
        path = self.root / "desired" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("---\n".join(documents), encoding="utf-8")
        return path

    def incident(self, object_id: str, spec: str, *, metadata: str = "") -> Path:
        return self.file(
            f"{object_id}.yaml", document(spec, object_id=object_id, metadata=metadata)
        )

    def declared(self) -> Sequence[Declared]:
        return desired.read(self.config, self.tenant).declared


def texts(edits: Edits) -> dict[str, str | None]:
    """By path, what the file would be."""
    return {edit.path: None if edit.after is None else edit.after.decode() for edit in edits.files}


def told(items: Sequence[Told]) -> list[tuple[str, str]]:
    return [(str(item.ref), item.what) for item in items]
