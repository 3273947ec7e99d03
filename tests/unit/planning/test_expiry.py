"""What expires soon is said before it does, once for an object or a set."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest

from reconciler.model.words import Place
from reconciler.planning.expiry import NAMED, is_expired, soon
from tests.support.world import declare

if TYPE_CHECKING:
    from reconciler.model.desired import Declared

TODAY = date(2026, 11, 21)


def expiring(object_id: str, days: int) -> Declared:
    expires = (TODAY + timedelta(days=days)).isoformat()
    return declare("Incident", object_id, expires=expires, status="active")


def member(object_id: str, days: int, line: int, *, name: str = "drill") -> Declared:
    return expiring(object_id, days)._replace(source=Place("desired/set.yaml", line, 5), name=name)


@pytest.mark.parametrize(
    ("expires", "expected"),
    [
        (None, False),
        ("2026-11-20", True),
        ("2026-11-21", True),
        ("2026-11-22", False),
        ("2027-01-01", False),
    ],
)
def test_an_object_is_released_from_the_start_of_its_day(
    expires: str | None, *, expected: bool
) -> None:
    assert is_expired(expires, "2026-11-21") is expected


def test_an_object_that_expires_soon_is_named_with_its_place_and_day() -> None:
    assert soon([expiring("2972395", 10)], today=TODAY) == (
        (
            "Incident 2972395 (desired/2972395.yaml:3) expires on 2026-12-01, in 10 days: "
            "it is released then, nothing is reversed"
        ),
    )


def test_the_last_day_is_one_day() -> None:
    (told,) = soon([expiring("1", 1)], today=TODAY)

    assert "expires on 2026-11-22, in 1 day: it is released then" in told


@pytest.mark.parametrize(("days", "count"), [(-1, 0), (0, 0), (1, 1), (14, 1), (15, 0)])
def test_only_the_days_between_today_and_two_weeks_are_soon(days: int, count: int) -> None:
    assert len(soon([expiring("1", days)], today=TODAY)) == count


@pytest.mark.parametrize(("days", "count"), [(3, 1), (4, 0)])
def test_how_soon_is_soon_can_be_said(days: int, count: int) -> None:
    assert len(soon([expiring("1", days)], today=TODAY, within_days=3)) == count


def test_what_is_soon_and_what_is_expired_never_meet() -> None:
    """A document is released, announced or neither: the two rules share one border."""
    for days in range(-3, 20):
        item = expiring("1", days)
        if is_expired(item.expires, TODAY.isoformat()):
            assert soon([item], today=TODAY) == ()


def test_documents_without_a_day_are_not_mentioned() -> None:
    assert soon([declare("Incident", "1", status="active")], today=TODAY) == ()


def test_the_soonest_comes_first() -> None:
    items = [expiring("3", 9), expiring("2", 2), expiring("1", 9)]

    told = soon(items, today=TODAY)

    assert [line.split(" (")[0] for line in told] == ["Incident 2", "Incident 1", "Incident 3"]
    assert soon(items[::-1], today=TODAY) == told


def test_a_set_is_one_sentence_at_its_first_member() -> None:
    items = [member("2", 5, 8), member("1", 5, 7), member("3", 5, 9)]

    assert soon(items, today=TODAY) == (
        (
            "Incident set 'drill' (desired/set.yaml:7) expires on 2026-11-26, in 5 days: "
            "its 3 members are released then, nothing is reversed"
        ),
    )


def test_a_set_of_one_has_one_member() -> None:
    (told,) = soon([member("1", 5, 7)], today=TODAY)

    assert "its member is released then" in told


@pytest.mark.parametrize(
    "other",
    [
        member("2", 5, 8, name="wave-2"),
        member("2", 5, 8)._replace(source=Place("desired/other.yaml", 8, 5)),
        member("2", 5, 8)._replace(ref=declare("Alert", "da1").ref),
        member("2", 5, 8)._replace(expires="2026-11-27"),
        member("2", 5, 8)._replace(name=None),
    ],
    ids=["name", "file", "kind", "day", "no set"],
)
def test_members_of_another_set_are_a_sentence_of_their_own(other: Declared) -> None:
    assert len(soon([member("1", 5, 7), other], today=TODAY)) == 2


def test_many_are_counted_after_the_first_ten() -> None:
    items = [expiring(str(100 + number), 3) for number in range(NAMED + 1)]

    assert len(soon(items[:NAMED], today=TODAY)) == NAMED
    assert soon(items, today=TODAY)[NAMED:] == ("and 1 more expires within 14 days",)
    more = [expiring(str(1000 + number), 3) for number in range(1990)]
    assert soon(items + more, today=TODAY)[-1] == "and 1,991 more expire within 14 days"
    assert len(soon(items + more, today=TODAY)) == NAMED + 1
