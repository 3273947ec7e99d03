from __future__ import annotations

import json

from jsonschema import Draft202012Validator

from reconciler.codec import tenant_runs as codec
from reconciler.contract.result import result_schema
from reconciler.model.tenant_run import TenantRun


def test_the_pieces_are_one_document_with_each_commands_own_inside() -> None:
    pieces = [
        codec.opening(),
        codec.one(TenantRun("a", 0, 1.0), '{"summary":{"update":3}}\n', is_first=True),
        codec.one(TenantRun("b", 1, 1.0), "", is_first=False),
        codec.closing(1),
    ]
    document = json.loads("".join(pieces))
    assert list(Draft202012Validator(result_schema()).iter_errors(document)) == []
    assert document == {
        "formatVersion": "1.0",
        "tenants": [
            {"name": "a", "exitCode": 0, "result": {"summary": {"update": 3}}},
            {"name": "b", "exitCode": 1, "result": None},
        ],
        "exitCode": 1,
    }
    assert pieces[-1].endswith("\n")
