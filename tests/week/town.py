"""The tenant of the week: an emulator on a socket, people in its portal, Defender that merges."""

from __future__ import annotations

import json
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from http.client import HTTPConnection
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from reconciler.emulator import Settings
from reconciler.emulator.seed import complete
from reconciler.emulator.server import serve
from reconciler.emulator.wires import ALERTS, INCIDENTS, WIRES
from tests.support.fake_time import FakeTime
from tests.week.between import Between, as_it_is, between
from tests.week.units import FIELDS, Name

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path
    from random import Random

    from reconciler.emulator.server import Server
    from reconciler.model.words import Json

PEOPLE: Final = ("ana", "ben", "kai", "lee", "zoe")
DEFENDER: Final = "Defender"
PIPELINE: Final = "reconciler"
LAG_SECONDS: Final = 300
TAGS: Final = ("pentest", "needs-triage", "wave-2", "Seen", "vip")
VERDICTS: Final[Mapping[str, tuple[str, ...]]] = {
    "falsePositive": ("notMalicious", "other"),
    "truePositive": ("malware", "phishing"),
    "informationalExpectedActivity": ("securityTesting", "other"),
}
STATES: Final = {
    "Incident": ("active", "inProgress", "resolved"),
    "Alert": ("new", "inProgress", "resolved"),
}
COLLECTIONS: Final = {"Incident": "incidents", "Alert": "alerts_v2"}


@dataclass(frozen=True)
class Look:
    """The pipeline read one object."""

    place: int
    name: Name


@dataclass(frozen=True)
class Event:
    """One object changed. ``target``: what the request was about; another one: it spilled over."""

    place: int
    name: Name
    who: str
    target: Name
    before: Mapping[str, Json]
    after: Mapping[str, Json]
    """Only fields that people and documents may change; none if a PATCH said what was so."""


@dataclass
class Town:
    """``live``: every object as it is, moved on by ``happened``."""

    server: Server
    proxy: Between
    time: FakeTime
    history: Path
    live: dict[Name, dict[str, Json]]
    parents: dict[Name, Name]
    merged: dict[Name, Name] = field(default_factory=dict)
    """Incident → the one it was merged into."""
    edits: int = 0
    changed_at: dict[Name, float] = field(default_factory=dict)
    """Seconds of ``time``; nobody was there before it began."""
    _read: int = 0

    def edit(self, random: Random, name: Name | None = None) -> Name | None:
        """Somebody changes something in the portal; None: there is nothing left to change."""
        ref = name or random.choice(sorted(self.live))
        if ref in self.merged:
            return None
        body = _edit(random, ref, self.live[ref])
        path = f"/v1.0/security/{COLLECTIONS[ref.kind]}/{ref.id}"
        status = ask(self.server.url, random.choice(PEOPLE), path, body)
        assert status == 200, f"the portal answered {status} to {body} for {ref}"
        self.edits += 1
        return ref

    def merge(self, random: Random) -> None:
        """Defender finds that two incidents are one; the alerts move along."""
        left = sorted(ref for ref in self.live if ref.kind == "Incident" and ref not in self.merged)
        if len(left) < 4:  # somebody has to be left
            return
        gone, survivor = random.sample(left, 2)
        store = self.server.tenant.store
        with store.writing():
            before = store.find(INCIDENTS, gone.id) or {}
            now = f"{self.time.now():%Y-%m-%dT%H:%M:%SZ}"
            moved = {
                "status": "redirected",
                "redirectIncidentId": survivor.id,
                "lastUpdateDateTime": now,
            }
            store.replace(INCIDENTS, before, {**before, **moved})
            for alert, parent in self.parents.items():
                if parent == gone:
                    self.parents[alert] = survivor
                    item = store.find(ALERTS, alert.id) or {}
                    store.replace(ALERTS, item, {**item, "incidentId": survivor.id})
        self.merged[gone] = survivor
        self.live[gone]["status"] = "redirected"

    @contextmanager
    def lagging(self, *, lists: bool) -> Iterator[None]:
        """Lists, or else the answers to a PATCH, show objects as they were before their last write.

        Only where that was a short while ago: nothing lags for ever.
        """

        def reshape(path: str, asked: bytes, told: bytes) -> bytes:
            if path.endswith("/$batch"):
                return self._aged_batch(asked, told, lists=lists)
            segment = _collection(path)
            return (
                json.dumps(self._aged_list(segment, json.loads(told))).encode()
                if (lists and segment)
                else told
            )

        self.proxy.reshape = reshape
        try:
            yield
        finally:
            self.proxy.reshape = as_it_is

    def _aged_batch(self, asked: bytes, told: bytes, *, lists: bool) -> bytes:
        parts = {part["id"]: part for part in json.loads(asked)["requests"]}
        answer = json.loads(told)
        for one in answer.get("responses", ()):
            part = parts[one["id"]]
            segment = _collection(part["url"])
            if lists and segment:
                one["body"] = self._aged_list(segment, one["body"])
            elif not lists and part["method"] == "PATCH":
                one["body"] = self._aged(part["url"].strip("/").split("/")[1], one["body"])
        return json.dumps(answer).encode()

    def _aged_list(self, segment: str, body: dict[str, Any]) -> dict[str, Any]:
        items = body.get("value")
        aged = [self._aged(segment, item) for item in items] if isinstance(items, list) else items
        return body if aged is None else {**body, "value": aged}

    def _aged(self, segment: str, item: dict[str, Any]) -> dict[str, Any]:
        since = self.time.now() - timedelta(seconds=LAG_SECONDS)
        if str(item.get("lastUpdateDateTime")) < f"{since:%Y-%m-%dT%H:%M:%S}":
            return item
        before = self.server.tenant.store.earlier(segment, str(item.get("id"))) or {}
        return {name: before.get(name, value) for name, value in item.items()}

    def happened(self) -> list[Look | Event]:
        """What the emulator did since the last time, in order. ``live`` is not moved on yet."""
        found: list[Look | Event] = []
        with self.history.open("rb") as file:
            file.seek(self._read)
            for line in file:
                found += _told(json.loads(line))
            self._read = file.tell()
        return sorted(found, key=lambda one: one.place)

    def take(self, event: Event) -> None:
        self.changed_at[event.name] = self.time.seconds
        self.live[event.name].update(event.after)


