from __future__ import annotations

import pytest

from reconciler.review.age import age

AT = "2026-11-20T10:15:00.000Z"


@pytest.mark.parametrize(
    ("created", "shown"),
    [
        ("2026-11-20T10:14:59.1234567Z", "0 min"),
        ("2026-11-20T10:03:00Z", "12 min"),
        ("2026-11-20T05:15:00+00:00", "5 h"),
        ("2026-11-18T10:15:01Z", "47 h"),
        ("2026-11-18T10:15:00Z", "2 d"),
        ("2021-11-20T10:15:00Z", "1,826 d"),
        ("2026-11-20T10:16:00Z", "0 min"),
        ("2026-11-20", None),
        ("2026-11-20T10:15:00", None),
        ("yesterday", None),
        ("", None),
        (None, None),
    ],
)
def test_an_age_is_one_word_and_none_where_there_is_no_time(
    created: str | None, shown: str | None
) -> None:
    assert age(created, AT) == shown


def test_without_a_time_of_its_own_a_report_tells_no_age() -> None:
    assert age(AT, "") is None
