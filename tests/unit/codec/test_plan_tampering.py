"""A plan that was changed and sealed again, digest and all: still nothing odd gets through."""

from __future__ import annotations

import copy
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, strategies as st

from reconciler.codec.plan import dump, load
from reconciler.errors import Refused
from tests.support.sample_plan import sample_plan
from tests.support.sealing import parsed, sealed, sealed_again

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

DOCUMENT = parsed("".join(dump(sample_plan())))

Path = tuple[str | int, ...]


def paths(value: Any, path: Path = ()) -> Iterator[Path]:
    """Of everything in a document, the whole included."""
    yield path
    if isinstance(value, dict):
        for key, item in value.items():
            yield from paths(item, (*path, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from paths(item, (*path, index))


def at(document: Any, path: Path) -> Any:
    for step in path:
        document = document[step]
    return document


def refused(document: Any) -> str:
    with pytest.raises(Refused) as refusal:
        load(sealed_again(document))
    return refusal.value.message


PATHS = [path for path in paths(DOCUMENT) if path and path[0] not in {"digest", "seal"}]
OBJECTS = [path for path in paths(DOCUMENT) if isinstance(at(DOCUMENT, path), dict)]


@pytest.mark.parametrize("path", PATHS, ids=lambda path: ".".join(map(str, path)))
def test_a_dropped_key_or_element_is_refused(path: Path) -> None:
    document = copy.deepcopy(DOCUMENT)
    del at(document, path[:-1])[path[-1]]

    if path in HARMLESS:
        load(sealed_again(document))
    else:
        assert refused(document)


HARMLESS = {
    ("overrides", "closures"),
    ("overrides", "tagRemovals"),
    ("objections", 0),
    ("objections", 1),
    ("objections", 2),
    ("objections", 3),
    ("selection", "select", 0),
    ("selection", "exclude", 0),
    ("notices", 0),
    ("summary", "requests", "reading", 0),
    ("changes", 1, "risks", 0),
    ("changes", 1, "risks", 1),
    ("changes", 1, "spillOver", 0),
    ("changes", 1, "spillOver", 0, "declared", 0),
    ("changes", 0, "fields", 3, "before", "a"),
    ("changes", 0, "applied", "status"),
    ("changes", 0, "applied", "customDetails"),
    ("changes", 0, "applied", "customDetails", "b"),
    ("changes", 1, "kept", 0, "base", "present"),
    ("changes", 1, "kept", 0, "base", "present", 0),
    ("changes", 1, "kept", 0, "declared", "present"),
    ("changes", 1, "kept", 0, "declared", "present", 0),
    ("changes", 1, "kept", 0, "declared", "present", 1),
    ("changes", 1, "kept", 0, "declared", "absent"),
    ("changes", 1, "kept", 0, "declared", "absent", 0),
    ("changes", 1, "applied", "status"),
    ("changes", 1, "applied", "assignedTo"),
    ("changes", 1, "applied", "customTags"),
    ("changes", 1, "applied", "customTags", "present"),
    ("changes", 1, "applied", "customTags", "present", 0),
    ("changes", 1, "applied", "customTags", "present", 1),
    ("changes", 1, "applied", "customTags", "absent"),
    ("changes", 3, "kept", 1),
    ("changes", 7, "request", "body", "vendorInformation", "provider"),
    ("changes", 7, "request", "body", "vendorInformation", "vendor"),
}
"""Elements of lists and values that nothing else in the plan implies: another plan, a sound one."""


@pytest.mark.parametrize("path", OBJECTS, ids=lambda path: ".".join(map(str, path)))
def test_an_added_key_is_refused(path: Path) -> None:
    document = copy.deepcopy(DOCUMENT)
    at(document, path)["added"] = None

    if path and path[-1] in {"before", "vendorInformation", "base", "declared"}:
        load(sealed_again(document))
    else:
        assert refused(document)


@pytest.mark.parametrize("odd", [True, 7, -1, 0.5, "odd", [], {}, [1], [{}], None])
def test_a_value_of_another_type_never_crashes(odd: Any) -> None:
    for path in PATHS:
        document = copy.deepcopy(DOCUMENT)
        at(document, path[:-1])[path[-1]] = odd
        with suppress(Refused):
            load(sealed_again(document))


@given(st.data())
def test_a_value_in_another_place_never_crashes(data: st.DataObject) -> None:
    document = copy.deepcopy(DOCUMENT)
    path = data.draw(st.sampled_from(PATHS))
    at(document, path[:-1])[path[-1]] = data.draw(
        st.sampled_from(PATHS).map(lambda other: copy.deepcopy(at(DOCUMENT, other)))
    )
    with suppress(Refused):
        load(sealed_again(document))


def change(index: int, **values: Any) -> Callable[[Any], None]:
    return lambda document: document["changes"][index].update(values)


def body(index: int, **values: Any) -> Callable[[Any], None]:
    return lambda document: document["changes"][index]["request"]["body"].update(values)


def field(index: int, number: int, **values: Any) -> Callable[[Any], None]:
    return lambda document: document["changes"][index]["fields"][number].update(values)


def request(index: int, **values: Any) -> Callable[[Any], None]:
    return lambda document: document["changes"][index]["request"].update(values)


def top(**values: Any) -> Callable[[Any], None]:
    return lambda document: document.update(values)


def objection(number: int, **values: Any) -> Callable[[Any], None]:
    """With the override that fits, unless it is given."""

    def edit(document: Any) -> None:
        row = document["objections"][number]
        row.update(values)
        row["override"] = values.get("override", f"--allow {row['guard']}={row['count']}")

    return edit


def turn_objects(document: Any) -> None:
    document["objections"][0]["objects"].reverse()


def double_object(document: Any) -> None:
    document["objections"][0]["objects"].append(document["objections"][0]["objects"][0])


def swap(document: Any) -> None:
    document["changes"].reverse()


def double(document: Any) -> None:
    document["changes"].insert(1, document["changes"][0])


def double_field(document: Any) -> None:
    document["changes"][1]["fields"].append(document["changes"][1]["fields"][0])


def kept(index: int, number: int = 0, **values: Any) -> Callable[[Any], None]:
    return lambda document: document["changes"][index]["kept"][number].update(values)


def turn_fields(document: Any) -> None:
    document["changes"][1]["fields"].reverse()


def turn_kept(document: Any) -> None:
    document["changes"][3]["kept"].reverse()


def double_kept(document: Any) -> None:
    rows = document["changes"][3]["kept"]
    rows.append(rows[-1])


def turn_released(document: Any) -> None:
    document["released"].reverse()


def double_released(document: Any) -> None:
    document["released"].append(document["released"][-1])


def release_declared(document: Any) -> None:
    document["released"].append({"kind": "Incident", "id": "2972395"})
    document["released"].sort(key=lambda row: (row["kind"], row["id"]))


def unpair(document: Any) -> None:
    """The only half that changes is gone; the paired one is left alone."""
    row = document["changes"][0]
    row["fields"] = [row["fields"][0], row["fields"][2]]
    row["request"]["body"] = {"status": "resolved", "determination": "notMalicious"}


def pair_a_kind_without_pairs(document: Any) -> None:
    row = document["changes"][7]
    row["fields"][0].update(before="truePositive", cause="paired")


SECRET_PATH = "/v1.0/users/admin"


@pytest.mark.parametrize(
    ("edit", "message"),
    [
        (change(0, kind="User"), "a kind that this reconciler does not know: 'User'"),
        (change(0, id="../../users/x"), "an id that no Alert has: '../../users/x'"),
        (change(0, id="da1?x=1"), "an id that no Alert has"),
        (change(0, id="da2"), "Alert da2: its request goes to another path"),
        (change(0, action="noop"), "'differs' is no reason for 'noop'"),
        (change(0, action="noop", reason="in-sync"), "'noop' comes with something to write"),
        (change(0, request=None), "an update without fields or request"),
        (change(0, fields=[]), "an update without fields or request"),
        (change(0, severity="\x1b[31m"), "'severity' is '\\x1b[31m'; expected one of"),
        (change(0, risks=["none"]), "'risks' is 'none'"),
        (change(0, kept=[{}]), "'name' is missing"),
        (change(0, movedBy=[]), "'movedBy' is []; expected an object"),
        (change(0, title=7), "'title' is 7; expected a text or null"),
        (change(0, title=["x" * 99]), "xxx...; expected a text"),
        (change(4, reason="differs"), "is no reason for 'noop'"),
        (change(0, source={"path": "x", "line": 0}), "lines count from 1"),
        (change(0, source={"path": "x", "line": True}), "'line' is True; expected a whole number"),
        (change(2, survivor={"id": "../x", "title": None, "severity": None}), "no Incident has"),
        (
            change(1, spillOver=[{"field": "status", "value": 1, "declared": ["Alert"]}]),
            "an id that no Alert has: ''",
        ),
        (request(0, method="DELETE"), "another request than PATCH"),
        (request(0, path=SECRET_PATH), "its request goes to another path"),
        (body(0, status="new"), "Alert da1: its request does not follow from its fields"),
        (body(0, evidence="x"), "its request does not follow from its fields"),
        (body(0, vendorInformation={}), "its request does not follow from its fields"),
        (body(7, vendorInformation=None), "its request does not follow"),
        (field(0, 0, name="evidence"), "'evidence' is no field that can be written"),
        (field(0, 0, before="resolved"), "status is 'declared' and its values do not fit that"),
        (field(0, 0, cause="paired"), "status is 'paired' and its values do not fit that"),
        (
            field(0, 0, cause="whim"),
            "'cause' is 'whim'; expected one of 'declared', 'drift', 'conflict', 'paired'",
        ),
        (unpair, "determination is 'paired' with nothing that changes"),
        (pair_a_kind_without_pairs, "feedback is 'paired' with nothing that changes"),
        (double_field, "a field stands twice or out of order"),
        (turn_fields, "a field stands twice or out of order"),
        (kept(1, name="evidence"), "'evidence' is no field that can be written"),
        (kept(1, name="status"), "status is both written and kept"),
        (kept(1, live=["b"]), "what live held of customTags is told in two ways"),
        (kept(1, live=[], declared=[]), "customTags is kept although live is as declared"),
        (kept(1, cause="paired"), "'cause' is 'paired'; expected one of 'declared', 'drift'"),
        (kept(3, cause="drift"), "what it keeps for people does not fit 'conflict'"),
        (kept(6, cause="conflict"), "what it keeps for people does not fit 'drift-kept'"),
        (change(6, kept=[]), "what it keeps for people does not fit 'drift-kept'"),
        (change(6, reason="in-sync"), "what it keeps for people does not fit 'in-sync'"),
        (change(3, reason="not-found"), "what it keeps for people does not fit 'not-found'"),
        (change(6, action="skip"), "'drift-kept' is no reason for 'skip'"),
        (double_kept, "a field stands twice or out of order"),
        (turn_kept, "a field stands twice or out of order"),
        (change(3, applied={"status": "resolved"}), "skipped and would be on file as applied"),
        (change(4, applied={"evidence": "x"}), "'evidence' is no field of IncidentTask"),
        (change(4, applied={}), "it declares nothing"),
        (change(4, applied=[]), "'applied' is []; expected an object"),
        (change(1, applied={"customTags": {"some": []}}), "neither 'present' nor 'absent'"),
        (top(released=[{"kind": "Incident", "id": "../x"}]), "an id that no Incident has"),
        (turn_released, "what it releases stands twice or out of order"),
        (double_released, "what it releases stands twice or out of order"),
        (release_declared, "it releases an object that it lists as declared"),
        (top(released=[]), "releasedPercent names other objects than the plan releases"),
        (objection(3, objects=[]), "releasedPercent names other objects than the plan releases"),
        (objection(3, limit=20), "releasedPercent objects to 20, which its limit allows"),
        (objection(2, count=2), "driftOverwrites counts 2 and names 1 objects"),
        (swap, "stands twice or out of order"),
        (double, "stands twice or out of order"),
        (top(overrides=[]), "'overrides' is []; expected an object"),
        (top(overrides={"whims": 1}), "a guard that this reconciler does not know: 'whims'"),
        (top(overrides={"closures": -1}), "'closures' is -1; expected a whole number"),
        (top(overrides={"closures": True}), "'closures' is True; expected a whole number"),
        (top(overrides={"highSeverityClosures": 1}), "by another limit than was allowed"),
        (top(objections=["no"]), "'objections' is ['no']; expected a list of objects"),
        (objection(0, guard="whims"), "a guard that this reconciler does not know: 'whims'"),
        (objection(0, guard="updates"), "updates counts 38 and names 3 objects"),
        (objection(0, guard="closures"), "closures objects by another limit than was allowed"),
        (objection(1, guard="updates"), "stand twice or out of order"),
        (objection(1, guard="updatePercent"), "stand twice or out of order"),
        (objection(0, limit=38), "updatePercent objects to 38, which its limit allows"),
        (objection(1, limit=-1), "'limit' is -1"),
        (objection(1, count=2, override="--allow highSeverityClosures=2"), "and names 1 objects"),
        (objection(1, override="--allow highSeverityClosures=9"), "does not fit its count"),
        (objection(1, objects=[{"kind": "Alert", "id": "../x"}]), "an id that no Alert has"),
        (objection(1, objects=[{"kind": "IncidentTask", "id": "213213"}]), "that is not updated"),
        (objection(1, objects=[{"kind": "Incident", "id": "7"}]), "that is not updated"),
        (turn_objects, "updatePercent counts an object twice or out of order"),
        (double_object, "updatePercent names 4 of 3 updates"),
        (top(createdAt="yesterday"), "'createdAt' is no UTC time"),
        (top(createdAt="2026-11-21T10:00:00+01:00"), "'createdAt' is no UTC time"),
        (top(notices="none"), "'notices' is 'none'; expected a list"),
        (top(notices=[1]), "'notices' is [1]; expected a list of texts"),
        (top(changes=[1]), "expected a list of objects"),
        (top(git={"commit": "; rm", "dirty": False, "base": None}), "no object name of git"),
        (top(git={"commit": None, "dirty": 1, "base": None}), "expected true or false"),
        (top(git={"dirty": True, "base": None}), "'commit' is missing"),
        (top(git={"commit": None, "dirty": True, "base": "HEAD"}), "'base' is no object name"),
    ],
)
def test_an_edit_is_refused_by_name(edit: Callable[[Any], None], message: str) -> None:
    document = copy.deepcopy(DOCUMENT)
    edit(document)

    assert message in refused(document)


@pytest.mark.parametrize(
    "key", ["declared", "inSync", "update", "skip", "unknown", "driftKept", "drift", "conflict"]
)
def test_a_summary_that_counts_something_else_is_refused(key: str) -> None:
    document = copy.deepcopy(DOCUMENT)
    document["summary"][key] += 1

    assert "its summary does not count what it lists" in refused(document)


@pytest.mark.parametrize("seconds", ["NaN", "Infinity", "1e999", "true", "-1.0", '"1"'])
def test_an_estimate_that_is_no_number_is_refused(seconds: str) -> None:
    text = "".join(dump(sample_plan())).replace(
        '"estimatedSeconds":1.4', f'"estimatedSeconds":{seconds}'
    )

    with pytest.raises(Refused):
        load(sealed(text[: text.index('"seal":"') + 8]))


def test_a_key_that_stands_twice_is_refused() -> None:
    text = "".join(dump(sample_plan())).replace('"owner":null', '"owner":"a","owner":null', 1)

    with pytest.raises(Refused, match="a key stands twice"):
        load(sealed(text[: text.index('"seal":"') + 8]))


def test_a_file_that_holds_no_object_is_refused() -> None:
    with pytest.raises(Refused, match="no JSON"):
        load(sealed('["seal":"'))