def ask(url: str, who: str, path: str, body: Mapping[str, Json]) -> int:
    """One PATCH on a connection of its own."""
    headers = {
        "Authorization": f"Bearer {who}",
        "Content-Type": "application/json",
        "User-Agent": who,
    }
    with closing(HTTPConnection(urlsplit(url).netloc, timeout=30)) as connection:
        connection.request("PATCH", path, json.dumps(body), headers)
        answer = connection.getresponse()
        answer.read()
        return answer.status


def _edit(random: Random, name: Name, live: Mapping[str, Json]) -> dict[str, Json]:
    fields = ["status", "verdict", "assignedTo"]
    fields += ["customTags"] * 3 + ["displayName", "severity"] if name.kind == "Incident" else []
    match random.choice(fields):
        case "verdict":
            return dict(zip(("classification", "determination"), verdict(random), strict=True))
        case "customTags":
            return {"customTags": _other_tags(random, live)}
        case field:
            return {field: value(random, name.kind, field)}


def _other_tags(random: Random, live: Mapping[str, Json]) -> list[Json]:
    """One more, or one less."""
    now = live["customTags"]
    assert isinstance(now, list)
    tag = random.choice(TAGS)
    return [one for one in now if one != tag] if tag in now else [*now, tag]


def verdict(random: Random) -> tuple[str, str]:
    classification = random.choice(sorted(VERDICTS))
    return classification, random.choice(VERDICTS[classification])


def value(random: Random, kind: str, field: str) -> str | None:
    match field:
        case "status":
            return random.choice(STATES[kind])
        case "assignedTo":
            return random.choice((*(f"{one}@contoso.com" for one in PEOPLE), None))
        case "severity":
            return random.choice(("low", "medium", "high"))
        case _:
            return f"Words about it, {random.randint(1, 4)}"


def _told(row: dict[str, Any]) -> Iterator[Look | Event]:
    asked, place = row["asked"], row["effect"]
    target = _target(asked["target"])
    if place is None or target is None:
        return
    who = asked["agent"].partition("/")[0]
    if asked["method"] == "GET" and who == PIPELINE:
        yield Look(place, target)
    for moved in row["changes"]:
        name = Name(WIRES[moved["collection"]].kind.name, moved["id"])
        before, after = (
            {key: value for key, value in moved[side].items() if key in FIELDS}
            for side in ("before", "after")
        )
        yield Event(place, name, who, target, before, after)


def _collection(target: str) -> str:
    """The collection that a path lists; empty if it names one object or none of these."""
    last = target.partition("?")[0].rstrip("/").rpartition("/")[2]
    return last if last in WIRES else ""


def _target(target: str) -> Name | None:
    parts = target.partition("?")[0].strip("/").split("/")
    if len(parts) != 4 or parts[2] not in WIRES:  # version, security, collection, id
        return None
    return Name(WIRES[parts[2]].kind.name, parts[3])


@contextmanager
def town(folder: Path, random: Random, *, incidents: int) -> Iterator[Town]:
    live, parents = _people_of(random, incidents)
    seed: dict[str, list[object]] = {"incidents": [], "alerts_v2": []}
    for name, item in live.items():
        seed[COLLECTIONS[name.kind]].append(item)
    (folder / "seed.json").write_text(json.dumps(seed))
    history = folder / "history.jsonl"
    settings = Settings(
        folder / "store.db", seed=folder / "seed.json", requests_per_minute=0, history=history
    )
    time = FakeTime()
    server = serve(settings, clock=time)
    try:
        with between(server.url) as proxy:
            yield Town(server, proxy, time, history, live, parents)
    finally:
        server.close()


def _people_of(
    random: Random, incidents: int
) -> tuple[dict[Name, dict[str, Json]], dict[Name, Name]]:
    live: dict[Name, dict[str, Json]] = {}
    parents: dict[Name, Name] = {}
    for number in range(1, incidents + 1):
        incident = Name("Incident", str(3000 + number))
        live[incident] = complete(INCIDENTS, {"id": incident.id, **_start(random, "Incident")})
        if number % 4 == 0:
            alert = Name("Alert", f"da{incident.id}")
            more: dict[str, Json] = {"incidentId": incident.id, **_start(random, "Alert")}
            live[alert] = complete(ALERTS, {"id": alert.id, **more})
            parents[alert] = incident
    return live, parents


def _start(random: Random, kind: str) -> dict[str, Json]:
    found: dict[str, Json] = {"status": STATES[kind][0], "severity": "medium"}
    if kind == "Incident":
        found["displayName"] = "As Defender calls it"
        found["customTags"] = list(random.sample(TAGS, random.randint(0, 2)))
    if random.random() < 0.3:  # some of them
        found["assignedTo"] = f"{random.choice(PEOPLE)}@contoso.com"
    return found
