"""Results of several tenants as one JSON document, written as they come.

``{formatVersion, tenants: [{name, exitCode, result}], exitCode}``; ``result`` is the command's own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from reconciler.codec.result import FORMAT
from reconciler.codec.rows import encode

if TYPE_CHECKING:
    from reconciler.model.tenant_run import TenantRun


def opening() -> str:
    return f'{{"formatVersion":{encode(FORMAT)},"tenants":['


def one(run: TenantRun, result: str, *, is_first: bool) -> str:
    """``result``: a JSON document; empty: null."""
    head = f'{{"name":{encode(run.tenant)},"exitCode":{run.exit_code},"result":'
    return f"{'' if is_first else ','}\n{head}{result.strip() or 'null'}}}"


def closing(exit_code: int) -> str:
    return f'],\n"exitCode":{exit_code}}}\n'
