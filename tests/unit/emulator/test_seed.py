from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from reconciler.emulator.phrases import HOSTILE
from reconciler.emulator.seed import BASE_TIME, built_in, load
from reconciler.emulator.wires import WIRES
from reconciler.errors import Failure, InvalidInput
from reconciler.kinds.enums import SENTINEL
from reconciler.kinds.observe import observe
from reconciler.kinds.shapes import ticks

if TYPE_CHECKING:
    from pathlib import Path

    from reconciler.emulator.messages import Object


@pytest.fixture(scope="module")
def objects() -> dict[str, list[Object]]:
    return built_in()


def test_the_seed_is_the_same_each_time(objects: dict[str, list[Object]]) -> None:
    assert built_in() == objects


def test_the_seed_holds_what_the_readme_promises(objects: dict[str, list[Object]]) -> None:
    assert {name: len(items) for name, items in objects.items()} == {
        "incidents": 305,
        "incidentTasks": 41,
        "alerts_v2": 152,
        "alerts": 42,
    }
    published = {"29", "2972395", "3962396", "28282", "123", "213213"}
    ids = {item["id"] for items in objects.values() for item in items}
    assert published < ids


@pytest.mark.parametrize("name", WIRES)
def test_every_object_is_whole_and_can_be_read(objects: dict[str, list[Object]], name: str) -> None:
    wire = WIRES[name]
    ids = [item["id"] for item in objects[name]]
    assert len(set(ids)) == len(ids)
    for item in objects[name]:
        live = observe(wire.kind, item)
        assert live is not None
        assert live.revision is not None
        assert ticks(live.revision) is not None
        assert set(item) - {"@odata.type"} == {*wire.blank, *wire.beta_blank} - {"@odata.type"}


@pytest.mark.parametrize("name", WIRES)
def test_every_status_is_there(objects: dict[str, list[Object]], name: str) -> None:
    members = set(WIRES[name].columns["status"].members.values())
    never = {SENTINEL, "unknown", "dismissed", "failed"}
    assert {item["status"] for item in objects[name]} == members - never


def test_hostile_text_stands_in_titles_tags_and_owners(objects: dict[str, list[Object]]) -> None:
    incidents = objects["incidents"]
    assert {item["displayName"] for item in incidents} > set(HOSTILE)
    assert {item["assignedTo"] for item in incidents} > set(HOSTILE)


def test_merged_incidents_form_chains_and_a_circle(objects: dict[str, list[Object]]) -> None:
    target = {
        item["id"]: item["redirectIncidentId"]
        for item in objects["incidents"]
        if item["status"] == "redirected"
    }
    assert target["3040"] == "3041"
    assert target["3041"] == "3100"
    assert (target["3060"], target["3061"]) == ("3061", "3060")
    assert "3100" not in target


def test_alerts_and_tasks_belong_to_incidents_that_exist(objects: dict[str, list[Object]]) -> None:
    ids = {item["id"] for item in objects["incidents"]}
    tasks: list[Any] = objects["incidentTasks"]
    assert {item["incidentId"] for item in objects["alerts_v2"]} < ids
    assert {item["incident"]["id"] for item in tasks} < ids


def _load(tmp_path: Path, text: str | bytes) -> dict[str, list[Object]]:
    path = tmp_path / "seed.json"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return load(path)


def test_a_users_seed_is_completed(tmp_path: Path) -> None:
    seed = {"_comment": "mine", "incidents": [{"id": "7", "status": "RESOLVED"}]}
    found = _load(tmp_path, json.dumps(seed))
    assert {name: len(items) for name, items in found.items()} == {
        "incidents": 1,
        "incidentTasks": 0,
        "alerts_v2": 0,
        "alerts": 0,
    }
    incident = found["incidents"][0]
    assert (incident["status"], incident["customTags"]) == ("resolved", [])
    assert (incident["createdDateTime"], incident["lastUpdateDateTime"]) == (BASE_TIME, BASE_TIME)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "it is not JSON"),
        ("[" * 100_000, "it is not JSON"),
        (b'"\xff"', "it is not UTF-8"),
        ("[]", "it is not an object of collections"),
        ('{"incident": []}', "'incident' is no collection"),
        ('{"incidents": {}}', "incidents is not an array"),
        ('{"incidents": [1]}', "incidents[0] is not an object with an id"),
        ('{"incidents": [{"id": 1}]}', "incidents[0] is not an object with an id"),
        ('{"incidents": [{"id": "a"}]}', "incidents[0]: 'a' is no id"),
        ('{"incidents": [{"id": "1"}, {"id": "1"}]}', "incidents[1]: the id '1' stands here twice"),
        ('{"incidents": [{"id": "1", "titel": "x"}]}', "incidents[0].titel: no such property"),
        ('{"incidents": [{"id": "1", "customTags": "x"}]}', "customTags: not an array"),
        ('{"incidents": [{"id": "1", "status": 1}]}', "status: not a string"),
        ('{"incidents": [{"id": "1", "status": "open"}]}', "status: 'open' is none of active"),
        ('{"incidents": [{"id": "1", "createdDateTime": "today"}]}', "'today' is no time"),
    ],
)
def test_a_bad_seed_is_explained(tmp_path: Path, text: str | bytes, message: str) -> None:
    with pytest.raises(InvalidInput) as invalid:
        _load(tmp_path, text)
    assert len(invalid.value.findings) == 1
    assert message in invalid.value.findings[0].message
    assert invalid.value.findings[0].place.path.endswith("seed.json")


def test_all_faults_of_a_seed_are_named_at_once(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput) as invalid:
        _load(tmp_path, '{"incidents": [{"id": "x", "status": "y"}, 1], "more": []}')
    assert len(invalid.value.findings) == 4


def test_a_seed_that_cannot_be_read_is_a_failure(tmp_path: Path) -> None:
    with pytest.raises(Failure, match="cannot be read"):
        load(tmp_path / "missing.json")
