"""What somebody who can run Python does to a plan file: change it and seal it again."""

from __future__ import annotations

import json
from hashlib import sha256
from typing import Any

COVERED = ("kind", "id", "action", "reason", "fields", "request", "applied", "expires")
NEED_REVISION = {"closes", "closes-high-severity", "recomputes-determination"}
HEAD = ("formatVersion", "objections", "overrides", "released", "tenant")


def parsed(text: str) -> Any:
    return json.loads(text)


def sealed_again(document: Any, *, digest: bool = True) -> bytes:
    """The whole document as one line each change, with a digest and a seal that match it."""
    document = {key: value for key, value in document.items() if key != "seal"}
    if digest and "digest" in document:
        document["digest"] = digest_of(document)
    return sealed(_text(document))


def sealed(unsealed: str) -> bytes:
    """``unsealed``: everything up to the value of the seal."""
    head = unsealed.encode("ascii")
    seal = sha256(head + b'"}\n').hexdigest()
    return head + f'sha256:{seal}"}}\n'.encode("ascii")


def digest_of(document: Any) -> str:
    changes = document.get("changes")
    decision = {
        "changes": [
            covered(change)
            for change in (changes if isinstance(changes, list) else [])
            if isinstance(change, dict)
        ],
        **{key: document.get(key) for key in HEAD},
    }
    canonical = json.dumps(decision, sort_keys=True, separators=(",", ":"))
    return f"sha256:{sha256(canonical.encode()).hexdigest()}"


def covered(change: Any) -> Any:
    """The revision only where the precondition uses it."""
    risks = change.get("risks")
    told = {risk for risk in risks if isinstance(risk, str)} if isinstance(risks, list) else set()
    keys = (*COVERED, "revision") if told & NEED_REVISION else COVERED
    return {key: change.get(key) for key in keys}


def _text(document: Any) -> str:
    parts = [f'"{key}":{_value(key, value)}' for key, value in document.items()]
    return "{" + ",\n".join(parts) + ',\n"seal":"'


def _value(key: str, value: Any) -> str:
    if key != "changes" or not isinstance(value, list):
        return _compact(value)
    return "[\n" + ",\n".join(_compact(change) for change in value) + "\n]"


def _compact(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"))
