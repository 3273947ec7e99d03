"""A working folder as users have it, that points at an emulator: for runs of the real command."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from reconciler.model.desired import Elements, Entries, Exactly

if TYPE_CHECKING:
    from pathlib import Path

    from reconciler.model.desired import Declaration, Declared
    from tests.faults.worlds import World

CONFIG: Final = """\
apiVersion: reconciler/v1
kind: Config
defaultTenant: demo
tenants:
  demo:
    cloud: emulator
    credential: static-token
    graphUrl: {url}
    desired: desired/demo
    kinds: {{IncidentTask: true, LegacyAlert: true}}
guards: {{maxUpdatePercent: 100, maxHighSeverityClosures: 1000, maxReopenings: 1000,
         maxTruePositiveReversals: 1000, maxSeverityReductions: 1000, maxUnassignments: 1000,
         maxTagRemovals: 1000}}
limits: {{requestsPerMinute: 100000, batchSize: {batch_size}}}
"""


def furnish(folder: Path, world: World, url: str, *, batch_size: int = 3) -> None:
    """reconciler.yaml and one document an object. JSON is YAML, so any string is itself."""
    documents = folder / "desired" / "demo"
    documents.mkdir(parents=True)
    (folder / "reconciler.yaml").write_text(CONFIG.format(url=url, batch_size=batch_size))
    for item in world.declared:
        (documents / f"{item.ref.kind}-{item.ref.id}.yaml").write_text(document(item))


def document(item: Declared) -> str:
    spec = {name: _plain(declaration) for name, declaration in item.spec.items()}
    return json.dumps(
        {
            "apiVersion": "reconciler/v1",
            "kind": item.ref.kind,
            "metadata": {"id": item.ref.id},
            "spec": spec,
        }
    )


def _plain(declaration: Declaration) -> object:
    match declaration:
        case Exactly(value):
            return value
        case Elements(present, absent):
            return {"present": list(present), "absent": list(absent)}
        case Entries(values):
            return dict(values)
