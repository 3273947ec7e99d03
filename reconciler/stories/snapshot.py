"""snapshot: live state → a file; and what plans on such a file read, without one request."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final, NamedTuple, get_args

from reconciler import __version__
from reconciler.codec.rows import stamp
from reconciler.errors import Failure, Refused
from reconciler.model.live import Cost, Known, Observation, Unreadable
from reconciler.model.snapshot import Snapshot
from reconciler.model.words import Foreign, Ref
from reconciler.planning import make
from reconciler.reading import by_id, strategy
from reconciler.settings import Require
from reconciler.stories.look import Looked
from reconciler.stories.plan import identify

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import timedelta

    from reconciler.model.desired import Declared
    from reconciler.model.live import Live, Read
    from reconciler.ports import Clock
    from reconciler.settings import Config, Tenant
    from reconciler.stories.importing import Hands

NOT_HELD: Final = "the snapshot does not hold it: it was not read then"
FOR_PLANS: Final = "a snapshot is for planning; before a write the object itself is read"


class Taken(NamedTuple):
    snapshot: Snapshot
    left_out: tuple[Foreign, ...]
    """What entries of lists say of their id that are no such object."""


def take(
    declared: Sequence[Declared],
    hands: Hands,
    *,
    config: Config,
    tenant: Tenant,
    clock: Clock,
    everything: bool = False,
) -> Taken:
    """Of the declared objects just what a plan would read now; ``everything``: the lists as well.

    What lists show unlike its document is read by id: a plan on the file has nobody to ask. Raises
    Failure if a list could not be read whole.
    """
    now, size = clock.now(), config.limits.batch_size
    desk = make.part(declared, kinds=tenant.kinds, today=f"{now:%Y-%m-%d}")
    wanted = {item.ref for item in desk.active}
    listed, left_out = _listed(sorted(tenant.kinds), hands) if everything else ({}, ())
    known = {ref: Known(live) for ref, live in listed.items() if not live.is_merged}
    merged = listed.keys() - known.keys()
    few = {read.kind for read in by_id(wanted) if len(read.ids) <= size}
    unsure = {ref for ref in wanted if ref.kind in few or ref not in known}
    reads: Sequence[Read] = (
        by_id(sorted(unsure | merged)) if everything else strategy(wanted, batch_size=size)
    )
    observations = {**known, **(hands.reader.read(reads) if reads else {})}
    looked = Looked(desk, observations, hands.reader.cost, hands.reader, size)
    judged = make.changes(desk, observations, require=Require())
    unlike = (change.ref for change in judged if change.action == "update")
    sure = looked.confirmed(unlike, may_sample=True).observed
    return Taken(Snapshot(__version__, stamp(now), identify(tenant), sure), left_out)


def _listed(kinds: Iterable[str], hands: Hands) -> tuple[Mapping[Ref, Live], tuple[Foreign, ...]]:
    found: dict[Ref, Live] = {}
    odd: list[Foreign] = []
    for kind in kinds:
        seen = 0
        for page in hands.catalogue.pages(kind):
            if isinstance(page, Unreadable):
                raise Failure(
                    f"{page.problem}; no snapshot was written",
                    remedy="take one without --all: it holds the declared objects",
                    detail=page.detail,
                )
            found.update({live.ref: live for live in page.lives})
            odd.extend(page.odd)
            seen += len(page.lives)
            hands.tell(kind, seen, page.total)
    return found, tuple(odd)


def counts(snapshot: Snapshot) -> Mapping[str, int]:
    """How many objects are known, missing, merged, unreadable; every name has its count."""
    counted = Counter(type(item).__name__.lower() for item in snapshot.observations.values())
    return {name: counted[name] for name in (one.__name__.lower() for one in get_args(Observation))}


@dataclass(frozen=True, slots=True)
class SnapshotReader:
    """Implements ports.GraphReader; it costs nothing, for it asks nobody."""

    snapshot: Snapshot

    @property
    def cost(self) -> Cost:
        return Cost()

    def read(self, reads: Sequence[Read]) -> Mapping[Ref, Observation]:
        """What the snapshot does not hold was never asked for: unknown, not missing."""
        held = self.snapshot.observations
        refs = (Ref(read.kind, one) for read in reads for one in read.ids)
        return {ref: held.get(ref, Unreadable(NOT_HELD)) for ref in refs}

    def check(self, refs: Sequence[Ref]) -> Mapping[Ref, Observation]:
        """Always raises Failure: nothing is written on the word of a file."""
        raise Failure(f"{FOR_PLANS}: {', '.join(map(str, refs))}")


@dataclass(frozen=True, slots=True)
class Then:
    """Implements ports.Clock: the moment at which the snapshot was taken."""

    snapshot: Snapshot

    def now(self) -> datetime:
        return datetime.fromisoformat(self.snapshot.taken_at)

    def monotonic(self) -> float:
        return 0.0


def check_tenant(snapshot: Snapshot, tenant: Tenant) -> None:
    """Raises Refused for the snapshot of another tenant, cloud or origin."""
    found, configured = snapshot.tenant, identify(tenant)
    if found != configured:
        raise Refused(
            f"the snapshot is of tenant {found.name!a} ({found.tenant_id!a}) of {found.cloud} at "
            f"{found.graph_url!a}; the configuration says {configured.name!a} "
            f"({configured.tenant_id!a}) of {configured.cloud} at {configured.graph_url!a}",
            remedy="take one of this tenant: reconciler snapshot --out FILE",
        )


def notice(snapshot: Snapshot, *, now: datetime) -> str:
    """For the plan: how old what it was made on is."""
    age = now - datetime.fromisoformat(snapshot.taken_at)
    return (
        f"Made on a snapshot of {snapshot.taken_at} ({_told(age)}), which is also this plan's age: "
        "nothing was read from Graph now"
    )


def _told(age: timedelta) -> str:
    """To the minute: more would only look exact."""
    minutes = max(0, int(age.total_seconds())) // 60
    days, rest = divmod(minutes, 24 * 60)
    hours, minutes = divmod(rest, 60)
    parts = ((days, "d"), (hours, "h"), (minutes, "min"))
    shown = " ".join(f"{count} {unit}" for count, unit in parts if count)
    return f"{shown} ago" if shown else "less than a minute ago"
