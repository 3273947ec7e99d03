from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from reconciler.errors import InvalidInput, Refused
from reconciler.model.base import Base
from reconciler.model.desired import Exactly
from reconciler.model.edits import Edits, Told
from reconciler.model.live import Merged, Unreadable
from reconciler.model.words import Finding, Foreign, Place, Ref
from reconciler.settings import Management
from reconciler.stories import adopt
from tests.support.desk import Desk, texts, told
from tests.support.documents import document
from tests.support.world import NOW, incident, live

if TYPE_CHECKING:
    from pathlib import Path

    from reconciler.model.desired import Spec

ONE, TWO = Ref("Incident", "1"), Ref("Incident", "2")
RESOLVED: Spec = {"status": Exactly("resolved")}


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def adopted(desk: Desk, *ids: str, base: Base | None = None, **specs: Spec) -> Edits:
    """``specs``: by id (behind an ``i``), what was applied."""
    applied = {Ref("Incident", name[1:]): spec for name, spec in specs.items()}
    return adopt.run(
        desk.declared(),
        config=desk.config,
        tenant=desk.tenant,
        base=base or Base(applied, "c0ffee", is_applied=True),
        today=NOW.date(),
        open_reader=lambda: desk.world,
        ids=ids,
    )


def test_what_people_changed_goes_into_the_document_and_a_pending_declaration_stays(
    desk: Desk,
) -> None:
    path = desk.incident("1", "status: resolved, assignedTo: kai")
    desk.world.add("Incident", incident("1", assignedTo="ann"))

    found = adopted(desk, i1={"status": Exactly("active"), "assignedTo": Exactly("kai")})

    assert told(found.done) == [("Incident 1", "assignedTo as live")]
    assert texts(found) == {
        "desired/1.yaml": path.read_text().replace("assignedTo: kai", "assignedTo: ann")
    }
    assert (found.left, found.unknown, found.proposed, found.notices) == ((), (), (), ())


def test_an_object_named_by_its_id_is_taken_over_whole_and_no_other(desk: Desk) -> None:
    for number in ("1", "2"):
        desk.incident(number, "status: resolved, assignedTo: kai")
        desk.world.add("Incident", incident(number, assignedTo="ann"))
    base = {"status": Exactly("active"), "assignedTo": Exactly("kai")}

    found = adopted(desk, "2", i1=base, i2=base)

    assert told(found.done) == [("Incident 2", "status, assignedTo as live")]
    assert list(texts(found)) == ["desired/2.yaml"]


def test_an_id_that_no_document_declares_is_refused_before_anything_is_read(desk: Desk) -> None:
    desk.incident("1", "status: resolved")

    with pytest.raises(InvalidInput) as refused:
        adopted(desk, "7", "1", "\x1b8")

    assert refused.value.findings == (
        Finding(Place("desired"), "no document declares '7'"),
        Finding(Place("desired"), "no document declares '\\x1b8'"),
    )
    assert desk.world.log == []


def test_without_a_base_nothing_is_read_and_it_says_why(desk: Desk) -> None:
    desk.incident("1", "status: resolved, assignedTo: kai")
    desk.world.add("Incident", incident("1", assignedTo="ann"))

    with pytest.raises(Refused) as refused:
        adopted(desk, base=Base(notice="first run"))

    assert refused.value.message.endswith("nothing was written. first run")
    assert desk.world.log == []


@pytest.mark.parametrize(
    ("ids", "base"),
    [((), Base(is_waived=True, notice="first run")), (("1",), Base(notice="first run"))],
    ids=["--base none", "ids"],
)
def test_without_a_base_every_value_that_differs_is_taken_over_if_that_was_asked_for(
    desk: Desk, ids: tuple[str, ...], base: Base
) -> None:
    desk.incident("1", "status: resolved, assignedTo: kai")
    desk.world.add("Incident", incident("1", assignedTo="ann"))

    found = adopted(desk, *ids, base=base)

    assert told(found.done) == [("Incident 1", "status, assignedTo as live")]
    assert found.notices == ("first run",)


def test_an_object_as_declared_needs_no_edit(desk: Desk) -> None:
    desk.incident("1", "status: resolved")
    desk.world.add("Incident", incident("1", status="resolved"))

    assert adopted(desk, i1=RESOLVED) == Edits()


def test_who_owns_a_field_is_asked_of_the_tenant_and_the_configuration(desk: Desk) -> None:
    desk.tenant = replace(desk.tenant, management=Management(fields={"status": "once"}))
    desk.incident("1", "status: resolved")
    desk.world.add("Incident", incident("1"))

    found = adopted(desk, i1={"status": Exactly("active")})

    assert told(found.done) == [("Incident 1", "status as live")]


def test_what_no_document_may_say_is_left_and_named(desk: Desk) -> None:
    desk.incident("1", "status: resolved, assignedTo: kai")
    desk.world.add("Incident", incident("1", status="awaitingAction", assignedTo="ann"))

    found = adopted(desk, i1={**RESOLVED, "assignedTo": Exactly("kai")})

    ((ref, why),) = told(found.left)
    assert ref == "Incident 1"
    assert why.startswith("status stays: 'awaitingAction' may not be sent: ")
    assert told(found.done) == [("Incident 1", "assignedTo as live")]


def test_gone_and_unread_objects_are_told_and_left(desk: Desk) -> None:
    for number in ("1", "2"):
        desk.incident(number, "status: resolved")
    desk.world.unreadable[TWO] = Unreadable("Graph answered 403", Foreign("no"))

    found = adopted(desk)

    places = [item.source for item in desk.declared()]
    assert found.left == (Told(ONE, places[0], "Graph has no such object (404)"),)
    assert found.unknown == (Told(TWO, places[1], "Graph answered 403", Foreign("no")),)


