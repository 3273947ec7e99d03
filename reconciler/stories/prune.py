"""prune: documents that have done their work go, so that ``desired/`` does not grow for ever.

Reads only; the edits it returns are written by whoever asked. Removing a document releases its
object: nothing is changed remotely.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from reconciler.documents.edit import Remove
from reconciler.kinds import KINDS
from reconciler.kinds.shapes import ticks
from reconciler.model.desired import Exactly
from reconciler.model.edits import Edits, Told
from reconciler.model.live import Known, Unreadable
from reconciler.planning import make
from reconciler.planning.compare import holds
from reconciler.planning.expiry import is_expired
from reconciler.stories.editing import edited
from reconciler.stories.look import look

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import datetime

    from reconciler.documents.edit import Edit
    from reconciler.model.desired import Declared
    from reconciler.model.live import Live, Observation
    from reconciler.ports import GraphReader
    from reconciler.settings import Config, Tenant


def run(
    declared: Sequence[Declared],
    *,
    config: Config,
    tenant: Tenant,
    now: datetime,
    older_than_days: int | None,
    open_reader: Callable[[], GraphReader],
) -> Edits:
    """Expired documents, and with ``older_than_days`` those that are converged and closed so long.

    Without it nothing has to be read. Where nothing of it is found, nothing goes.
    """
    today = now.date().isoformat()
    expired = [item for item in declared if is_expired(item.expires, today)]
    wanted: list[tuple[Declared, Edit, str]] = [
        (item, Remove(item.ref), f"expired on {item.expires}") for item in expired
    ]
    if older_than_days is None:
        return edited(wanted, config, tenant)
    looked = look(declared, config=config, tenant=tenant, today=now.date(), open_reader=open_reader)
    before = now - timedelta(days=older_than_days)
    looked = looked.confirmed(
        item.ref for item in looked.desk.active if _is_over(item, looked.observed[item.ref], before)
    )
    doubt = make.unfound(looked.observed)
    if doubt:
        return Edits(doubt=doubt)
    unknown: list[Told] = []
    for item in looked.desk.active:
        match looked.observed[item.ref]:
            case Known(live) if is_done(item, live, before):
                told = f"as declared, and closed since {live.revision}"
                wanted.append((item, Remove(item.ref), told))
            case Unreadable(problem, detail):
                unknown.append(Told(item.ref, item.source, problem, detail))
    return replace(edited(wanted, config, tenant), unknown=tuple(unknown))


def _is_over(item: Declared, seen: Observation, before: datetime) -> bool:
    return isinstance(seen, Known) and is_done(item, seen.live, before)


def is_done(item: Declared, live: Live, before: datetime) -> bool:
    """Closed as declared, everything as declared, and untouched since ``before``."""
    kind = KINDS[item.ref.kind]
    status = item.spec.get("status")
    if not isinstance(status, Exactly) or status.value not in kind.closing:
        return False
    if not all(_holds(item, live)):
        return False
    last = None if live.revision is None else ticks(live.revision)
    then = ticks(f"{before:%Y-%m-%dT%H:%M:%SZ}")
    return last is not None and then is not None and last < then


def _holds(item: Declared, live: Live) -> Iterator[bool]:
    by_name = KINDS[item.ref.kind].by_name
    for name, declaration in item.spec.items():
        yield name in live.fields and holds(by_name[name], declaration, live.fields[name])
