"""What the answers to reads tell, before anything is written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from reconciler.kinds.incident import INCIDENT
from reconciler.kinds.shapes import ticks
from reconciler.stories.probe.asking import CAMEL, not_asked, spellings, status, told
from reconciler.stories.probe.questions import (
    ENUMS,
    ETAG,
    NULLS,
    ORDER,
    PAGE,
    REVISION,
    TENANT,
    WHOLE,
)
from reconciler.stories.probe.subject import lives

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reconciler.model.diagnosis import Answered, Raw
    from reconciler.model.words import JsonObject
    from reconciler.stories.probe.subject import Raws, Subject

_FIRST_PAGE: Final = f"$top={INCIDENT.listing.page_size}&$count=true"


@dataclass(frozen=True, slots=True)
class Shown:
    """``query``: which list shows the incident; None: none that was asked for."""

    answers: tuple[Answered, ...]
    query: str | None


def read_questions(subject: Subject, raws: Raws) -> Shown:
    page = raws.page(INCIDENT.name, _FIRST_PAGE)
    query, body = _where(subject, raws, page)
    return Shown((*_of_object(subject, page), *_of_list(page), _whole(subject, body)), query)


def _of_object(subject: Subject, page: Raw) -> Iterator[Answered]:
    raw = subject.raw
    found = spellings(INCIDENT, (raw, *_items(page)))
    yield told(ENUMS, ", ".join(found) or "none was set", fits=found == [CAMEL] if found else None)
    missing = [item for item in INCIDENT.fields if item.name not in raw]
    names = ", ".join(item.name for item in missing)
    needed = any(not item.nullable for item in missing)
    found_nulls = f"left out: {names}" if missing else "every property that can be written is there"
    yield told(NULLS, found_nulls, fits=not needed)
    has_etag = "@odata.etag" in raw
    yield told(ETAG, "it does" if has_etag else "it does not", fits=not has_etag)
    has_tenant = subject.live.tenant_id is not None
    yield told(TENANT, "it does" if has_tenant else "it does not", fits=has_tenant)
    yield _revision(subject)


def _revision(subject: Subject) -> Answered:
    text = subject.live.revision or ""
    is_time = text.endswith("Z") and ticks(text) is not None
    digits = len(text.partition(".")[2].rstrip("Z"))
    return told(
        REVISION, "it is" if is_time else "it is not", fits=is_time, facts={"digits": digits}
    )


def _of_list(page: Raw) -> Iterator[Answered]:
    items = _items(page)
    if not page.is_ok:
        yield told(PAGE, "refused", fits=False, facts=status(page))
        yield not_asked(ORDER, "the list was refused")
        return
    has_count = isinstance(page.body.get("@odata.count"), int)
    following = page.body.get("@odata.nextLink")
    yield told(
        PAGE,
        "it does" if has_count else "it does, and does not count",
        fits=has_count and len(items) <= INCIDENT.listing.page_size,
        facts={"items": len(items), "counted": has_count, "nextLink": _link(following)},
    )
    created = [ticks(str(item.get(INCIDENT.reads.created))) or 0 for item in items]
    is_newest_first = created == sorted(created, reverse=True)
    yield told(ORDER, "it does" if is_newest_first else "it does not", fits=is_newest_first)


def _link(following: object) -> str | None:
    """How the next page is named; never the link."""
    if not isinstance(following, str):
        return None
    names = {pair.partition("=")[0].lower() for pair in urlsplit(following).query.split("&")}
    return next((name for name in ("$skiptoken", "$skip") if name in names), "other")


def _where(subject: Subject, raws: Raws, page: Raw) -> tuple[str | None, JsonObject]:
    """The list that shows the incident, and how: the first page, or that of its very moment."""
    found = _item(subject, page)
    if found:
        return _FIRST_PAGE, found
    created = subject.live.created or ""
    if not created.endswith("Z") or ticks(created) is None:
        return None, {}
    query = f"$filter={INCIDENT.reads.created}%20eq%20{created}"
    found = _item(subject, raws.page(INCIDENT.name, query))
    return (query if found else None), found


def _item(subject: Subject, page: Raw) -> JsonObject:
    if subject.ref not in {live.ref for live in lives(page, INCIDENT.name)}:
        return {}
    return next(item for item in _items(page) if item.get("id") == subject.ref.id)


def _items(page: Raw) -> list[JsonObject]:
    items = page.body.get("value") if page.is_ok else None
    found = items if isinstance(items, Sequence) and not isinstance(items, str) else ()
    return [item for item in found if isinstance(item, Mapping)]


def _whole(subject: Subject, listed: JsonObject) -> Answered:
    if not listed:
        return not_asked(WHOLE, "no list showed the incident")
    missing = [
        item.name
        for item in INCIDENT.fields
        if item.name in subject.raw and item.name not in listed
    ]
    found = f"left out: {', '.join(missing)}" if missing else "it does"
    return told(WHOLE, found, fits=not missing)