def test_where_nothing_of_at_least_three_is_found_the_doubt_is_told(desk: Desk) -> None:
    for number in ("1", "2", "3"):
        desk.incident(number, "status: resolved")

    found = adopted(desk)
    two = adopted(desk, "1", "2")

    assert found.doubt == "none of the 3 declared objects was found: wrong tenant or role scope?"
    assert (found.files, len(found.left)) == ((), 3)
    assert two.doubt is None


def test_what_is_named_and_released_says_why_it_is_not_looked_at(desk: Desk) -> None:
    desk.incident("1", "status: resolved", metadata="expires: 2026-11-20")
    desk.file("t.yaml", document("status: completed", kind="IncidentTask", object_id="7"))
    desk.tenant = replace(desk.tenant, kinds=frozenset({"Incident"}))

    assert told(adopted(desk, "1", "7").left) == [
        ("Incident 1", "released since 2026-11-20"),
        ("IncidentTask 7", "IncidentTask is switched off in the configuration"),
    ]
    assert adopted(desk).left == ()
    assert desk.world.log == []


def test_one_value_that_no_document_may_hold_keeps_nothing_else_from_being_taken_over(
    desk: Desk,
) -> None:
    path = desk.incident("1", "assignedTo: kai, displayName: Mine, customTags: [a, b]")
    now = {"assignedTo": "ann", "displayName": "bell\x07", "customTags": ["a", "x\u202ey", "new"]}
    desk.world.add("Incident", incident("1", **now))
    applied: Spec = {
        "assignedTo": Exactly("kai"),
        "displayName": Exactly("Mine"),
        "customTags": Exactly(["a", "b"]),
    }

    found = adopted(desk, i1=applied)

    assert told(found.done) == [("Incident 1", "assignedTo, customTags as live")]
    assert texts(found) == {
        "desired/1.yaml": path.read_text().replace("kai", "ann").replace("[a, b]", "[a, new]")
    }
    assert sorted(told(found.left)) == [
        (
            "Incident 1",
            (
                "customTags is taken over in part: "
                "the tag 'x\\u202ey' holds the control or bidi character U+202E"
            ),
        ),
        (
            "Incident 1",
            (
                "displayName stays: live holds the control or bidi character U+0007, "
                "which no document may hold"
            ),
        ),
    ]


def merged(desk: Desk, survivor: str | None) -> None:
    gone = live("Incident", incident("1", status="redirected"))
    after = live("Incident", incident(survivor)) if survivor else None
    desk.world.unreadable[ONE] = Merged(gone, after)


def test_following_a_merged_incident_is_proposed_and_not_written(desk: Desk) -> None:
    path = desk.incident("1", "status: resolved")
    merged(desk, "9")

    found = adopted(desk)

    (proposed,) = found.proposed
    assert (proposed.path, proposed.before) == ("desired/1.yaml", path.read_bytes())
    assert proposed.after == path.read_bytes().replace(b'"1"', b'"9"')
    assert (found.files, found.done) == ((), ())
    (left,) = found.left
    assert (left.what, left.detail) == (
        "it was merged into Incident 9; following it there is proposed, not written",
        Foreign("Suspicious sign-in"),
    )


def test_where_the_survivor_is_declared_the_document_is_to_be_deleted(desk: Desk) -> None:
    desk.incident("1", "status: resolved")
    desk.incident("2", "status: resolved")
    desk.world.add("Incident", incident("2", status="resolved"))
    merged(desk, "2")

    found = adopted(desk, i2=RESOLVED)

    assert told(found.left) == [
        (
            "Incident 1",
            "it was merged into Incident 2, which desired/2.yaml:2 declares: delete this document",
        )
    ]
    assert (found.proposed, found.files) == ((), ())


def test_a_merged_incident_whose_survivor_is_not_known_is_left(desk: Desk) -> None:
    desk.incident("1", "status: resolved")
    merged(desk, None)

    found = adopted(desk)

    assert told(found.left) == [("Incident 1", "it was merged, and what into cannot be told")]
    assert found.proposed == ()


def test_a_document_that_cannot_be_repointed_is_proposed_nothing(desk: Desk) -> None:
    path = desk.incident("1", "status: resolved")
    merged(desk, "9")
    declared = desk.declared()
    path.unlink()

    found = adopt.run(
        declared,
        config=desk.config,
        tenant=desk.tenant,
        base=Base(is_waived=True),
        today=NOW.date(),
        open_reader=lambda: desk.world,
    )

    assert (len(found.left), found.proposed) == (1, ())


def test_a_file_that_says_something_else_by_now_is_proposed_nothing(desk: Desk) -> None:
    path = desk.incident("1", "status: resolved")
    merged(desk, "9")
    declared = desk.declared()
    path.write_text(document("status: resolved", object_id="5"))

    found = adopt.run(
        declared,
        config=desk.config,
        tenant=desk.tenant,
        base=Base(is_waived=True),
        today=NOW.date(),
        open_reader=lambda: desk.world,
    )

    assert (len(found.left), found.proposed) == (1, ())


def test_what_is_left_is_told_by_object(desk: Desk) -> None:
    for number in ("3", "1", "2"):
        desk.incident(number, "status: resolved")

    assert [item.ref.id for item in adopted(desk).left] == ["1", "2", "3"]
