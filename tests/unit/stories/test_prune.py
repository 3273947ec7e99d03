from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from reconciler.model.edits import Edits, Told
from reconciler.model.live import Unreadable
from reconciler.model.words import Foreign, Ref
from reconciler.stories import prune
from reconciler.stories.prune import is_done
from tests.support.desk import Desk, texts, told
from tests.support.documents import document
from tests.support.world import NOW, Tenant, declare, incident, live, task

if TYPE_CHECKING:
    from pathlib import Path

    from reconciler.model.words import Json

OLD = "2026-11-01T12:00:00Z"


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def pruned(desk: Desk, *, older_than_days: int | None = None) -> Edits:
    return prune.run(
        desk.declared(),
        config=desk.config,
        tenant=desk.tenant,
        now=NOW,
        older_than_days=older_than_days,
        open_reader=lambda: desk.world,
    )


def test_expired_documents_go_and_nothing_is_read(desk: Desk) -> None:
    desk.incident("1", "status: resolved", metadata="expires: 2026-11-21")
    desk.incident("2", "status: resolved", metadata="expires: 2026-11-22")

    found = pruned(desk)

    assert texts(found) == {"desired/1.yaml": None}
    assert told(found.done) == [("Incident 1", "expired on 2026-11-21")]
    assert desk.world.log == []


def test_of_a_file_of_several_only_the_expired_document_goes(desk: Desk) -> None:
    kept = document("status: active", object_id="2")
    desk.file(
        "a.yaml", document("status: active", object_id="1", metadata="expires: 2026-01-01"), kept
    )

    assert texts(pruned(desk)) == {"desired/a.yaml": f"---\n{kept}"}


def test_what_is_converged_and_closed_for_so_long_goes_as_well(desk: Desk) -> None:
    for number, moved in (("1", OLD), ("2", "2026-11-20T12:00:00Z"), ("3", OLD)):
        desk.incident(number, "status: resolved")
        status = "active" if number == "3" else "resolved"
        desk.world.add("Incident", incident(number, status=status, lastUpdateDateTime=moved))
    desk.incident("4", "status: resolved", metadata="expires: 2026-11-20")

    found = pruned(desk, older_than_days=7)

    assert texts(found) == {"desired/1.yaml": None, "desired/4.yaml": None}
    assert told(found.done) == [
        ("Incident 1", f"as declared, and closed since {OLD}"),
        ("Incident 4", "expired on 2026-11-20"),
    ]
    assert desk.world.log == [("read", tuple(Ref("Incident", one) for one in ("1", "2", "3")))]


def test_what_could_not_be_read_stays_and_is_told(desk: Desk) -> None:
    desk.incident("1", "status: resolved")
    desk.incident("2", "status: resolved")
    ref = Ref("Incident", "1")
    desk.world.unreadable[ref] = Unreadable("no route", Foreign("x"))

    found = pruned(desk, older_than_days=0)

    place = desk.declared()[0].source
    assert found.unknown == (Told(ref, place, "no route", Foreign("x")),)
    assert (found.files, found.done) == ((), ())


def test_where_nothing_of_at_least_three_is_found_nothing_goes_and_the_doubt_is_told(
    desk: Desk,
) -> None:
    for number in ("1", "2", "3"):
        desk.incident(number, "status: resolved")
    desk.incident("4", "status: resolved", metadata="expires: 2026-11-20")

    assert pruned(desk, older_than_days=7) == Edits(
        doubt="none of the 3 declared objects was found: wrong tenant or role scope?"
    )
    assert texts(pruned(desk)) == {"desired/4.yaml": None}


CLOSED = incident(status="resolved", assignedTo="kai", lastUpdateDateTime=OLD)


@pytest.mark.parametrize(
    ("spec", "answer", "expected"),
    [
        ({"status": "resolved"}, CLOSED, True),
        ({"status": "resolved", "assignedTo": "KAI"}, CLOSED, True),
        ({"status": "resolved", "assignedTo": "ann"}, CLOSED, False),
        ({"status": "resolved"}, {**CLOSED, "status": "active"}, False),
        ({"status": "active"}, {**CLOSED, "status": "active"}, False),
        ({"assignedTo": "kai"}, CLOSED, False),
        ({"status": "resolved"}, {**CLOSED, "lastUpdateDateTime": None}, False),
        ({"status": "resolved"}, {**CLOSED, "lastUpdateDateTime": "soon"}, False),
        ({"status": "resolved"}, {**CLOSED, "lastUpdateDateTime": "2026-11-14T12:00:00Z"}, False),
        ({"status": "resolved"}, {**CLOSED, "lastUpdateDateTime": "2026-11-14T11:59:59.9Z"}, True),
        ({"status": "resolved"}, {**CLOSED, "status": "unknownFutureValue"}, False),
    ],
)
def test_done_is_closed_as_declared_and_untouched_for_so_long(
    spec: dict[str, str], answer: dict[str, Json], expected: bool
) -> None:
    declared = declare("Incident", "1", **spec)

    before = NOW - timedelta(days=7)

    assert is_done(declared, live("Incident", answer), before) is expected


def test_each_way_to_end_a_task_is_done() -> None:
    world = Tenant()
    world.add("IncidentTask", task("t", status="failed"))
    answer = task("t", status="failed", lastModifiedDateTime=OLD)

    assert is_done(declare("IncidentTask", "t", status="failed"), live("IncidentTask", answer), NOW)
