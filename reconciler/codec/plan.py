"""The plan file (CONTRACT 4): one line a change, digest for people, seal for bytes."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reconciler.model import Plan


def digest(plan: Plan) -> str:
    """``sha256:…`` over the decision alone: the same on another commit or day."""
    raise NotImplementedError


def dump(plan: Plan) -> Iterator[str]:
    """The file in pieces; joined, they end with the seal and a newline. Deterministic."""
    raise NotImplementedError


def load(data: bytes) -> Plan:
    """Raises Refused unless every byte is as dump() wrote it (seal, digest, derived requests)."""
    raise NotImplementedError
