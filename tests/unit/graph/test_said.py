from __future__ import annotations

import pytest

from reconciler.graph.said import parsed


@pytest.mark.parametrize("body", [b"<html>", b"", b'{"a": NaN}', b"[Infinity]", b"[" * 100_000])
def test_what_is_no_json_is_nothing(body: bytes) -> None:
    assert parsed(body) is None


def test_json_is_read() -> None:
    assert parsed(b'{"a": [1, null]}') == {"a": [1, None]}


def test_a_number_beyond_all_numbers_is_no_json() -> None:
    assert parsed(b'{"a": 1e999}') is None
    assert parsed(b'{"a": 1.5}') == {"a": 1.5}
