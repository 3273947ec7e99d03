"""What reconciler.yaml says, checked: the nouns of the configuration (CONTRACT 2)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping

CloudName: TypeAlias = Literal["emulator", "global", "usgov", "usgov-dod", "china"]
CredentialName: TypeAlias = Literal["default", "static-token"]


@dataclass(frozen=True, slots=True)
class Identity:
    """Who speaks to Graph; ``client_id`` is the application, ``credential`` how it proves itself."""

    client_id: str | None = None
    credential: CredentialName = "default"


@dataclass(frozen=True, slots=True)
class Require:
    """Keys that a document must have when it closes an object, or reverses a true positive."""

    closures: tuple[str, ...] = ()
    reversals: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Limits:
    requests_per_minute: int = 130
    batch_size: int = 20
    connections: int = 4
    max_plan_age_seconds: int = 24 * 3600


@dataclass(frozen=True, slots=True)
class Tenant:
    name: str
    cloud: CloudName
    desired: str
    """POSIX path below the folder of the configuration file."""
    tenant_id: str | None = None
    reader: Identity = field(default_factory=Identity)
    writer: Identity | None = None
    """None: the reader writes, and apply says so."""
    kinds: frozenset[str] = frozenset()
    """Names of the kinds that are switched on."""
    graph_url: str | None = None
    """Origin to speak to in place of the cloud's Graph root; None: the cloud's own."""
    guards: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Config:
    path: str
    """The configuration file, as shown to people."""
    root: str
    """Absolute folder of that file; all paths in it are relative to this."""
    tenants: Mapping[str, Tenant]
    default_tenant: str | None = None
    guards: Mapping[str, int] = field(default_factory=dict)
    require: Require = field(default_factory=Require)
    pairs: Literal["error", "warn"] = "error"
    limits: Limits = field(default_factory=Limits)
