"""What reconciler.yaml says, checked: the nouns of the configuration (CONTRACT 2)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Literal, TypeAlias, get_args

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reconciler.model.desired import Mode

CloudName: TypeAlias = Literal["emulator", "global", "usgov", "usgov-dod", "china"]
Approval: TypeAlias = Literal["environment", "branch"]
"""What stands for a person's yes to an apply in a pipeline: the environment's required reviewers, or
the review of the protected branch, as far as the reviewed plan goes (contract 7)."""
CredentialName: TypeAlias = Literal[
    "default",
    "browser",
    "device-code",
    "azure-cli",
    "workload-identity",
    "github-oidc",
    "managed-identity",
    "environment",
    "static-token",
]
CREDENTIALS: Final[tuple[CredentialName, ...]] = get_args(CredentialName)

STATE_FOLDER: Final = ".reconciler"
"""What the tool keeps, below the configuration's folder; never in git."""

OF_AN_APPLICATION: Final[frozenset[CredentialName]] = frozenset(
    {"browser", "device-code", "github-oidc"}
)
"""Credentials that say nothing without ``clientId``: they are the tenant's own application's."""


@dataclass(frozen=True, slots=True)
class Guard:
    """How much of one thing a plan may do. ``name``: as ``--allow`` says it, without ``max``."""

    name: str
    default: int
    counted: str

    @property
    def setting(self) -> str:
        """Its key in the configuration: ``maxClosures``."""
        return f"max{self.name[0].upper()}{self.name[1:]}"


GUARDS: Final = (
    Guard("updates", 100, "objects to update"),
    Guard("updatePercent", 30, "share of the declared objects to update, from 200 on"),
    Guard("closures", 50, "objects to close"),
    Guard("highSeverityClosures", 0, "objects of high severity to close, not as true positive"),
    Guard("reopenings", 0, "closed objects to open again, and 'awaitingAction' to end"),
    Guard("truePositiveReversals", 0, "true positives to be called something else"),
    Guard("severityReductions", 0, "severities to lower"),
    Guard("unassignments", 20, "owners to take away"),
    Guard("tagRemovals", 20, "objects to take tags or details from"),
    Guard("driftOverwrites", 0, "objects on which to overwrite what a person set"),
    Guard("releasedPercent", 50, "share of the applied declarations that are gone"),
)
"""In the order of reports. Contract 2 has the defaults."""

EMPTY: Final = "empty"
"""The guard against a desired folder that declares nothing: no setting, only an override."""

COUNTED_GUARDS: Final = (*(guard.name for guard in GUARDS), EMPTY)
"""Names that an objection or an override may have."""


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
class Management:
    """Who owns what moved on the live side; what is not said here is said further out."""

    default: Mode | None = None
    fields: Mapping[str, Mode] = field(default_factory=dict)


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
    approval: Approval = "environment"
    graph_url: str | None = None
    """Origin to speak to in place of the cloud's Graph root; None: the cloud's own."""
    ca_bundle: str | None = None
    """From ``--ca-bundle``: the only certificates to trust; None: see net/trust.py."""
    guards: Mapping[str, int] = field(default_factory=dict)
    """What it sets in place of the common ones, by setting: ``maxClosures``."""
    management: Management = field(default_factory=Management)
    """What it says in place of the configuration's."""


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
    management: Management = field(default_factory=Management)
    pairs: Literal["error", "warn"] = "error"
    limits: Limits = field(default_factory=Limits)
