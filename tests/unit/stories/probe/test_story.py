"""The probe asks, and leaves everything as it was, whatever happens in between."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from reconciler import undo
from reconciler.codec import doctor as codec
from reconciler.errors import Interrupted, NetworkFailure
from reconciler.kinds import KINDS
from reconciler.kinds.observe import observe
from reconciler.model.diagnosis import Raw
from reconciler.model.live import Known
from reconciler.model.words import Ref
from reconciler.reports import text_doctor
from tests.support.probing import INCIDENT, World, by_name, objects
from tests.support.raws import FakeRaws, meaning, refusing, snapshot

if TYPE_CHECKING:
    from reconciler.model.words import JsonObject

ALERT = Ref("Alert", "da1")
TITLES = ("Suspicious", "kai@contoso.com", "mona@contoso.com", "vip", "tenant-guid-canary", "da1")


class Killed(BaseException):
    """As a kill: nobody gets to put anything back."""


def test_every_question_is_answered_and_everything_holds_what_it_held(world: World) -> None:
    before = snapshot(world.raws.objects)

    probed = world.probe()

    assert snapshot(world.raws.objects) == before
    assert (probed.left, probed.problem, probed.report.exit_code) == ((), None, 0)
    assert world.raws.objects[ALERT]["assignedTo"] == "mona@contoso.com"
    assert {name: answer.fits for name, answer in by_name(probed).items()} == {
        "enum-casing": True,
        "left-out-nulls": True,
        "etag": True,
        "tenant-id": True,
        "revision-form": True,
        "list-page": True,
        "list-order": True,
        "list-whole": True,
        "patch-answer": True,
        "tags-replaced": True,
        "revision-moves": True,
        "author": True,
        "visible-by-id": True,
        "visible-in-list": True,
        "enum-answered": True,
        "verdict-spill-over": True,
        "enum-pascal-input": True,
        "enum-old-input": True,
        "determination-recomputed": True,
        "verdict-misfit": False,
        "verdict-null": True,
        "owner-text": True,
        "owner-spill-over": True,
        "owner-null": True,
        "owner-null-spill-over": True,
        "status-spill-over": None,
        "redirected-patch": None,
    }
    assert by_name(probed)["owner-spill-over"].facts == {"alerts": 2, "changed": 2}


def test_the_report_names_nothing_and_nobody_of_the_tenant(world: World) -> None:
    report = world.probe().report

    told = codec.probe(report) + "".join(text_doctor.probe(report, colour=False, width=80))

    assert [name for name in (*TITLES, '"1"', "incidents/1") if name in told] == []
    assert json.loads(codec.probe(report))["restored"] is True


def test_a_status_is_never_written(world: World) -> None:
    world.probe()

    assert [body for _, body in world.raws.writes if "status" in body] == []


def test_every_write_comes_right_after_a_read_of_its_object(world: World) -> None:
    seen: list[str] = []
    world.raws.before_call = lambda _number, what: seen.append(what)

    world.probe()

    assert {seen[place - 1] for place, what in enumerate(seen) if what == "write"} == {"read"}


@pytest.mark.parametrize("applied", [False, True])
def test_a_probe_that_is_killed_at_any_write_is_undone_from_its_journal(applied: bool) -> None:
    for number in range(1, 25):
        world = World(FakeRaws(objects(determination="malware", classification="truePositive")))
        before = meaning(world.raws.objects)
        _kill_at(world.raws, number, applied=applied)
        try:
            world.probe()
        except Killed:
            _revert(world)
        assert meaning(world.raws.objects) == before, number


def _kill_at(raws: FakeRaws, number: int, *, applied: bool) -> None:
    def kill(_raws: FakeRaws, ref: Ref, body: JsonObject) -> Raw | None:
        if len(raws.writes) < number:
            return None
        if applied:
            raws.apply(ref, body)
        raise Killed

    raws.judge = kill


def _revert(world: World) -> None:
    """As 'revert' and 'apply' would: the plan first, then incidents before alerts."""
    lives = {ref: observe(KINDS[ref.kind], item) for ref, item in world.raws.objects.items()}
    observed = {ref: Known(live) for ref, live in lives.items() if live is not None}
    changes = undo.inverse(world.journal.run(), observed)
    for change in sorted(changes, key=lambda change: KINDS[change.ref.kind].phase):
        assert change.problem is None
        if change.request is not None:
            world.raws.apply(change.ref, change.request.body)


def test_a_refused_old_name_leaves_a_journal_that_still_undoes() -> None:
    world = World(FakeRaws(objects()))
    before = meaning(world.raws.objects)

    def judge(_raws: FakeRaws, _ref: Ref, body: JsonObject) -> Raw | None:
        if body.get("determination") == "confirmedUserActivity":
            return Raw(400, code="BadRequest", told="no")
        if "assignedTo" in body:
            raise Killed
        return None

    world.raws.judge = judge
    with pytest.raises(Killed):
        world.probe()
    _revert(world)

    assert meaning(world.raws.objects) == before


@pytest.mark.parametrize("at", range(4, 32, 3))
def test_ctrl_c_at_any_request_ends_the_questions_and_puts_back(at: int) -> None:
    world = World(FakeRaws(objects()))
    before = snapshot(world.raws.objects)

    def press(number: int, _what: str) -> None:
        world.stop.is_stopped = world.stop.is_stopped or number >= at

    world.raws.before_call = press
    probed = world.probe()

    assert snapshot(world.raws.objects) == before
    assert (probed.report.exit_code, probed.report.stopped) == (130, "interrupted")


def test_ctrl_c_on_the_way_back_does_not_end_it(world: World) -> None:
    before = snapshot(world.raws.objects)

    def press(_number: int, _what: str) -> None:
        world.stop.is_stopped = len(world.raws.writes) > 11

    world.raws.before_call = press
    report = world.probe().report

    assert snapshot(world.raws.objects) == before
    assert (report.exit_code, report.stopped, report.interrupted) == (130, None, True)


def test_a_second_ctrl_c_leaves_what_it_leaves_and_says_what_to_send(world: World) -> None:
    def press(_number: int, _what: str) -> None:
        world.stop.is_stopped = world.abort.is_stopped = len(world.raws.writes) > 0
        if world.abort.is_stopped:
            raise Interrupted("interrupted")

    world.raws.before_call = press
    probed = world.probe()

    assert probed.report.exit_code == 130
    assert probed.report.left == ("Incident: customTags",)
    (left,) = probed.left
    assert (left.path, left.body) == ("/v1.0/security/incidents/1", {"customTags": ["vip"]})


def test_a_network_that_goes_away_is_told_in_our_words_only(world: World) -> None:
    def cut(_number: int, _what: str) -> None:
        if world.raws.writes:
            raise NetworkFailure("no connection to graph.contoso.example")

    world.raws.before_call = cut
    probed = world.probe()

    assert (probed.report.exit_code, probed.report.stopped) == (6, "Graph could not be reached")
    assert "contoso" not in codec.probe(probed.report)
    assert probed.left[0].why == "no connection to graph.contoso.example"


def test_somebody_elses_edit_ends_the_probe_and_is_left_alone(world: World) -> None:
    def edit(raws: FakeRaws, _ref: Ref, _body: JsonObject) -> None:
        raws.objects[INCIDENT]["severity"] = "high"

    world.raws.after_write = edit
    world.raws.bare = True
    probed = world.probe()

    assert world.raws.objects[INCIDENT]["severity"] == "high"
    assert world.raws.objects[INCIDENT]["customTags"] == ["vip"]
    assert [(item.why, item.standing) for item in probed.left] == [
        ("somebody else changed severity meanwhile", "theirs")
    ]
    assert (probed.report.left, probed.report.exit_code) == ((), 1)


def test_a_field_that_the_probe_has_not_written_yet_is_no_business_of_its(world: World) -> None:
    def assign(_number: int, what: str) -> None:
        if what == "read" and len(world.raws.writes) == 3:
            world.raws.objects[INCIDENT]["assignedTo"] = "analyst@contoso.com"

    before = snapshot(world.raws.objects)[INCIDENT]
    world.raws.before_call = assign
    probed = world.probe()

    assert snapshot(world.raws.objects)[INCIDENT] == {
        **before,
        "assignedTo": "analyst@contoso.com",
    }
    assert (probed.report.left, probed.report.exit_code) == ((), 1)
    (left,) = probed.left
    assert (left.why, left.standing) == ("somebody else changed assignedTo meanwhile", "theirs")


def test_a_field_that_was_only_tried_is_not_the_probes_either(world: World) -> None:
    def judge(raws: FakeRaws, _ref: Ref, body: JsonObject) -> Raw | None:
        if "assignedTo" not in body:
            return None
        raws.objects[INCIDENT]["assignedTo"] = "analyst@contoso.com"
        return Raw(400, code="BadRequest", told="no")

    world.raws.judge = judge
    probed = world.probe()

    assert world.raws.objects[INCIDENT]["assignedTo"] == "analyst@contoso.com"
    assert probed.report.left == ()
    assert [item.standing for item in probed.left] == ["theirs"]


def test_an_edit_of_what_the_probe_wrote_ends_it_and_is_not_overwritten(world: World) -> None:
    def edit(_number: int, what: str) -> None:
        if what == "read" and len(world.raws.writes) == 2:
            world.raws.objects[INCIDENT]["customTags"] = ["analyst"]

    world.raws.before_call = edit
    probed = world.probe()

    assert world.raws.objects[INCIDENT]["customTags"] == ["analyst"]
    assert probed.report.stopped == "somebody else changed the incident or an alert of it"
    assert (probed.report.left, probed.report.exit_code) == (("Incident: customTags",), 6)
    (left,) = probed.left
    assert (left.why, left.body, left.standing) == (
        "somebody else changed customTags after the probe had",
        {"customTags": ["vip"]},
        "taken over",
    )


def test_a_verdict_that_somebody_else_changed_by_half_is_left_whole(world: World) -> None:
    def decide(_number: int, what: str) -> None:
        if what == "read" and len(world.raws.writes) == 3:
            world.raws.objects[INCIDENT]["determination"] = "malware"

    world.raws.before_call = decide
    probed = world.probe()

    assert world.raws.objects[INCIDENT]["customTags"] == ["vip"]
    assert world.raws.objects[INCIDENT]["determination"] == "malware"
    (left,) = probed.left
    assert (left.standing, set(left.body)) == ("taken over", {"classification", "determination"})


def test_a_defect_of_ours_is_no_reason_to_leave_anything_behind(world: World) -> None:
    before = snapshot(world.raws.objects)

    def surprise(_number: int, what: str) -> None:
        if what == "page $top=50&$count=true" and world.raws.writes:
            raise ValueError("canary")

    world.raws.before_call = surprise
    probed = world.probe()

    assert snapshot(world.raws.objects) == before
    assert "unexpected ValueError" in str(probed.problem)
    assert "canary" not in str(probed.problem)
    assert probed.report.exit_code == 1


def test_a_full_disk_ends_the_probe_and_not_the_way_back(world: World) -> None:
    before = snapshot(world.raws.objects)
    world.journal.room = 2

    probed = world.probe()

    assert snapshot(world.raws.objects) == before
    assert probed.report.stopped == "the journal could not be written"
    assert probed.report.exit_code == 1
    assert (
        len(world.raws.writes) == 2
    )  # what the journal did not take was not sent; and the way back


def test_what_graph_does_not_take_back_is_told(world: World) -> None:
    world.raws.judge = lambda _raws, _ref, body: (
        Raw(400, code="BadRequest", told="no") if body.get("customTags") == ["vip"] else None
    )
    probed = world.probe()

    assert [(item.why, dict(item.body)["customTags"]) for item in probed.left] == [
        ("Graph did not take customTags", ["vip"])
    ]


def test_a_verdict_that_was_null_goes_back_as_unknown_where_null_is_refused() -> None:
    world = World(FakeRaws(objects(classification=None, determination=None)))
    world.raws.judge = refusing(
        400, when=lambda body: "classification" in body and body["classification"] is None
    )
    probed = world.probe()

    assert by_name(probed)["verdict-null"].found == "refused"
    assert world.raws.objects[INCIDENT]["classification"] == "unknown"
    assert probed.left == ()


def test_tags_that_are_merged_are_found_out_and_told_as_left(world: World) -> None:
    world.raws.merges_tags = True
    probed = world.probe()

    assert (by_name(probed)["tags-replaced"].found, by_name(probed)["tags-replaced"].fits) == (
        "merged",
        False,
    )
    assert probed.report.left == ("Incident: customTags",)
    assert probed.report.exit_code == 6
