from __future__ import annotations

import json

from reconciler.codec import tenant_runs as codec
from reconciler.model.tenant_run import TenantRun


def test_the_pieces_are_one_document_with_each_commands_own_inside() -> None:
    pieces = [
        codec.opening(),
        codec.one(TenantRun("a", 0, 1.0), '{"summary":{"update":3}}\n', is_first=True),
        codec.one(TenantRun("b", 1, 1.0), "", is_first=False),
        codec.closing(1),
    ]
    assert json.loads("".join(pieces)) == {
        "formatVersion": "1.0",
        "tenants": [
            {"name": "a", "exitCode": 0, "result": {"summary": {"update": 3}}},
            {"name": "b", "exitCode": 1, "result": None},
        ],
        "exitCode": 1,
    }
    assert pieces[-1].endswith("\n")
