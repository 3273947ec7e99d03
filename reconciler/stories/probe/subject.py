"""May this incident be probed? Judged by reads alone, before anybody is asked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol

from reconciler.errors import Failure, Refused, UsageError
from reconciler.kinds import KINDS
from reconciler.kinds.alert import ALERT
from reconciler.kinds.incident import INCIDENT
from reconciler.kinds.observe import observe
from reconciler.model.words import Ref

if TYPE_CHECKING:
    from reconciler.model.diagnosis import Raw
    from reconciler.model.live import Cost, Live
    from reconciler.model.words import JsonObject

MOST_ALERTS: Final = 20
"""Each is read before and after a write that may reach it."""
SEVERE: Final = "high"
ALERTS: Final = "alerts"
"""What an incident's alerts are called in its path (concept/alertsv1-alertsv2-migration)."""
OTHER: Final = "name another test incident"


class Raws(Protocol):
    """Graph's answers as they come.

    Raises Refused for another tenant's object, IdentityFailure, NetworkFailure where asking again is
    no use, and Interrupted before anything was sent.
    """

    @property
    def cost(self) -> Cost: ...

    def read(self, ref: Ref) -> Raw: ...

    def write(self, ref: Ref, body: JsonObject) -> Raw:
        """Sent once."""
        ...

    def page(self, kind_name: str, query: str) -> Raw:
        """The first page of a kind's list."""
        ...

    def related(self, ref: Ref, name: str, kind_name: str) -> Raw: ...


@dataclass(frozen=True, slots=True)
class Subject:
    """The incident as it was found, and its alerts, all of them closed.

    ``survivor``: it was merged into this one, and the only question is what a PATCH does then.
    """

    live: Live
    raw: JsonObject
    alerts: tuple[Live, ...] = ()
    survivor: Live | None = None

    @property
    def ref(self) -> Ref:
        return self.live.ref


def look(raws: Raws, incident_id: str) -> Subject:
    """Raises UsageError for what is no id, Failure for what cannot be read, Refused otherwise."""
    if not INCIDENT.accepts(incident_id):
        raise UsageError(
            f"{incident_id!a} is no id of an incident",
            remedy=f"name it as in {INCIDENT.id_example}",
        )
    ref = Ref(INCIDENT.name, incident_id)
    raw = raws.read(ref)
    live = shown(raw, ref)
    if live.is_merged:
        return Subject(live, raw.body, survivor=_survivor(raws, live))
    if live.fields.get("status") not in INCIDENT.closing and live.severity == SEVERE:
        raise Refused(f"{ref} is open and of high severity; nothing was written", remedy=OTHER)
    return Subject(live, raw.body, alerts=_alerts(raws, ref))


def shown(raw: Raw, ref: Ref) -> Live:
    """The object in an answer. Raises Failure if it is not there."""
    live = observe(KINDS[ref.kind], raw.body) if raw.is_ok else None
    if live is None or live.ref != ref:
        raise Failure(
            f"{ref} could not be read: {raw.told}",
            remedy="'reconciler doctor' shows what the writer may do",
            detail=raw.detail,
        )
    return live


def lives(raw: Raw, kind_name: str) -> tuple[Live, ...]:
    """The objects of a list's page; none if it is no page."""
    items = raw.body.get("value") if raw.is_ok else None
    if not isinstance(items, Sequence) or isinstance(items, str):
        return ()
    found = (observe(KINDS[kind_name], item) for item in items if isinstance(item, Mapping))
    return tuple(live for live in found if live is not None)


def _survivor(raws: Raws, live: Live) -> Live:
    """Nothing is sent unless it is known what would be touched if Graph passed the PATCH on."""
    if live.redirect is None:
        raise Refused(f"{live.ref} was merged, and does not say into which one", remedy=OTHER)
    survivor = shown(raws.read(live.redirect), live.redirect)
    if survivor.is_merged:
        raise Refused(f"{live.ref} was merged into one that was merged itself", remedy=OTHER)
    return survivor


def _alerts(raws: Raws, ref: Ref) -> tuple[Live, ...]:
    """Closed ones only: nobody works on them, and what a write does to them can be put back."""
    raw = raws.related(ref, ALERTS, ALERT.name)
    items = raw.body.get("value")
    if not raw.is_ok or not isinstance(items, Sequence) or isinstance(items, str):
        raise Failure(
            f"the alerts of {ref} could not be read, so nobody can tell what a write would do to "
            f"them; nothing was written: {raw.told}",
            remedy=f"grant {ALERT.write_permission}; 'reconciler doctor' shows what is missing",
            detail=raw.detail,
        )
    if raw.body.get("@odata.nextLink") or len(items) > MOST_ALERTS:
        raise Refused(
            f"{ref} has more than {MOST_ALERTS} alerts; nothing was written", remedy=OTHER
        )
    alerts = lives(raw, ALERT.name)
    still_open = sum(live.fields.get("status") not in ALERT.closing for live in alerts)
    if still_open or len(alerts) < len(items):
        raise Refused(
            f"{still_open or 'some'} of the {len(items)} alerts of {ref} are not resolved; "
            "nothing was written",
            remedy=f"resolve them first, or {OTHER}",
        )
    return alerts
