"""What the probe says of a Graph that behaves otherwise than the emulator does."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from reconciler.model.diagnosis import Raw
from reconciler.model.words import Json, JsonObject, Ref
from reconciler.settings import Identity
from reconciler.stories.probe.story import run
from reconciler.stories.probe.subject import look
from tests.support.probing import INCIDENT, SETTINGS, World, by_name, objects
from tests.support.raws import FakeRaws, refusing, snapshot
from tests.support.world import incident

if TYPE_CHECKING:
    from reconciler.model.diagnosis import Answered
    from reconciler.stories.probe.story import Probed


def told(probed: Probed, name: str) -> tuple[str, bool | None]:
    answer = by_name(probed)[name]
    return answer.found, answer.fits


def facts(answer: Answered) -> dict[str, object]:
    return dict(answer.facts)


def pascal(item: dict[str, Json]) -> dict[str, Json]:
    names = ("status", "classification", "determination", "severity")
    return {
        name: value[:1].upper() + value[1:] if name in names and isinstance(value, str) else value
        for name, value in item.items()
    }


def test_pascal_case_answers_are_told_and_understood(world: World) -> None:
    before = snapshot(world.raws.objects)
    world.raws.answer = pascal
    probed = world.probe()

    assert told(probed, "enum-casing") == ("PascalCase", False)
    assert told(probed, "enum-answered") == ("PascalCase", False)
    assert facts(by_name(probed)["enum-old-input"])["answeredIn"] == "PascalCase"
    assert (probed.left, probed.problem) == ((), None)
    assert {ref: item["customTags"] for ref, item in before.items() if ref == INCIDENT} == {
        INCIDENT: ["vip"]
    }


def test_a_patch_that_is_answered_without_a_body_is_confirmed_by_a_read(world: World) -> None:
    before = snapshot(world.raws.objects)
    world.raws.bare = True
    probed = world.probe()

    assert told(probed, "patch-answer") == ("it does not", False)
    assert told(probed, "enum-answered") == ("the answer had none", False)
    assert told(probed, "tags-replaced") == ("replaced", True)
    assert snapshot(world.raws.objects) == before


def test_a_write_that_shows_late_is_waited_for_and_timed(world: World) -> None:
    before = snapshot(world.raws.objects)
    world.raws.lag = 2
    probed = world.probe()

    assert told(probed, "visible-by-id") == ("after 3.0 s", False)
    assert told(probed, "tags-replaced") == ("replaced", True)
    assert (snapshot(world.raws.objects), probed.left) == (before, ())


def test_a_write_that_never_shows_ends_the_probe(world: World) -> None:
    world.raws.lag = 7
    probed = world.probe()

    assert told(probed, "visible-by-id") == ("not in 15 s", False)
    assert probed.report.stopped == "somebody else changed the incident or an alert of it"


def test_a_throttled_write_is_sent_again_after_another_read(world: World) -> None:
    throttled: list[int] = []

    def once(raws: FakeRaws, _ref: Ref, _body: JsonObject) -> Raw | None:
        if len(raws.writes) in {1, 2}:
            throttled.append(1)
            return Raw(429, told="Graph answered 429")
        return None

    world.raws.judge = once
    probed = world.probe()

    assert len(throttled) == 2
    assert told(probed, "tags-replaced") == ("replaced", True)


def test_a_write_that_nobody_answers_is_no_answer_and_is_put_back(world: World) -> None:
    before = snapshot(world.raws.objects)

    def lost(raws: FakeRaws, ref: Ref, body: JsonObject) -> Raw | None:
        if body.get("assignedTo") != "reconciler-probe":
            return None
        raws.apply(ref, body)
        return Raw(None, told="no answer")

    world.raws.judge = lost
    probed = world.probe()

    assert told(probed, "owner-text") == ("no answer that tells", None)
    assert told(probed, "owner-spill-over")[0] == "not asked: the owner was not written"
    assert snapshot(world.raws.objects) == before


def test_a_lost_write_that_takes_effect_late_is_not_somebody_elses(world: World) -> None:
    late: list[JsonObject] = []

    def lose(raws: FakeRaws, _ref: Ref, body: JsonObject) -> Raw | None:
        if len(raws.writes) == 1:
            late.append(body)
            return Raw(503, told="Graph answered 503")
        return None

    def arrive(number: int, what: str) -> None:
        if late and what == "read" and number > 6:
            world.raws.apply(INCIDENT, late.pop())

    world.raws.judge, world.raws.before_call = lose, arrive
    probed = world.probe()

    assert (probed.report.stopped, probed.left) == (None, ())


def test_a_graph_that_refuses_every_write_leaves_most_questions_open(world: World) -> None:
    world.raws.judge = refusing(400)
    probed = world.probe()

    found = {name: answer.found for name, answer in by_name(probed).items()}
    assert found["patch-answer"] == "refused"
    assert found["tags-replaced"] == "not asked: tags could not be written"
    assert found["enum-answered"] == "refused"
    assert found["verdict-spill-over"] == "not asked: the verdict was not written"
    assert found["owner-text"] == "refused"
    assert (probed.left, probed.report.exit_code) == ((), 0)
    assert facts(by_name(probed)["patch-answer"]) == {"status": 400, "code": "BadRequest"}


@pytest.mark.parametrize(("status", "sent"), [(403, 1), (401, 2)])
def test_a_writer_that_may_not_write_ends_the_probe_and_the_missing_permission_is_named(
    world: World, status: int, sent: int
) -> None:
    world.raws.judge = refusing(status)
    probed = world.probe()

    assert len(world.raws.writes) == sent  # 401: once more, with a fresh token
    assert (probed.left, probed.report.exit_code) == ((), 1)
    assert probed.report.stopped == "the writer may not write"
    assert probed.problem is not None
    assert probed.problem.message == (
        f"the writer lacks SecurityIncident.ReadWrite.All; Graph answered {status}"
    )
    assert probed.problem.remedy == (
        "Entra admin center > App registrations > the application > API permissions > Microsoft "
        "Graph > application SecurityIncident.ReadWrite.All, grant admin consent"
    )


def test_a_person_who_may_not_write_is_told_the_role_as_well(world: World) -> None:
    world.raws.judge = refusing(403)
    tenant = replace(SETTINGS, writer=Identity("writer-app", "device-code"))
    probed = run(look(world.raws, "1"), tenant, world.hands)

    assert probed.problem is not None
    assert str(probed.problem.remedy).endswith(
        "> writer-app > API permissions > Microsoft Graph > delegated "
        "SecurityIncident.ReadWrite.All, grant admin consent; and the role Security Operator"
    )


def test_what_a_writer_that_may_not_write_was_not_asked_is_open(world: World) -> None:
    names = list(by_name(world.probe()))
    world.raws.judge = refusing(403)
    probed = world.probe()

    assert sorted(by_name(probed)) == sorted(names)
    assert len(probed.report.answers) == len(names)
    for name in ("patch-answer", "enum-pascal-input", "owner-null-spill-over"):
        assert told(probed, name) == ("not asked: the writer may not write", None)
    assert told(probed, "enum-casing") == ("camelCase", True)
    assert told(probed, "redirected-patch") == ("not asked: the incident is not merged", None)


def test_a_permission_that_is_taken_away_meanwhile_leaves_the_answers_before_it(
    world: World,
) -> None:
    before = snapshot(world.raws.objects)
    world.raws.judge = refusing(403, when=lambda body: body.get("assignedTo") == "reconciler-probe")
    probed = world.probe()

    assert told(probed, "tags-replaced") == ("replaced", True)
    assert told(probed, "owner-text") == ("not asked: the writer may not write", None)
    assert (snapshot(world.raws.objects), probed.left) == (before, ())
    assert probed.report.exit_code == 1


def test_a_merged_incident_that_may_not_be_written_leaves_its_one_question_open() -> None:
    merged = objects(status="redirected", redirectIncidentId="9")
    merged[Ref("Incident", "9")] = incident("9")
    world = World(FakeRaws(merged))
    world.raws.judge = refusing(403)
    probed = world.probe()

    assert [(one.question.name, one.found) for one in probed.report.answers] == [
        ("redirected-patch", "not asked: the writer may not write")
    ]
    assert probed.report.exit_code == 1


@pytest.mark.parametrize(
    ("when", "name", "fits"),
    [
        (lambda body: body.get("classification") == "FalsePositive", "enum-pascal-input", True),
        (lambda body: body.get("determination") == "confirmedUserActivity", "enum-old-input", True),
        (lambda body: set(body) == {"classification"}, "determination-recomputed", False),
        (
            lambda body: body.get("classification") == "falsePositive" and len(body) == 2,
            "verdict-misfit",
            True,
        ),
        (
            lambda body: body.get("customTags") == ["vip", "reconciler-probe-2"],
            "tags-replaced",
            False,
        ),
        (lambda body: body.get("assignedTo", "") is None, "owner-null", False),
    ],
)
def test_a_refusal_is_an_answer(world: World, when: object, name: str, fits: bool) -> None:
    world.raws.objects[Ref("Alert", "da2")]["assignedTo"] = "kai@contoso.com"
    before = snapshot(world.raws.objects)
    world.raws.judge = refusing(400, when=when)  # type: ignore[arg-type]
    probed = world.probe()

    assert told(probed, name) == ("refused", fits)
    assert snapshot(world.raws.objects) == before


def test_a_classification_that_cannot_be_written_first_is_no_answer_to_the_second(
    world: World,
) -> None:
    seen: list[int] = []

    def second(body: JsonObject) -> bool:
        seen.append(body.get("determination") == "securityTesting")
        return sum(seen) == 2

    world.raws.judge = refusing(400, when=second)
    assert told(world.probe(), "determination-recomputed") == ("refused", False)


@pytest.mark.parametrize(
    ("now", "found"), [("securityTesting", "it stays"), ("malware", "it becomes another one")]
)
def test_what_becomes_of_the_determination_is_told(world: World, now: str, found: str) -> None:
    def recompute(raws: FakeRaws, _ref: Ref, body: JsonObject) -> None:
        if set(body) == {"classification"}:
            raws.objects[INCIDENT]["determination"] = now

    world.raws.after_write = recompute
    before = snapshot(world.raws.objects)
    assert told(world.probe(), "determination-recomputed") == (found, True)
    assert snapshot(world.raws.objects) == before


def test_what_is_taken_and_not_kept_is_told(world: World) -> None:
    def forget(raws: FakeRaws, _ref: Ref, body: JsonObject) -> None:
        if body.get("assignedTo") == "reconciler-probe":
            raws.objects[INCIDENT]["assignedTo"] = "kai@contoso.com"

    world.raws.after_write = forget
    assert told(world.probe(), "owner-text") == ("taken, and not kept", False)


def test_an_owner_that_does_not_reach_the_alerts_is_told_after_waiting(world: World) -> None:
    world.raws.spills = False
    probed = world.probe()

    assert told(probed, "owner-spill-over") == ("it does not", False)
    assert told(probed, "owner-null-spill-over") == ("it does not", True)


def test_a_verdict_that_reaches_the_alerts_is_told_and_put_back(world: World) -> None:
    before = snapshot(world.raws.objects)

    def spill(raws: FakeRaws, ref: Ref, body: JsonObject) -> None:
        if ref == INCIDENT and "classification" in body:
            for other, item in raws.objects.items():
                if other.kind == "Alert":
                    pair = ("classification", "determination")
                    item.update({name: raws.objects[INCIDENT][name] for name in pair})

    world.raws.after_write = spill
    probed = world.probe()

    assert told(probed, "verdict-spill-over") == ("it does", False)
    assert snapshot(world.raws.objects) == before


def test_an_alert_that_somebody_else_moves_ends_the_probe(world: World) -> None:
    def edit(raws: FakeRaws, ref: Ref, body: JsonObject) -> None:
        if ref == INCIDENT and "assignedTo" in body:
            raws.objects[Ref("Alert", "da1")]["status"] = "inProgress"

    world.raws.after_write = edit
    probed = world.probe()

    assert probed.report.stopped == "somebody else changed the incident or an alert of it"
    assert world.raws.objects[Ref("Alert", "da1")]["status"] == "inProgress"
    assert [(item.ref.id, item.why) for item in probed.left] == [
        ("da1", "somebody else changed status meanwhile")
    ]
    for name, owner in (("da1", "mona@contoso.com"), ("da2", None)):
        assert world.raws.objects[Ref("Alert", name)]["assignedTo"] == owner
    assert probed.report.exit_code == 1


def test_alerts_that_cannot_be_read_any_more_end_the_probe(world: World) -> None:
    class Forbidding(FakeRaws):
        def related(self, ref: Ref, name: str, kind_name: str) -> Raw:
            if self.writes:
                return Raw(403, told="Graph answered 403")
            return super().related(ref, name, kind_name)

    world.raws = Forbidding(objects())
    probed = world.probe()

    assert probed.report.stopped == "the incident could not be read"
    assert by_name(probed).get("verdict-spill-over") is None


def test_values_that_could_not_be_put_back_are_not_overwritten() -> None:
    world = World(FakeRaws(objects(determination="apt", classification="truePositive")))
    del world.raws.objects[INCIDENT]["status"]
    world.raws.objects[INCIDENT]["status"] = "resolved"
    probed = world.probe()

    assert told(probed, "verdict-null") == (
        "not asked: determination holds what could not be put back",
        None,
    )
    assert [body for _, body in world.raws.writes if "classification" in body] == []


def test_an_owner_that_is_not_known_is_not_overwritten() -> None:
    world = World(FakeRaws(objects(assignedTo=7)))
    assert told(world.probe(), "owner-null")[0] == (
        "not asked: assignedTo is not known, so it could not be put back"
    )


def test_a_verdict_that_the_answer_hides_is_not_overwritten() -> None:
    world = World(FakeRaws(objects(classification="unknownFutureValue")))
    assert told(world.probe(), "enum-answered")[0] == (
        "not asked: classification is not known, so it could not be put back"
    )


def test_tags_that_an_earlier_probe_left_are_not_taken_for_new_ones() -> None:
    had: list[Json] = ["reconciler-probe-1", "reconciler-probe-3"]
    world = World(FakeRaws(objects(customTags=had)))
    probed = world.probe()

    assert world.raws.writes[0][1]["customTags"] == [
        *had,
        "reconciler-probe-2",
        "reconciler-probe-4",
    ]
    assert world.raws.objects[INCIDENT]["customTags"] == had
    assert told(probed, "tags-replaced") == ("replaced", True)


def test_an_incident_without_alerts_is_asked_less() -> None:
    world = World(FakeRaws({INCIDENT: objects()[INCIDENT]}))
    probed = world.probe()

    for name in ("verdict-spill-over", "owner-spill-over", "owner-null-spill-over"):
        assert told(probed, name) == ("not asked: the incident has no alerts", None)


def test_a_list_that_is_refused_is_told() -> None:
    world = World(FakeRaws(objects()))
    world.raws.page_status = 400
    probed = world.probe()

    assert told(probed, "list-page") == ("refused", False)
    assert told(probed, "list-whole") == ("not asked: no list showed the incident", None)
    assert told(probed, "visible-in-list") == ("not asked: no list showed the incident", None)


def test_an_incident_that_no_list_shows_is_asked_for_by_its_moment() -> None:
    world = World(FakeRaws(objects()))
    asked: list[str] = []
    world.raws.listed = False
    world.raws.before_call = lambda _number, what: asked.append(what)
    probed = world.probe()

    assert "page $filter=createdDateTime%20eq%202026-11-01T00:00:00Z" in asked
    assert told(probed, "list-whole")[1] is None


def test_a_creation_time_that_is_none_goes_into_no_query() -> None:
    world = World(FakeRaws(objects(createdDateTime="2026-11-01&$top=9999Z")))
    asked: list[str] = []
    world.raws.listed = False
    world.raws.before_call = lambda _number, what: asked.append(what)
    world.probe()

    assert [what for what in asked if "9999" in what] == []


def test_what_a_list_leaves_out_is_named(world: World) -> None:
    class Lean(FakeRaws):
        def page(self, kind_name: str, query: str) -> Raw:
            raw = super().page(kind_name, query)
            items = raw.body["value"]
            assert isinstance(items, list)
            lean = [{name: it[name] for name in it if name != "customTags"} for it in items]
            link = "https://graph.example/v1.0/security/incidents?$top=50&$skip=50"
            return replace(raw, body={"value": lean, "@odata.nextLink": link})

    world.raws = Lean(objects())
    probed = world.probe()

    assert told(probed, "list-whole") == ("left out: customTags", False)
    assert told(probed, "list-page") == ("it does, and does not count", False)
    assert facts(by_name(probed)["list-page"])["nextLink"] == "$skip"


def test_an_object_that_says_less_or_more_than_assumed_is_told() -> None:
    whole = objects(lastUpdateDateTime="yesterday", **{"@odata.etag": 'W/"1"'})
    del whole[INCIDENT]["tenantId"], whole[INCIDENT]["summary"]
    probed = World(FakeRaws(whole)).probe()

    assert told(probed, "etag") == ("it does", False)
    assert told(probed, "tenant-id") == ("it does not", False)
    assert told(probed, "left-out-nulls") == ("left out: summary", True)
    assert told(probed, "revision-form") == ("it is not", False)


@pytest.mark.parametrize(
    ("judge", "found", "answered"),
    [
        (refusing(409), "refused", None),
        (lambda _raws, _ref, _body: None, "taken", "itself"),
        (
            lambda raws, _ref, body: (
                raws.apply(Ref("Incident", "9"), body)
                or Raw(200, dict(raws.objects[Ref("Incident", "9")]))
            ),
            "taken, and not kept",
            "its survivor",
        ),
        (lambda _raws, _ref, _body: Raw(204), "taken, and not kept", "nothing"),
    ],
)
def test_a_patch_on_a_merged_incident_is_the_only_question_and_harms_neither(
    judge: object, found: str, answered: str | None
) -> None:
    merged = {INCIDENT: objects(status="redirected", redirectIncidentId="9")[INCIDENT]}
    merged[Ref("Incident", "9")] = incident("9", customTags=["survivor"])
    world = World(FakeRaws(merged, judge=judge))  # type: ignore[arg-type]
    before = snapshot(merged)
    probed = world.probe()

    (answer,) = probed.report.answers
    assert (answer.question.name, answer.found, answer.fits) == ("redirected-patch", found, True)
    assert answer.facts.get("answeredWith") == answered
    assert (snapshot(merged), probed.left) == (before, ())


def test_equal_tags_cannot_tell_whether_a_merged_incident_kept_them() -> None:
    merged = {INCIDENT: objects(status="redirected", redirectIncidentId="9")[INCIDENT]}
    merged[Ref("Incident", "9")] = incident("9", customTags=["vip"])
    (answer,) = World(FakeRaws(merged)).probe().report.answers
    assert answer.found == "taken; both had the same tags, so nobody can tell whether kept"
