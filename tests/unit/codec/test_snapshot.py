"""The snapshot file: what went in comes out, and any byte that differs is refused."""

from __future__ import annotations

import json
from hashlib import sha256
from typing import TYPE_CHECKING

import pytest
from hypothesis import assume, given, settings, strategies as st

from reconciler.codec.snapshot import dump, load
from reconciler.errors import Refused
from reconciler.kinds import KINDS
from reconciler.kinds.observe import observe
from reconciler.model.live import Known, Merged, Missing, Unreadable
from reconciler.model.plan import PlanTenant
from reconciler.model.snapshot import Snapshot
from reconciler.model.words import Foreign, Ref
from tests.support.world import alert, incident, legacy, live, task

if TYPE_CHECKING:
    from collections.abc import Callable

    from reconciler.model.live import Live

TENANT = PlanTenant("demo", None, "emulator", "emulator")


def ref(object_id: str) -> Ref:
    return Ref("Incident", object_id)


def gone(object_id: str) -> Live:
    return live("Incident", incident(object_id, status="redirected", redirectIncidentId="5"))


SAMPLE = Snapshot(
    "0.1.0",
    "2026-11-21T12:00:00.000Z",
    TENANT,
    {
        Ref("Alert", "da1"): Known(live("Alert", alert(customDetails={"b": "1", "a": "2"}))),
        ref("1"): Known(live("Incident", incident(displayName="\u202e\ud800\n\x1b"))),
        ref("2"): Missing(),
        ref("3"): Unreadable("Graph answered 500", Foreign("\x07")),
        ref("4"): Merged(gone("4"), live("Incident", incident("5"))),
        ref("6"): Merged(gone("6"), None, "it was merged in a circle"),
        ref("7"): Unreadable("no answer"),
        Ref("IncidentTask", "213213"): Known(live("IncidentTask", task())),
        Ref("LegacyAlert", "la1"): Known(live("LegacyAlert", legacy())),
    },
)


def text(snapshot: Snapshot = SAMPLE) -> str:
    return "".join(dump(snapshot))


def resealed(changed: str) -> bytes:
    """As somebody would who knows how: the seal is no signature."""
    head = changed[: changed.rindex('"seal":"') + len('"seal":"')]
    return f'{head}sha256:{sha256((head + chr(34) + "}" + chr(10)).encode()).hexdigest()}"}}\n'.encode()


def test_what_went_in_comes_out() -> None:
    assert load(text().encode()) == SAMPLE
    assert load(text(Snapshot("0.1.0", SAMPLE.taken_at, TENANT, {})).encode()).observations == {}


def test_it_is_one_line_an_object_in_ascii_and_json() -> None:
    assert text().isascii()
    assert text().count("\n") == 4 + len(SAMPLE.observations) + 3
    assert json.loads(text())["tenant"]["name"] == "demo"


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3)
    ),
    max_leaves=6,
)


@st.composite
def lives(draw: st.DrawFn) -> Live:
    kind = KINDS[draw(st.sampled_from(sorted(KINDS)))]
    names = (
        *kind.by_name,
        kind.reads.title,
        kind.reads.revision,
        "severity",
        "tenantId",
        "incidentId",
    )
    answer = {name: draw(JSON) for name in names if draw(st.booleans())}
    found = observe(kind, {**answer, "id": kind.id_example})
    assume(found is not None)  # else nobody could tell what it says
    assert found is not None
    return found


@settings(deadline=None)
@given(lives())
def test_whatever_graph_answered_survives(found: Live) -> None:
    taken = Snapshot("0.1.0", SAMPLE.taken_at, TENANT, {found.ref: Known(found)})

    assert load(text(taken).encode()) == taken


def test_a_cut_or_edited_file_is_refused() -> None:
    data = text().encode()
    for broken in (
        b"",
        data[:-1],
        data + b" ",
        data[: len(data) // 2],
        data.replace(b"da1", b"da2"),
    ):
        with pytest.raises(Refused):
            load(broken)


@pytest.mark.parametrize(
    ("change", "found"),
    [
        (
            lambda it: it.replace('"formatVersion":"1.0"', '"formatVersion":"2.0"'),
            "newer reconciler",
        ),
        (lambda it: it.replace('"is":"missing"', '"is":"gone"'), "'is' is 'gone'"),
        (lambda it: it.replace('"id":"2","is"', '"id":"1","is"'), "stands twice"),
        (lambda it: it.replace('"id":"2","is"', '"id":"../x","is"'), "no Incident has"),
        (lambda it: it.replace('"kind":"Alert"', '"kind":"Alarm"'), "a kind that"),
        (lambda it: it.replace('"severity":"low"', '"severity":"\\u001b"', 1), "'severity' is"),
        (lambda it: it.replace("12:00:00.000Z", "12:00:00Z"), "to the millisecond"),
        (lambda it: it.replace("2026-11-21T12:00:00.000Z", "yesterday"), "no UTC time"),
        (lambda it: it.replace('"isMerged":false', '"isMerged":0', 1), "'isMerged' is 0"),
        (lambda it: it.replace('"objects":[', '"objects": [', 1), "not written the way"),
        (lambda it: it.replace('"toolVersion":"0.1.0",', '"toolVersion":"0.1.0","more":1,'), "way"),
    ],
)
def test_what_is_odd_is_refused_even_with_a_seal_that_fits(
    change: Callable[[str], str], found: str
) -> None:
    assert load(resealed(text())) == SAMPLE
    changed = change(text())
    assert changed != text()

    with pytest.raises(Refused, match=found):
        load(resealed(changed))


def test_a_minor_version_may_say_more() -> None:
    changed = text().replace('"formatVersion":"1.0"', '"formatVersion":"1.7","new":1')

    assert load(resealed(changed)).observations == SAMPLE.observations
