"""Which incidents are not probed; decided by reads."""

from __future__ import annotations

import pytest

from reconciler.errors import Failure, ReconcilerError, Refused, UsageError
from reconciler.model.diagnosis import Raw
from reconciler.model.words import Json, JsonObject, Ref
from reconciler.stories.probe.subject import lives, look
from tests.support.probing import INCIDENT, objects
from tests.support.raws import FakeRaws
from tests.support.world import alert, incident

DA1 = Ref("Alert", "da1")


def test_a_closed_incident_with_closed_alerts_is_taken_and_nothing_is_written() -> None:
    raws = FakeRaws(objects(severity="high"))

    subject = look(raws, "1")

    assert (subject.ref, [live.ref.id for live in subject.alerts]) == (INCIDENT, ["da1", "da2"])
    assert (raws.calls, raws.writes) == (2, [])


@pytest.mark.parametrize(
    ("incident_id", "properties", "error", "told"),
    [
        ("../users/1", {}, UsageError, "no id of an incident"),
        ("2", {}, Failure, "could not be read"),
        ("1", {"status": "active", "severity": "high"}, Refused, "open and of high severity"),
        ("1", {"status": "redirected"}, Refused, "does not say into which one"),
        ("1", {"redirectIncidentId": "77"}, Failure, "Incident 77 could not be read"),
    ],
)
def test_what_is_not_probed(
    incident_id: str, properties: dict[str, Json], error: type[ReconcilerError], told: str
) -> None:
    raws = FakeRaws(objects(**properties))

    with pytest.raises(error, match=told):
        look(raws, incident_id)
    assert raws.writes == []


def test_an_open_alert_is_somebodys_work() -> None:
    world = objects()
    world[DA1]["status"] = "new"

    with pytest.raises(Refused, match="1 of the 2 alerts of Incident 1 are not resolved"):
        look(FakeRaws(world), "1")


def test_more_alerts_than_can_be_watched_are_refused() -> None:
    world = objects()
    for number in range(30):
        item = alert(f"db{number}", status="resolved")
        world[Ref("Alert", f"db{number}")] = item

    with pytest.raises(Refused, match="more than 20 alerts"):
        look(FakeRaws(world), "1")


class _NoAlerts(FakeRaws):
    answered: Raw = Raw(403, told="Graph answered 403 to GET alerts")

    def related(self, ref: Ref, name: str, kind_name: str) -> Raw:
        del ref, name, kind_name
        return self.answered


@pytest.mark.parametrize("answer", [Raw(403, told="no"), Raw(200, {"value": "odd"}), Raw(None)])
def test_alerts_that_cannot_be_read_may_be_anything(answer: Raw) -> None:
    raws = _NoAlerts(objects())
    raws.answered = answer

    with pytest.raises(Failure, match="could not be read, so nobody can tell"):
        look(raws, "1")


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ({"value": [], "@odata.nextLink": "https://x"}, "more than 20"),
        ({"value": [{"id": "../x"}]}, "some of the 1 alerts"),
    ],
)
def test_alerts_of_which_some_are_not_shown_may_be_open(body: JsonObject, told: str) -> None:
    raws = _NoAlerts(objects())
    raws.answered = Raw(200, body)

    with pytest.raises(Refused, match=told):
        look(raws, "1")


def test_a_merged_incident_is_taken_with_its_survivor_only() -> None:
    world = objects(status="redirected", redirectIncidentId="9")
    world[Ref("Incident", "9")] = incident("9")
    subject = look(FakeRaws(world), "1")
    assert (subject.survivor and subject.survivor.ref.id, subject.alerts) == ("9", ())

    world[Ref("Incident", "9")]["redirectIncidentId"] = "1"
    with pytest.raises(Refused, match="merged into one that was merged itself"):
        look(FakeRaws(world), "1")


def test_what_is_no_page_holds_no_objects() -> None:
    assert lives(Raw(200, {"value": "text"}), "Incident") == ()
    assert lives(Raw(404), "Incident") == ()
