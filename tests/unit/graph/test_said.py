from __future__ import annotations

import pytest

from reconciler.graph.said import UNUSABLE, parsed


@pytest.mark.parametrize("body", [b"<html>", b"", b"[" * 100_000, b"[" * 400 + b"1"])
def test_what_is_no_json_is_nothing(body: bytes) -> None:
    assert parsed(body) is None


def test_json_is_read() -> None:
    assert parsed(b'{"a": [1, null]}') == {"a": [1, None]}


DEEP: bytes = b"[" * 50_000 + b"]" * 50_000


@pytest.mark.parametrize(
    "rubbish",
    [
        b"NaN",
        b"-Infinity",
        b"1e999",
        b"-1e999",
        b"1" + b"0" * 400,
        b"9" * 5_000,
        b'{"a": 1, "a": 1}',
        DEEP,
        b'{"a": ' * 9_000 + b'"]"' + b"}" * 9_000,
    ],
    ids=lambda body: body[:20].decode(),
)
def test_what_json_cannot_mean_is_unusable_in_its_place_and_the_rest_counts(rubbish: bytes) -> None:
    found = parsed(b'{"a": [{"b": ' + rubbish + b'}, {"b": "[{\\\\\\"["}], "c": 1.5}')

    assert isinstance(found, dict)
    (first, second), number = found["a"], found["c"]
    assert (second, number) == ({"b": '[{\\"['}, 1.5)
    value = first["b"]
    while isinstance(value, list | dict):
        (value,) = value.values() if isinstance(value, dict) else value
    assert value is UNUSABLE
