from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given, strategies as st

from reconciler.net.retry_after import retry_after

NOW = datetime(2026, 11, 20, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("7", 7.0),
        ("2.128", 2.128),
        (" 0 ", 0.0),
        ("86400", 86400.0),
        ("Fri, 20 Nov 2026 10:00:30 GMT", 30.0),
        ("Fri, 20 Nov 2026 12:00:30 +0200", 30.0),
        ("Fri, 20 Nov 2026 10:00:30", 30.0),
        ("Fri, 20 Nov 2026 09:00:00 GMT", 0.0),
        ("Friday, 20-Nov-26 10:00:30 GMT", 30.0),
        ("", None),
        ("soon", None),
        ("-5", None),
        ("nan", None),
        ("inf", None),
        ("1e9", None),
        ("9" * 400, None),
        ("Fri, 32 Nov 2026 10:00:30 GMT", None),
        ("Fri, 20 Nov 2026 10:00:30 +9999", None),
    ],
)
def test_every_form_of_the_header_is_understood_or_left(text: str, seconds: float | None) -> None:
    assert retry_after({"retry-after": text}, NOW) == seconds


def test_without_the_header_nothing_is_known() -> None:
    assert retry_after({}, NOW) is None


@given(st.text(max_size=60))
def test_no_text_breaks_it(text: str) -> None:
    seconds = retry_after({"retry-after": text}, NOW)
    assert seconds is None or seconds >= 0


@pytest.mark.parametrize(
    "text",
    ["Wed, 21 Oct 99999999999 07:28:00 GMT", "Wed, 21 Oct 2026 07:28:00 +99999999999999999999"],
)
def test_a_date_that_no_calendar_has_says_nothing(text: str) -> None:
    assert retry_after({"retry-after": text}, NOW) is None
